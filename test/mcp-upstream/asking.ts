import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { onTestFinished } from 'vitest';
import type { JsonObject } from '../../src/catalog/json.ts';
import type { CallContext, ClientSession, Question } from '../../src/upstream/upstream.ts';
import { buildAskingServer } from './fixtures/asking-server.ts';
import { never, principalOf } from './support.ts';

/** A legacy server over HTTP that asks back, in this process. `lines` is what its sessions saw. */
export async function startAskingServer(port = 0): Promise<{
  url: string;
  port: number;
  lines: string[];
  /** As a restart does. */
  forget: () => void;
  stop: () => Promise<void>;
}> {
  const lines: string[] = [];
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  let opened = 0;
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const id = request.headers['mcp-session-id'];
    let transport = typeof id === 'string' ? sessions.get(id) : undefined;
    if (typeof id === 'string' && !transport) {
      response.writeHead(404).end();
      return;
    }
    if (request.method === 'DELETE') lines.push(`close ${names.get(String(id))}`);
    if (!transport) {
      const created = new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (sessionId) => {
          names.set(sessionId, name);
          sessions.set(sessionId, created);
        },
      });
      const name = `s${(opened += 1)}`;
      await buildAskingServer(name, (line) => lines.push(line)).connect(created);
      transport = created;
    }
    await transport.handleRequest(request, response);
  };
  const names = new Map<string, string>();
  const http = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
  const stop = async (): Promise<void> => {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  };
  onTestFinished(stop);
  const bound = (http.address() as AddressInfo).port;
  return { url: `http://127.0.0.1:${bound}/mcp`, port: bound, lines, forget: () => sessions.clear(), stop };
}

/** A client of the legacy era: its session, and what it was asked and told. */
export interface TestClient {
  readonly name: string;
  readonly session: ClientSession;
  /** Questions within calls, then those outside, and notifications outside. */
  readonly asked: Question[];
  readonly askedBeside: Question[];
  readonly told: [method: string, params: JsonObject][];
  /** The context of a call of this client. */
  context(more?: Partial<CallContext>): CallContext;
  changeRoots(): void;
  close(): void;
}

export const ALL: JsonObject = {
  sampling: {},
  elicitation: { form: {}, url: {} },
  roots: { listChanged: true },
};

/** `answer` is what the client says to each question. */
export function createClient(
  name: string,
  subject: string,
  answer: (question: Question) => JsonObject | Promise<JsonObject> = () => ({ by: name }),
): TestClient {
  const roots = new Set<() => void>();
  const ends = new Set<() => void>();
  const asked: Question[] = [];
  const askedBeside: Question[] = [];
  const told: [string, JsonObject][] = [];
  const principal = principalOf(subject);
  const session: ClientSession = {
    id: name,
    ask: async (question) => {
      askedBeside.push(question);
      return answer(question);
    },
    notify: (method, params) => void told.push([method, params]),
    onRootsChanged: (listener) => {
      roots.add(listener);
      return () => roots.delete(listener);
    },
    onClose: (listener) => {
      ends.add(listener);
      return () => ends.delete(listener);
    },
  };
  return {
    name,
    session,
    asked,
    askedBeside,
    told,
    context: (more) => ({
      signal: never,
      caller: { principal, session },
      clientCapabilities: ALL,
      rounds: 'ask',
      ask: async (question) => {
        asked.push(question);
        return answer(question);
      },
      ...more,
    }),
    changeRoots: () => {
      for (const listener of roots) listener();
    },
    close: () => {
      for (const listener of ends) listener();
    },
  };
}

/** The context of a call of a modern client: without a session. */
export function modernContext(
  subject: string,
  ask: CallContext['ask'] | undefined,
  more: Partial<CallContext> = {},
): CallContext {
  return {
    signal: never,
    caller: { principal: principalOf(subject) },
    clientCapabilities: ALL,
    rounds: 'relay',
    ...(ask && { ask }),
    ...more,
  };
}
