import { connect } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { catalogOf, tool } from '../policy/fixtures.ts';
import { INITIALIZE, post } from '../support/raw-http.ts';
import { scriptUpstream, serveScripted } from '../lists/scripted.ts';
import { gather, openSession, sendModern } from '../lists/wire.ts';

/** A source with a tool that answers when it is told to. */
function waiting() {
  const { promise, resolve } = Promise.withResolvers<void>();
  const upstream = scriptUpstream(catalogOf('slow', { tools: [tool('slow', 'wait')] }), {
    callTool: async () => {
      await promise;
      return { result: { content: [{ type: 'text', text: 'done' }] }, status: 'ok' };
    },
  });
  return { upstream, finish: () => resolve() };
}

const CALL = { name: 'slow_wait', arguments: {} };

test('a client that loses the stream of a call gets its result by coming back with the last event', async () => {
  const { upstream, finish } = waiting();
  await using gateway = await serveScripted({ upstreams: [upstream] });
  const client = await openSession(gateway.endpoint, 'ann');
  const broken = gather(await client.send('tools/call', CALL));
  await expect.poll(() => broken.events).toEqual([{ id: expect.any(String), retry: '1000' }]);
  await broken.stop();
  const after = broken.events[0]?.id ?? '';

  const resumed = gather(await client.listen(after));
  finish();
  await resumed.ended;
  expect(resumed.messages.map(({ result }) => result?.['content'])).toEqual([
    [{ type: 'text', text: 'done' }],
  ]);

  const again = gather(await client.listen(after));
  await again.ended;
  expect(again.messages).toEqual(resumed.messages);
});

test('a stream that takes the place of one that is not known to be broken goes on', async () => {
  const { upstream, finish } = waiting();
  await using gateway = await serveScripted({ upstreams: [upstream] });
  const client = await openSession(gateway.endpoint, 'ann');
  const first = gather(await client.send('tools/call', CALL));
  await expect.poll(() => first.events).toHaveLength(1);
  const second = gather(await client.listen(first.events[0]?.id));
  await first.ended;
  finish();
  await second.ended;
  expect(second.messages).toHaveLength(1);
});

test('an event of another session, or of none, resumes nothing', async () => {
  const { upstream, finish } = waiting();
  finish();
  await using gateway = await serveScripted({ upstreams: [upstream] });
  const [first, second] = [
    await openSession(gateway.endpoint, 'ann'),
    await openSession(gateway.endpoint, 'bob'),
  ];
  const call = gather(await first.send('tools/call', CALL));
  await call.ended;
  const id = call.events[0]?.id ?? '';
  const refused = await Promise.all([second.listen(id), first.listen('nothing'), first.listen(`${id}0`)]);
  expect(refused.map(({ status }) => status)).toEqual([400, 400, 400]);
  expect(await refused[0].text()).toContain('nothing that came after this event is kept');
});

test('a client older than 2025-11-25 is sent no event without a message', async () => {
  const { upstream, finish } = waiting();
  finish();
  await using gateway = await serveScripted({ upstreams: [upstream] });
  const client = await openSession(gateway.endpoint, 'ann', { protocolVersion: '2025-06-18' });
  client.headers['mcp-protocol-version'] = '2025-06-18';
  const call = gather(await client.send('tools/call', CALL));
  await call.ended;
  expect(call.events).toHaveLength(1);
  expect(call.messages).toHaveLength(1);
});

test('every event stream is kept alive, unbuffered and uncompressed', async () => {
  const { upstream } = waiting();
  await using gateway = await serveScripted({ upstreams: [upstream] }, {}, { keepAliveMs: 20 });
  const client = await openSession(gateway.endpoint, 'ann');
  const responses = [
    await client.listen(),
    await client.send('tools/call', CALL),
    await sendModern(gateway.endpoint, 'ann', 'subscriptions/listen', {
      notifications: { toolsListChanged: true },
    }),
  ];
  for (const response of responses) {
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': expect.stringContaining('no-transform'),
      'x-accel-buffering': 'no',
    });
    expect(response.headers.get('content-encoding')).toBeNull();
    const stream = gather(response);
    await expect.poll(() => stream.events.map(({ comment }) => comment)).toContain('keepalive');
    await stream.stop();
  }
});

test('a client that closes its half of the connection is gone, and may open its stream again', async () => {
  await using gateway = await serveScripted({ upstreams: [] });
  const client = await openSession(gateway.endpoint, 'ann');
  const { hostname, port } = new URL(gateway.url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  const headers = { ...client.headers, accept: 'text/event-stream', host: `${hostname}:${port}` };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET /mcp HTTP/1.1\r\n${lines.join('')}\r\n`);
  await once(socket, 'data');
  socket.end();
  await expect
    .poll(async () => {
      const again = await client.listen();
      await again.body?.cancel();
      return again.status;
    })
    .toBe(200);
  socket.destroy();
});

test('a session is asked for by its id: none is 400, an unknown one 404, and after DELETE it is unknown', async () => {
  await using gateway = await serveScripted({ upstreams: [] });
  const client = await openSession(gateway.endpoint, 'ann');
  const list = '{"jsonrpc":"2.0","id":5,"method":"tools/list"}';
  const statusOf = async (headers: Record<string, string>): Promise<number> =>
    (await post(gateway.endpoint, list, { authorization: 'Bearer ann', ...headers })).status;
  const own = { 'mcp-session-id': client.session };
  expect(await statusOf({})).toBe(400);
  expect(await statusOf({ 'mcp-session-id': 'unknown' })).toBe(404);
  expect(await statusOf({ ...own, 'mcp-protocol-version': '1999-01-01' })).toBe(400);
  expect(await statusOf(own)).toBe(200);
  expect((await client.end()).status).toBe(200);
  expect(await statusOf(own)).toBe(404);
  expect((await client.listen()).status).toBe(404);
  expect((await client.end()).status).toBe(404);
});

test('one principal may hold so many sessions as is configured, whatever others hold', async () => {
  await using gateway = await serveScripted(
    { upstreams: [] },
    { maxSessions: 10, maxSessionsPerPrincipal: 1 },
  );
  const first = await openSession(gateway.endpoint, 'ann');
  const stream = gather(await first.listen());
  const refused = await post(gateway.endpoint, JSON.stringify(INITIALIZE), { authorization: 'Bearer ann' });
  expect(refused.status).toBe(429);
  expect((await openSession(gateway.endpoint, 'bob')).session).not.toBe('');
  await stream.stop();
});

test('a request with too many headers, or too large ones, is answered with 431', async () => {
  await using gateway = await serveScripted({ upstreams: [] }, { maxHeaderBytes: 8_192 });
  const many = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`x-${index}`, '1']));
  const tooMany = await post(gateway.endpoint, '{}', { authorization: 'Bearer ann', ...many });
  expect([tooMany.status, JSON.parse(tooMany.text)]).toMatchObject([
    431,
    { error: { data: { code: 'HEADERS_TOO_LARGE' } } },
  ]);
  expect((await post(gateway.endpoint, '{}', { 'x-long': 'x'.repeat(10_000) })).status).toBe(431);
});
