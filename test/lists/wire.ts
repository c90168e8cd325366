import type { JsonObject } from '../../src/catalog/json.ts';
import { ACCEPT, INITIALIZE } from '../support/raw-http.ts';

const MODERN_META: JsonObject = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
};

export interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: JsonObject;
  readonly result?: JsonObject;
  readonly error?: { readonly code: number; readonly message: string };
}

function send(endpoint: string, message: object, headers: Record<string, string>): Promise<Response> {
  return fetch(endpoint, {
    method: 'POST',
    body: JSON.stringify({ jsonrpc: '2.0', ...message }),
    headers: { 'content-type': 'application/json', ...ACCEPT, ...headers },
  });
}

/** The one message with a result or an error in an answer, whether it is JSON or an event stream. */
async function toAnswer(response: Response): Promise<Message> {
  const text = await response.text();
  const all = text.startsWith('{')
    ? [JSON.parse(text) as Message]
    : text
        .split('\n')
        .filter((line) => line.startsWith('data: {'))
        .map((line) => JSON.parse(line.slice(6)) as Message);
  const answer = all.find(({ result, error }) => result !== undefined || error !== undefined);
  if (!answer) throw new Error(`no answer in ${JSON.stringify(text)}`);
  return answer;
}

/** A request of MCP 2026-07-28. */
export function sendModern(
  endpoint: string,
  caller: string,
  method: string,
  params: JsonObject = {},
): Promise<Response> {
  const name = params['name'] ?? params['uri'];
  return send(
    endpoint,
    { id: 1, method, params: { ...params, _meta: MODERN_META } },
    {
      authorization: `Bearer ${caller}`,
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(typeof name === 'string' && { 'mcp-name': name }),
    },
  );
}

export async function askModern(...parameters: Parameters<typeof sendModern>): Promise<Message> {
  return toAnswer(await sendModern(...parameters));
}

export interface StreamEvent {
  readonly message?: Message;
  readonly id?: string;
  readonly retry?: string;
  readonly comment?: string;
}

function toEvent(block: string): StreamEvent {
  const of = (name: string): string | undefined =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim();
  const [id, retry, data] = [of('id'), of('retry'), of('data')];
  return {
    ...(id !== undefined && { id }),
    ...(retry !== undefined && { retry }),
    ...(block.startsWith(':') && { comment: block.slice(1).trim() }),
    ...(data !== undefined && data !== '' && { message: JSON.parse(data) as Message }),
  };
}

/** A session of MCP up to 2025-11-25. */
export async function openSession(endpoint: string, caller: string, params: JsonObject = {}) {
  const authorization = `Bearer ${caller}`;
  const opened = await send(
    endpoint,
    { ...INITIALIZE, params: { ...INITIALIZE.params, ...params } },
    { authorization },
  );
  const session = opened.headers.get('mcp-session-id') ?? '';
  const initialized = await toAnswer(opened);
  const headers = { authorization, 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' };
  let id = 1;
  return {
    session,
    headers,
    initialized: initialized.result ?? {},
    send: (method: string, more: JsonObject = {}) =>
      send(endpoint, { id: (id += 1), method, params: more }, headers),
    ask: async (method: string, more: JsonObject = {}): Promise<Message> =>
      toAnswer(await send(endpoint, { id: (id += 1), method, params: more }, headers)),
    /** The standalone stream, or with `after` the rest of the stream that this event was on. */
    listen: (after?: string) =>
      fetch(endpoint, {
        headers: {
          ...headers,
          accept: 'text/event-stream',
          ...(after !== undefined && { 'last-event-id': after }),
        },
      }),
    end: () => fetch(endpoint, { method: 'DELETE', headers }),
  };
}

/** What a stream brings, gathered as it comes. */
export function gather(response: Response) {
  const events: StreamEvent[] = [];
  const messages: Message[] = [];
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const event of blocks.map(toEvent)) {
        events.push(event);
        if (event.message) messages.push(event.message);
      }
    }
  };
  return { events, messages, ended: read().catch(() => {}), stop: () => reader.cancel().catch(() => {}) };
}
