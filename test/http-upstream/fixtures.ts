import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSocketServer, type Server as SocketServer, type Socket } from 'node:net';
import type {
  BodyBinding,
  HttpBinding,
  ParameterBinding,
  SecurityScheme,
} from '../../src/catalog/binding.ts';
import type { Contribution } from '../../src/catalog/entries.ts';
import type { Access, Tool } from '../../src/catalog/tool.ts';
import type { JsonObject, JsonSchema } from '../../src/catalog/json.ts';
import { BailiwickError } from '../../src/errors.ts';
import type { CallContext, Upstream } from '../../src/upstream/upstream.ts';
import { createHttpUpstream, type HttpUpstreamOptions } from '../../src/upstream/http/http-upstream.ts';

const DEFAULT_STYLE = {
  path: 'simple',
  query: 'form',
  querystring: 'form',
  header: 'simple',
  cookie: 'form',
} as const;

/** A parameter with the defaults of OpenAPI 3.1.1 for its place. */
export function parameter(
  place: ParameterBinding['in'],
  name: string,
  overrides: Partial<ParameterBinding> = {},
): ParameterBinding {
  const style = overrides.style ?? DEFAULT_STYLE[place];
  return {
    argument: name,
    in: place,
    name,
    style,
    explode: style === 'form',
    allowReserved: false,
    ...overrides,
  };
}

export function binding(overrides: Partial<HttpBinding> = {}): HttpBinding {
  return {
    kind: 'http',
    method: 'GET',
    path: '/things',
    fixedQuery: [],
    parameters: [],
    security: [],
    accepts: ['application/json'],
    ...overrides,
  };
}

export function wholeJsonBody(argument = 'body'): BodyBinding {
  return { mediaType: 'application/json', format: 'json', shape: { kind: 'whole', argument } };
}

export function tool(
  http: HttpBinding,
  overrides: { access?: Access; outputSchema?: JsonSchema; name?: string } = {},
): Tool {
  return {
    source: 'helpdesk',
    name: 'operation',
    description: '',
    inputSchema: { type: 'object' },
    validationSchema: { type: 'object' },
    access: 'read',
    scopes: [],
    attributes: {},
    binding: http,
    ...overrides,
  };
}

export function contributionOf(...tools: Tool[]): Contribution {
  const none = { resources: [], templates: [], prompts: [], skipped: [], lossy: [] };
  return { source: 'helpdesk', tools, operations: tools.length, ...none };
}

export function upstream(overrides: Partial<HttpUpstreamOptions> = {}): Upstream {
  return createHttpUpstream({
    source: 'helpdesk',
    contribution: () => contributionOf(tool(binding({ security: SCHEMES.map((scheme) => [scheme]) }))),
    timeoutMs: 10_000,
    maxResponseBytes: 1_000_000,
    ...overrides,
  });
}

/** The URL part after the origin, and the headers, of what a call would send. */
export function planOf(
  http: HttpBinding,
  args: JsonObject,
  overrides: Partial<HttpUpstreamOptions> = {},
): { target: string; headers: Record<string, string>; body: string | null; method: string; url: string } {
  const plan = upstream({ url: 'http://api.test', ...overrides }).plan(tool(http), args);
  if (!('url' in plan)) throw new Error('not the plan of an HTTP request');
  return { ...plan, target: plan.url.replace(/^https?:\/\/[^/]*/, '') };
}

export function context(overrides: Partial<CallContext> = {}): CallContext {
  return { signal: new AbortController().signal, ...overrides };
}

export interface Running {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** An HTTP server on a free port. A listener that fails ends the connection, which the caller's call then shows. */
export async function serve(
  listener: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<Running> {
  const server = createServer((request, response) => {
    void answer(listener, request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${portOf(server)}`;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url: `http://${host}`, host, port: portOf(server), close };
}

async function answer(
  listener: (request: IncomingMessage, response: ServerResponse) => unknown,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    await listener(request, response);
  } catch {
    request.socket.destroy();
  }
}

/** A server that speaks TCP only: what it answers is up to `onSocket`. */
export async function serveRaw(onSocket: (socket: Socket) => void): Promise<Running> {
  const sockets = new Set<Socket>();
  const server = createSocketServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${portOf(server)}`;
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  return { url: `http://${host}`, host, port: portOf(server), close };
}

function portOf(server: SocketServer): number {
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('the server does not listen on a port');
  return address.port;
}

/** What a test opened, closed again by its `afterEach`. */
export interface Opened {
  readonly server: typeof serve;
  readonly rawServer: typeof serveRaw;
  readonly source: (overrides: Partial<HttpUpstreamOptions>) => Upstream;
  readonly closeAll: () => Promise<void>;
}

export function createOpened(): Opened {
  const closers: (() => Promise<unknown>)[] = [];
  const keep = <One extends Running>(running: One): One => {
    closers.push(running.close);
    return running;
  };
  return {
    server: async (listener) => keep(await serve(listener)),
    rawServer: async (onSocket) => keep(await serveRaw(onSocket)),
    source: (overrides) => {
      const opened = upstream(overrides);
      closers.push(() => opened.close());
      return opened;
    },
    closeAll: async () => {
      await Promise.all(closers.splice(0).map((close) => close()));
    },
  };
}

export async function readRequest(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

/** The error that `work` ends with; fails when there is none. */
export async function faultOf(work: () => unknown): Promise<BailiwickError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof BailiwickError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

export const BEARER: SecurityScheme = { name: 'token', type: 'http', scheme: 'bearer' };
export const BASIC: SecurityScheme = { name: 'login', type: 'http', scheme: 'Basic' };
export const HEADER_KEY: SecurityScheme = {
  name: 'key',
  type: 'apiKey',
  in: 'header',
  parameter: 'X-Api-Key',
};
export const QUERY_KEY: SecurityScheme = {
  name: 'queryKey',
  type: 'apiKey',
  in: 'query',
  parameter: 'api_key',
};
export const COOKIE_KEY: SecurityScheme = { name: 'session', type: 'apiKey', in: 'cookie', parameter: 'sid' };
export const OAUTH: SecurityScheme = { name: 'oauth', type: 'oauth2' };

/** What the document of an upstream asks for unless a test says otherwise. */
const SCHEMES = [BEARER, BASIC, HEADER_KEY, QUERY_KEY, COOKIE_KEY, OAUTH];
