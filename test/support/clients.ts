import {
  Client as CurrentClient,
  StreamableHTTPClientTransport as CurrentTransport,
} from '@modelcontextprotocol/client';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

/** A connected client, whichever SDK and era is behind it. */
export type AnyClient = Pick<
  CurrentClient,
  | 'callTool'
  | 'listTools'
  | 'listResources'
  | 'listPrompts'
  | 'readResource'
  | 'getPrompt'
  | 'complete'
  | 'close'
>;

/** The three ways in which today's clients arrive: SDK v2 in both eras, and SDK v1. */
export const CLIENT_KINDS = ['v2 modern', 'v2 legacy', 'v1'] as const;
export type ClientKind = (typeof CLIENT_KINDS)[number];

/** A client that is not connected yet. */
export function createClient(kind: ClientKind): OldClient | CurrentClient {
  const info = { name: 'test', version: '1.0.0' };
  if (kind === 'v1') return new OldClient(info);
  const mode = kind === 'v2 modern' ? ({ pin: '2026-07-28' } as const) : 'legacy';
  return new CurrentClient(info, { versionNegotiation: { mode } });
}

export async function connect(
  kind: ClientKind,
  endpoint: string,
  key?: string,
): Promise<AnyClient & AsyncDisposable> {
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const client = createClient(kind);
  const Transport = kind === 'v1' ? OldTransport : CurrentTransport;
  const transport = new Transport(new URL(endpoint), { requestInit: { headers } });
  await client.connect(transport);
  if (client instanceof CurrentClient) withoutCache(client);
  return Object.assign(client as unknown as AnyClient, { [Symbol.asyncDispose]: () => client.close() });
}

/** Tests look at what is served now: the client asks for every list anew, however long it may keep the last one. */
function withoutCache(client: CurrentClient): void {
  for (const method of ['listTools', 'listResources', 'listPrompts', 'readResource'] as const) {
    const original = client[method].bind(client) as (params: unknown, options: object) => unknown;
    const asked = (params: unknown, options: object = {}): unknown =>
      original(params, { cacheMode: 'refresh', ...options });
    Object.assign(client, { [method]: asked });
  }
}

/** The error that a promise rejects with; fails the test where it resolves. */
export async function rejection(
  promise: Promise<unknown>,
): Promise<Error & { code?: unknown; data?: unknown }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected a rejection');
}
