import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { call, faultOf, never, startUpstream, textOf, until } from '../mcp-upstream/support.ts';
import { startServer } from './server.ts';

const sse = (url: string, headers: Record<string, string> = {}) =>
  ({ url, headers, transport: 'sse' }) as const;

test('a server of 2024-11-05 lists and calls', async () => {
  await using server = await startServer('sse');
  const upstream = startUpstream(sse(server.url));
  expect((await upstream.contribution(never)).tools.map(({ name }) => name)).toEqual(['work']);
  expect(textOf(await call(upstream, 'work', { id: 'a' }))).toBe('done a');
  expect(server.done).toEqual(['a']);
});

test('a server that was restarted gets a new session, and nothing is done twice', async () => {
  const server = await startServer('sse');
  const upstream = startUpstream(sse(server.url));
  await call(upstream, 'work', { id: 'a' });
  await server[Symbol.asyncDispose]();
  await using again = await startServer('sse', { port: server.port });
  await until(async () => {
    const outcome = await call(upstream, 'work', { id: 'b' }).catch(() => undefined);
    return outcome !== undefined;
  }, 'the call succeeds');
  expect(again.done).toEqual(['b']);
});

test('a server that forgot the session is told of a new one before the call is sent again', async () => {
  await using server = await startServer('sse');
  const upstream = startUpstream(sse(server.url));
  await call(upstream, 'work', { id: 'a' });
  server.forget();
  expect(textOf(await call(upstream, 'work', { id: 'b' }))).toBe('done b');
  expect(server.done).toEqual(['a', 'b']);
});

/** A stream that says what it is told, and keeps what is posted. */
async function startStream(first: string, onPost: (end: () => void) => void = () => {}) {
  const posted: string[] = [];
  let end: (() => void) | undefined;
  const http = createServer((request, response) => {
    if (request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(first);
      end = () => void response.end();
      return;
    }
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      const message = JSON.parse(body) as { id?: number; method: string };
      posted.push(message.method);
      response.writeHead(202).end();
      onPost(() => end?.());
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/sse`, posted };
}

test('an endpoint of another origin is not followed', async () => {
  await using elsewhere = await startServer('sse');
  const { url } = await startStream(`event: endpoint\ndata: http://127.0.0.1:${elsewhere.port}/messages\n\n`);
  const fault = await faultOf(startUpstream(sse(url)).contribution(never));
  expect(fault).toMatchObject({
    code: 'UPSTREAM_PROTOCOL',
    message: 'source up names an endpoint of another origin, which is not followed',
  });
});

test('the end of the stream ends what waits for an answer, at once', async () => {
  const { url, posted } = await startStream('event: endpoint\ndata: /messages\n\n', (end) => end());
  const started = performance.now();
  const fault = await faultOf(startUpstream(sse(url)).contribution(never));
  expect(fault.code).toBe('UPSTREAM_UNAVAILABLE');
  expect(performance.now() - started).toBeLessThan(2_000);
  expect(posted).toEqual(['initialize']);
});

test('a stream that never names its endpoint is given up in time', async () => {
  const { url } = await startStream(': hello\n\n');
  const fault = await faultOf(startUpstream(sse(url), { startupTimeoutMs: 500 }).contribution(never));
  expect(fault.code).toBe('UPSTREAM_TIMEOUT');
});

test('each transport says when the server may speak the other', async () => {
  await using old = await startServer('sse');
  await using current = await startServer('legacy');
  const overHttp = await faultOf(startUpstream({ url: old.url, headers: {} }).contribution(never));
  expect(overHttp).toMatchObject({
    code: 'UPSTREAM_PROTOCOL',
    message: expect.stringContaining('it may be an HTTP+SSE server: set `transport: sse`'),
  });
  const overSse = await faultOf(startUpstream(sse(current.url)).contribution(never));
  expect(overSse).toMatchObject({
    code: 'UPSTREAM_PROTOCOL',
    message: expect.stringContaining('it may be a Streamable HTTP server: set `transport: http`'),
  });
});

test('a server that is not there is named as such', async () => {
  const server = await startServer('sse');
  await server[Symbol.asyncDispose]();
  const fault = await faultOf(startUpstream(sse(server.url)).contribution(never));
  expect(fault).toMatchObject({
    code: 'UPSTREAM_UNAVAILABLE',
    message: 'source up cannot be reached (ECONNREFUSED)',
  });
});

test('configured headers go with the stream and with what is posted', async () => {
  const seen: (string | undefined)[] = [];
  await using server = await startServer('sse', {
    onRequest: ({ headers }) => void seen.push(headers.authorization),
  });
  const upstream = startUpstream(sse(server.url, { Authorization: 'Bearer of-the-source' }));
  await call(upstream, 'work', { id: 'a' });
  expect(new Set(seen)).toEqual(new Set(['Bearer of-the-source']));
  expect(seen.length).toBeGreaterThan(2);
});
