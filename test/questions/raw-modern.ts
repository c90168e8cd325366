import type { JsonObject } from '../../src/catalog/json.ts';
import { ACCEPT } from '../support/raw-http.ts';
import { ALL_CAPABILITIES } from './asked-clients.ts';

/** One message of the answer to a request. */
export interface Message {
  readonly method?: string;
  readonly params?: JsonObject;
  readonly result?: JsonObject;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: JsonObject };
}

export interface RawOptions {
  readonly as?: string;
  readonly capabilities?: object;
  readonly meta?: JsonObject;
  readonly signal?: AbortSignal;
}

let ids = 0;

/** Sends one request of MCP 2026-07-28, and returns every message that its answer held, the last of which ends it. */
export async function send(
  endpoint: string,
  method: 'tools/call' | 'prompts/get' | 'resources/read',
  params: JsonObject,
  { as = 'dana', capabilities = ALL_CAPABILITIES, meta = {}, signal }: RawOptions = {},
): Promise<{ status: number; messages: Message[]; last: Message }> {
  ids += 1;
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': capabilities,
    'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
    ...meta,
  };
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      ...ACCEPT,
      'content-type': 'application/json',
      authorization: `Bearer ${as}`,
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      'mcp-name': (params['name'] ?? params['uri']) as string,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: `raw-${ids}`, method, params: { ...params, _meta } }),
    ...(signal && { signal }),
  });
  const text = await response.text();
  const messages = response.headers.get('content-type')?.includes('event-stream')
    ? [...text.matchAll(/^data: (.+)$/gm)].map(([, data = '']) => JSON.parse(data) as Message)
    : [JSON.parse(text) as Message];
  return { status: response.status, messages, last: messages.at(-1) ?? {} };
}

/** Calls a tool; members beside `name` and `arguments` are those of a later round. */
export async function call(
  endpoint: string,
  name: string,
  args: JsonObject,
  round: { inputResponses?: JsonObject; requestState?: string } = {},
  options: RawOptions = {},
): Promise<Message & { messages: Message[]; status: number }> {
  const { last, messages, status } = await send(
    endpoint,
    'tools/call',
    { name, arguments: args, ...round },
    options,
  );
  return { ...last, messages, status };
}

/** What an `input_required` result asks, and the state that leads back. */
export function askedBy({ result }: Message): { keys: string[]; requests: JsonObject; requestState: string } {
  if (result?.['resultType'] !== 'input_required') throw new Error(`asks nothing: ${JSON.stringify(result)}`);
  const requests = (result['inputRequests'] ?? {}) as JsonObject;
  return { keys: Object.keys(requests), requests, requestState: result['requestState'] as string };
}
