import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import { onTestFinished } from 'vitest';
import type { JsonObject } from '../../src/catalog/json.ts';
import { createStaticCredentials, type McpCredentials } from '../../src/upstream/mcp/credentials.ts';
import type { RequestHandlers } from '../../src/upstream/mcp/request-handlers.ts';
import { createWire, type WireIdentity } from '../../src/upstream/mcp/wire/wire.ts';
import { createScrubber, type Scrub } from '../../src/upstream/scrub.ts';

interface Arrived {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly message: JsonObject;
}

export type Answer = (arrived: Arrived, response: ServerResponse, count: number) => void;

interface Setup {
  readonly era?: WireIdentity['era'];
  readonly credentials?: McpCredentials;
  readonly scrub?: Scrub;
}

/** A wire to a server that answers as told. */
export async function startWire(answer: Answer, setup: Setup = {}) {
  const arrived: Arrived[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers, message: JSON.parse(text || '{}') as JsonObject };
      arrived.push(one);
      answer(one, response, arrived.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await dispatcher.destroy();
  });
  const { era = 'modern' } = setup;
  const messages: JsonObject[] = [];
  let lastId = 0;
  const wire = createWire({
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`),
    dispatcher,
    credentials: setup.credentials ?? createStaticCredentials({ Authorization: 'Bearer secret-credential' }),
    scrub: setup.scrub ?? createScrubber([]),
    nextId: () => ++lastId,
    identity: {
      era,
      protocolVersion: era === 'modern' ? '2026-07-28' : '2025-11-25',
      sessionId: era === 'modern' ? undefined : 'session-1',
      clientInfo: { name: 'wire', version: '1' },
    },
    onMessage: (message) => void messages.push(message),
  });
  const call = (
    handlers: Partial<RequestHandlers> = {},
    params: JsonObject = { name: 'echo', arguments: {} },
  ) =>
    wire.request('tools/call', params, {
      context: { signal: NEVER },
      signal: NEVER,
      ...handlers,
    });
  return { arrived, messages, call, wire };
}

const NEVER = new AbortController().signal;
export const EVENTS = { 'content-type': 'text/event-stream' };
export const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

export function resultOf(arrived: Arrived, result: JsonObject = { content: [] }): string {
  return JSON.stringify({ jsonrpc: '2.0', id: arrived.message['id'], result });
}
