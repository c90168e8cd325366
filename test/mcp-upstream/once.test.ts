import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { JsonObject } from '../../src/catalog/json.ts';
import { startModernServer } from './modern-wire.ts';
import { call, faultOf, startUpstream } from './support.ts';

/** A legacy server that carries each call out, and then answers it with this status. */
async function startCareless(status: number, message: string): Promise<{ url: string; done: unknown[] }> {
  const done: unknown[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const sent = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as JsonObject;
      const { id, method } = sent;
      const answer = (code: number, body: JsonObject, headers: Record<string, string> = {}): void =>
        void response
          .writeHead(code, { 'content-type': 'application/json', ...headers })
          .end(JSON.stringify({ jsonrpc: '2.0', id, ...body }));
      if (request.method !== 'POST') response.writeHead(405).end();
      else if (id === undefined) response.writeHead(202).end();
      else if (method === 'initialize') {
        const result = {
          protocolVersion: '2025-11-25',
          capabilities: { tools: {} },
          serverInfo: { name: 'careless', version: '1' },
        };
        answer(200, { result }, { 'mcp-session-id': 'one' });
      } else if (method === 'tools/call') {
        done.push(sent['params']);
        answer(status, { error: { code: -32_000, message } });
      } else answer(200, { error: { code: -32_601, message: 'no such method' } });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, done };
}

test.each([
  [400, 'the session of the payment cannot be saved'],
  [404, 'the receipt was not found'],
])(
  'a call that was answered with HTTP %d is not made again, whatever the answer says',
  async (status, message) => {
    const { url, done } = await startCareless(status, message);
    const upstream = startUpstream({ url, headers: {} });
    const fault = await faultOf(call(upstream, 'pay'));
    expect(fault.nothingSent).toBe(false);
    expect(done).toHaveLength(1);
  },
);

test('what a client puts into the members of the envelope is not told the upstream as the gateway’s word', async () => {
  const { url, seen } = await startModernServer({ 'tools/call': () => ({ content: [] }) });
  const upstream = startUpstream({ url, headers: {} });
  const meta = {
    kept: true,
    'io.modelcontextprotocol/protocolVersion': '1999-01-01',
    'io.modelcontextprotocol/clientInfo': { name: 'forged', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': { sampling: {} },
    'io.modelcontextprotocol/logLevel': 'debug',
  };
  await call(upstream, 'any', {}, { meta });
  const sent = seen.find(({ method }) => method === 'tools/call')?.params._meta;
  expect(sent).toEqual({
    kept: true,
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'bailiwick-test', version: '0.0.0' },
    'io.modelcontextprotocol/clientCapabilities': {},
  });
});
