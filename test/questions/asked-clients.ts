import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OldStdioTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { onTestFinished } from 'vitest';
import type { JsonObject } from '../../src/catalog/json.ts';
import type { AnyClient, ClientKind } from '../support/clients.ts';

/** What a client was asked. */
export interface Asked {
  readonly method: string;
  readonly params: JsonObject;
}

export const ALL_CAPABILITIES = {
  sampling: { tools: {}, context: {} },
  elicitation: { form: {}, url: {} },
  roots: { listChanged: true },
};

/** How a client answers, unless a test says otherwise. Members that no SDK knows are part of it. */
export const ANSWERS: Record<string, (params: JsonObject) => unknown> = {
  'elicitation/create': ({ mode }) =>
    mode === 'url' ? { action: 'accept' } : { action: 'accept', content: { id: '7' } },
  'sampling/createMessage': () => ({
    role: 'assistant',
    model: 'm',
    content: { type: 'text', text: 'Hello' },
    'x-extra': 1,
  }),
  'roots/list': () => ({ roots: [{ uri: 'file:///work', name: 'work' }] }),
};

/** Where a client connects to: an endpoint, as whom (null: without a credential), or a command to start. */
export type Place =
  | { readonly url: string; readonly as?: string | null }
  | { readonly command: readonly string[] };

/** A connected client of either SDK that answers questions and keeps what it was asked; closed when the test ends. */
export async function connectAsked(
  kind: ClientKind,
  place: Place,
  options: { capabilities?: object; answers?: typeof ANSWERS } = {},
): Promise<{ client: AnyClient; asked: Asked[] }> {
  const asked: Asked[] = [];
  const { capabilities = ALL_CAPABILITIES } = options;
  const answers = { ...ANSWERS, ...options.answers };
  const handle =
    (method: string) =>
    ({ params = {} }: { params?: unknown }): never => {
      asked.push({ method, params: params as JsonObject });
      return answers[method]?.(params as JsonObject) as never;
    };
  const client = kind === 'v1' ? createOld(capabilities, handle) : createCurrent(kind, capabilities, handle);
  await client.connect(transportTo(kind, place));
  onTestFinished(() => client.close());
  return { client: client as unknown as AnyClient, asked };
}

type Handle = (method: string) => (request: { params?: unknown }) => never;

function createCurrent(kind: ClientKind, capabilities: object, handle: Handle): Client {
  const client = new Client(
    { name: 'asked', version: '1.0.0' },
    { capabilities, versionNegotiation: { mode: kind === 'v2 modern' ? { pin: '2026-07-28' } : 'legacy' } },
  );
  if ('elicitation' in capabilities)
    client.setRequestHandler('elicitation/create', handle('elicitation/create'));
  if ('sampling' in capabilities)
    client.setRequestHandler('sampling/createMessage', handle('sampling/createMessage'));
  if ('roots' in capabilities) client.setRequestHandler('roots/list', handle('roots/list'));
  return client;
}

function createOld(capabilities: object, handle: Handle): OldClient {
  const client = new OldClient({ name: 'asked', version: '1.0.0' }, { capabilities });
  if ('elicitation' in capabilities)
    client.setRequestHandler(ElicitRequestSchema, handle('elicitation/create'));
  if ('sampling' in capabilities)
    client.setRequestHandler(CreateMessageRequestSchema, handle('sampling/createMessage'));
  if ('roots' in capabilities) client.setRequestHandler(ListRootsRequestSchema, handle('roots/list'));
  return client;
}

function transportTo(kind: ClientKind, place: Place) {
  if ('command' in place) {
    const [command = '', ...args] = place.command;
    const Transport = kind === 'v1' ? OldStdioTransport : StdioClientTransport;
    return new Transport({ command, args, stderr: 'pipe' });
  }
  const Transport = kind === 'v1' ? OldTransport : StreamableHTTPClientTransport;
  const { as = 'dana' } = place;
  const headers: Record<string, string> = as === null ? {} : { authorization: `Bearer ${as}` };
  return new Transport(new URL(place.url), { requestInit: { headers } });
}
