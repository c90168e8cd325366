import { Client, LOG_LEVEL_META_KEY, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OldStdioTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as OldHttpTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';

/** The clients that people have today. */
export const CLIENTS = ['v1', 'v2 legacy', 'v2 auto', 'v2 modern'] as const;
export type ClientKind = (typeof CLIENTS)[number];

/** Where a client finds the gateway: an endpoint, or a command to start. */
export type Door = { readonly url: string } | { readonly command: string; readonly args: string[] };

type Result = Record<string, unknown>;

/** How a call is made, beside its arguments. */
export interface CallOptions {
  readonly onprogress?: (progress: { progress: number; total?: number | undefined }) => void;
  readonly signal?: AbortSignal;
  readonly meta?: Result;
}

/** What the clients have in common. Results are as they came, as far as each SDK lets them through. */
export interface AnyClient extends AsyncDisposable {
  readonly isModern: boolean;
  readonly instructions: string | undefined;
  request(method: string, params?: Result): Promise<Result>;
  call(name: string, args?: Result, options?: CallOptions): Promise<Result>;
  /** Wants log messages of this severity and worse, in this and all further calls. */
  wantLogs(level: 'error'): Promise<void>;
  /** Wants to be told of changes: of the list of tools, and of one resource. */
  follow(uri: string): Promise<void>;
  /** What was notified, in order: `log:DATA`, `tools`, `updated:URI`. */
  readonly told: readonly string[];
}

const INFO = { name: 'matrix', version: '1.0.0' };
const CAPABILITIES = { elicitation: {}, sampling: {}, roots: {} };
const ELICITED = { action: 'accept' as const, content: { name: 'Ada' } };
const SAMPLED = {
  model: 'none',
  role: 'assistant' as const,
  content: { type: 'text' as const, text: 'hello' },
};
const ROOTS = { roots: [{ uri: 'file:///no-such-folder', name: 'home' }] };

/** A connected client that answers whatever it is asked. */
export function connectAs(kind: ClientKind, door: Door): Promise<AnyClient> {
  return kind === 'v1' ? connectOld(door) : connectCurrent(kind, door);
}

async function connectCurrent(kind: Exclude<ClientKind, 'v1'>, door: Door): Promise<AnyClient> {
  const mode = { 'v2 legacy': 'legacy', 'v2 auto': 'auto', 'v2 modern': { pin: '2026-07-28' } } as const;
  const client = new Client(INFO, {
    versionNegotiation: { mode: mode[kind] },
    capabilities: CAPABILITIES,
  });
  const told: string[] = [];
  client.setRequestHandler('elicitation/create', () => ELICITED);
  client.setRequestHandler('sampling/createMessage', () => SAMPLED);
  client.setRequestHandler('roots/list', () => ROOTS);
  client.setNotificationHandler(
    'notifications/message',
    ({ params }) => void told.push(`log:${String(params.data)}`),
  );
  client.setNotificationHandler('notifications/tools/list_changed', () => void told.push('tools'));
  client.setNotificationHandler(
    'notifications/resources/updated',
    ({ params }) => void told.push(`updated:${params.uri}`),
  );
  await client.connect(
    'url' in door ? new StreamableHTTPClientTransport(new URL(door.url)) : new StdioClientTransport(door),
  );
  const isModern = client.getProtocolEra() === 'modern';
  let logs: Result = {};
  return {
    isModern,
    instructions: client.getInstructions(),
    told,
    request: (method, params = {}) => client.request({ method, params }, ANYTHING) as Promise<Result>,
    call: (name, args = {}, { meta, ...options } = {}) =>
      client.callTool({ name, arguments: args, _meta: { ...meta, ...logs } }, options),
    async wantLogs(level) {
      if (isModern) logs = { [LOG_LEVEL_META_KEY]: level };
      else await client.setLoggingLevel(level);
    },
    async follow(uri) {
      if (isModern) await client.listen({ toolsListChanged: true, resourceSubscriptions: [uri] });
      else await client.subscribeResource({ uri });
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

async function connectOld(door: Door): Promise<AnyClient> {
  const client = new OldClient(INFO, { capabilities: CAPABILITIES });
  const told: string[] = [];
  client.setRequestHandler(ElicitRequestSchema, () => ELICITED);
  client.setRequestHandler(CreateMessageRequestSchema, () => SAMPLED);
  client.setRequestHandler(ListRootsRequestSchema, () => ROOTS);
  client.setNotificationHandler(
    LoggingMessageNotificationSchema,
    ({ params }) => void told.push(`log:${String(params.data)}`),
  );
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => void told.push('tools'));
  client.setNotificationHandler(
    ResourceUpdatedNotificationSchema,
    ({ params }) => void told.push(`updated:${params.uri}`),
  );
  await client.connect('url' in door ? new OldHttpTransport(new URL(door.url)) : new OldStdioTransport(door));
  return {
    isModern: false,
    instructions: client.getInstructions(),
    told,
    request: (method, params = {}) => client.request({ method, params }, RAW),
    call: (name, args = {}, { meta, ...options } = {}) =>
      client.request({ method: 'tools/call', params: { name, arguments: args, _meta: meta } }, RAW, options),
    wantLogs: async (level) => void (await client.setLoggingLevel(level)),
    follow: async (uri) => void (await client.subscribeResource({ uri })),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

const RAW = z.record(z.string(), z.unknown());

/** Accepts every result as it is. */
const ANYTHING = {
  '~standard': { version: 1, vendor: 'any', validate: (value: unknown) => ({ value: value as Result }) },
} as const;
