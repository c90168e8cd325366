import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { McpServer as OldServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, fromJsonSchema, McpServer } from '@modelcontextprotocol/server';

export const SERVER_KINDS = ['legacy', 'modern', 'sse'] as const;
export type ServerKind = (typeof SERVER_KINDS)[number];

export interface RealServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Each `work` that was carried out, by its argument. */
  readonly done: string[];
  /** Forgets its sessions, as a restart does. */
  forget(): void;
}

const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });

/** A real MCP server on the SDK of its time, with one tool `work` that counts what was done, and one that reads. */
export async function startServer(
  kind: ServerKind,
  options: {
    port?: number;
    description?: string;
    /** Sees each request before it is served. */
    onRequest?: (request: IncomingMessage) => void;
  } = {},
): Promise<RealServer> {
  const done: string[] = [];
  const { description = 'Does it' } = options;
  const work = (args: unknown) => {
    const { id = '' } = args as { id?: string };
    done.push(id);
    return text(`done ${id}`);
  };
  const face = kind === 'modern' ? modern(description, work) : old(kind, description, work);
  const http = createServer((request, response) => {
    options.onRequest?.(request);
    face.listener(request, response);
  });
  await new Promise<void>((resolve) => http.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/${kind === 'sse' ? 'sse' : 'mcp'}`,
    port,
    done,
    forget: face.forget,
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

interface Face {
  readonly listener: RequestListener;
  readonly forget: () => void;
}

function modern(description: string, work: (args: unknown) => ReturnType<typeof text>): Face {
  const inputSchema = fromJsonSchema({ type: 'object', properties: { id: { type: 'string' } } });
  const handler = toNodeHandler(
    createMcpHandler(() => {
      const server = new McpServer({ name: 'real', version: '1.0.0' }, { capabilities: { tools: {} } });
      server.registerTool('work', { description, inputSchema }, async (args) => work(args));
      return server;
    }),
  );
  return {
    listener: (request, response) => void handler(request as never, response),
    forget: () => {},
  };
}

function old(
  kind: 'legacy' | 'sse',
  description: string,
  work: (args: unknown) => ReturnType<typeof text>,
): Face {
  const build = (): OldServer => {
    const server = new OldServer({ name: 'real', version: '1.0.0' }, { capabilities: { tools: {} } });
    server.server.registerCapabilities({ tools: {} });
    // The low level takes any arguments: what counts here is what was sent.
    server.registerTool('work', { description, inputSchema: {} }, async (_args, extra) =>
      work(argumentsOf.get(extra.requestId) ?? {}),
    );
    return server;
  };
  const argumentsOf = new Map<unknown, unknown>();
  const note = (body: unknown): void => {
    const { id, params } = (body ?? {}) as { id?: unknown; params?: { arguments?: unknown } };
    argumentsOf.set(id, params?.arguments);
  };
  return kind === 'sse' ? overSse(build, note) : overHttp(build, note);
}

function overHttp(build: () => OldServer, note: (body: unknown) => void): Face {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readJson(request);
    note(body);
    const id = request.headers['mcp-session-id'];
    let transport = typeof id === 'string' ? sessions.get(id) : undefined;
    if (typeof id === 'string' && !transport) return void response.writeHead(404).end('Session not found');
    if (!transport) {
      const created = new StreamableHTTPServerTransport({
        sessionIdGenerator: () => randomUUID(),
        onsessioninitialized: (sessionId) => void sessions.set(sessionId, created),
      });
      await build().connect(created);
      transport = created;
    }
    await transport.handleRequest(request, response, body);
  };
  return { listener: (request, response) => void serve(request, response), forget: () => sessions.clear() };
}

function overSse(build: () => OldServer, note: (body: unknown) => void): Face {
  const sessions = new Map<string, SSEServerTransport>();
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (request.method === 'GET' && url.pathname === '/sse') {
      const transport = new SSEServerTransport('/messages', response);
      sessions.set(transport.sessionId, transport);
      response.on('close', () => sessions.delete(transport.sessionId));
      return build().connect(transport);
    }
    const transport = sessions.get(url.searchParams.get('sessionId') ?? '');
    if (request.method !== 'POST' || url.pathname !== '/messages')
      return void response.writeHead(404).end('Cannot POST');
    const body = await readJson(request);
    note(body);
    if (!transport) return void response.writeHead(400).end('No transport found for sessionId');
    await transport.handlePostMessage(request, response, body);
  };
  return { listener: (request, response) => void serve(request, response), forget: () => sessions.clear() };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body === '' ? undefined : (JSON.parse(body) as unknown);
}
