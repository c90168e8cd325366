import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { JsonObject } from '../../src/catalog/json.ts';
import { createClient, modernContext, startAskingServer } from './asking.ts';
import { readBody, startModernServer, type Message } from './modern-wire.ts';
import {
  call,
  createJournal,
  faultOf,
  fixture,
  nodeCommand,
  startUpstream,
  textOf,
  until,
} from './support.ts';

const URI = 'test://watched';

/** Hears updates of a resource. */
function createEar() {
  const heard: JsonObject[] = [];
  return { heard, hear: (params: JsonObject) => void heard.push(params) };
}

test('a legacy upstream is subscribed to once for all who want to hear, and told when nobody does', async () => {
  const { url, lines } = await startAskingServer();
  const upstream = startUpstream({ url, headers: {} });
  const context = createClient('one', 'ann').context();
  const [one, two] = [createEar(), createEar()];
  const stops = await Promise.all([
    upstream.subscribe(URI, context, one.hear),
    upstream.subscribe(URI, context, two.hear),
  ]);
  await call(upstream, 'touch', { uri: URI }, context);
  await until(() => one.heard.length === 1 && two.heard.length === 1, 'both hear of it');
  expect(one.heard).toEqual([{ uri: URI, extra: 'kept' }]);
  await stops[0]?.();
  await call(upstream, 'touch', { uri: URI }, context);
  await until(() => two.heard.length === 2, 'the other one hears of it');
  await stops[1]?.();
  await stops[1]?.();
  const told = lines.filter((line) => line.includes('subscribe')).map((line) => line.split(' ')[0]);
  expect([told, one.heard.length]).toEqual([['subscribe', 'unsubscribe'], 1]);
});

test('who subscribes to what is not there is told so, as where a server takes no subscriptions', async () => {
  const { url } = await startAskingServer();
  const upstream = startUpstream({ url, headers: {} });
  const context = modernContext('ann', undefined);
  expect(await faultOf(upstream.subscribe('test://none', context, () => {}))).toMatchObject({
    code: 'UNKNOWN_RESOURCE',
    data: { uri: 'test://none' },
  });
  const plain = startUpstream({ url: (await startModernServer({})).url, headers: {} });
  expect(await faultOf(plain.subscribe(URI, context, () => {}))).toMatchObject({
    code: 'INVALID_PARAMS',
    message: 'source up takes no subscriptions to its resources',
  });
});

test('subscriptions go on over an upstream that was killed and started again', async () => {
  const first = await startAskingServer();
  const upstream = startUpstream({ url: first.url, headers: {} });
  const ear = createEar();
  const context = modernContext('ann', undefined);
  await upstream.subscribe(URI, context, ear.hear);
  await first.stop();
  const second = await startAskingServer(first.port);
  await until(() => second.lines.some((line) => line.startsWith('subscribe')), 'it is subscribed to anew');
  // What changed meanwhile is not known, so it counts as changed.
  await until(() => ear.heard.length > 0, 'a missed change is told');
  expect(ear.heard[0]).toEqual({ uri: URI });
  await call(upstream, 'touch', { uri: URI }, context);
  await until(() => ear.heard.some((params) => params['extra'] === 'kept'), 'a change is heard');
});

test('subscriptions go on over a child that was killed', async () => {
  const journal = createJournal();
  const command = nodeCommand(fixture('asking-server.ts'), '--stdio');
  const upstream = startUpstream({ command, env: { JOURNAL: journal.path } });
  const ear = createEar();
  const context = modernContext('ann', undefined);
  await upstream.subscribe(URI, context, ear.hear);
  process.kill(Number(textOf(await call(upstream, 'name', {}, context))), 'SIGKILL');
  await until(() => ear.heard.length > 0, 'a missed change is told');
  await call(upstream, 'touch', { uri: URI }, context);
  await until(() => ear.heard.length > 1, 'a change is heard');
});

test('a session that the upstream forgets is opened anew unseen, with its subscriptions', async () => {
  const { url, lines, forget } = await startAskingServer();
  const upstream = startUpstream({ url, headers: {} }, { backoff: { initialMs: 60_000, maximumMs: 60_000 } });
  const clients = [createClient('one', 'ann'), createClient('two', 'bob')];
  const ear = createEar();
  for (const client of clients) await upstream.subscribe(URI, client.context(), ear.hear);
  forget();
  for (const client of clients) {
    const name = textOf(await call(upstream, 'name', {}, client.context()));
    await until(() => lines.includes(`subscribe ${name} ${URI}`), 'it is subscribed to anew');
  }
  await until(() => ear.heard.length === 2, 'a missed change is told to each');
});

/** A modern server whose listen streams can be written to and ended. */
async function startListening() {
  const streams: { uris: string[]; response: ServerResponse; id: unknown }[] = [];
  const server = await startModernServer({
    'server/discover': () => ({
      supportedVersions: ['2026-07-28'],
      capabilities: { resources: { subscribe: true } },
      ttlMs: 0,
      cacheScope: 'private',
    }),
    'subscriptions/listen': (message: Message, _request, response) => {
      const notifications = message.params['notifications'] as { resourceSubscriptions: string[] };
      const stream = { uris: notifications.resourceSubscriptions, response, id: message.id };
      streams.push(stream);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      send(stream, 'notifications/subscriptions/acknowledged', { notifications });
      return undefined;
    },
  });
  const send = (stream: (typeof streams)[number], method: string, params: JsonObject): void => {
    const _meta = { 'io.modelcontextprotocol/subscriptionId': stream.id };
    const message = { jsonrpc: '2.0', method, params: { ...params, _meta } };
    stream.response.write(`data: ${JSON.stringify(message)}\n\n`);
  };
  const open = () => streams.filter(({ response }) => !response.destroyed);
  onTestFinished(() => {
    for (const { response } of streams) response.destroy();
  });
  return { ...server, streams, send, open };
}

test('the stream of a modern upstream is opened anew with each change of what is wanted, and after it ended', async () => {
  const { url, streams, send, open } = await startListening();
  const upstream = startUpstream({ url, headers: {} });
  const [one, two] = [createEar(), createEar()];
  const context = modernContext('ann', undefined);
  const stop = await upstream.subscribe(URI, context, one.hear);
  await upstream.subscribe('test://b', modernContext('bob', undefined), two.hear);
  expect(streams.map(({ uris }) => uris)).toEqual([[URI], [URI, 'test://b']]);
  await until(() => open().length === 1, 'the first stream ends');
  const [, second] = streams;
  if (second) send(second, 'notifications/resources/updated', { uri: 'test://b', odd: 1 });
  await until(() => two.heard.length === 1, 'the change is heard');
  expect([one.heard, two.heard[0]?.['odd']]).toEqual([[], 1]);
  await stop();
  expect(streams.at(-1)?.uris).toEqual(['test://b']);
  streams.at(-1)?.response.end();
  await until(() => two.heard.length === 2, 'the gap is told');
  expect([streams.length, two.heard[1], one.heard]).toEqual([4, { uri: 'test://b' }, []]);
});

test('a cut response stream of a legacy call is taken up where it ended', async () => {
  const resumed: unknown[] = [];
  const http = createServer((request, response) => void serve(request, response));
  const serve = async (request: Parameters<typeof readBody>[0], response: ServerResponse): Promise<void> => {
    if (request.method === 'GET') {
      const last = request.headers['last-event-id'];
      if (last === undefined) return void response.writeHead(405).end();
      resumed.push(last);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      return void response.end(`id: 2\ndata: ${JSON.stringify({ jsonrpc: '2.0', id: callId, result })}\n\n`);
    }
    if (request.method !== 'POST') return void response.writeHead(405).end();
    const { id, method } = JSON.parse(await readBody(request)) as Message;
    if (method === 'server/discover') return void response.writeHead(404).end();
    if (id === undefined) return void response.writeHead(202).end();
    if (method === 'initialize') {
      response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 's' });
      const serverInfo = { name: 'cut', version: '1' };
      const handshake = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo };
      return void response.end(JSON.stringify({ jsonrpc: '2.0', id, result: handshake }));
    }
    callId = id;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('retry: 10\nid: 1\ndata: \n\n', () => response.destroy());
  };
  let callId: unknown;
  const result = { content: [{ type: 'text', text: 'whole' }] };
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void http.close());
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`;
  const upstream = startUpstream({ url, headers: {} });
  expect(textOf(await call(upstream, 'any', {}, modernContext('ann', undefined)))).toBe('whole');
  expect(resumed).toEqual(['1']);
});
