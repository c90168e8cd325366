import { request as httpRequest } from 'node:http';
import { expect, test } from 'vitest';
import { KEYS, notesFiles, startApi, startGateway } from '../support/gateway.ts';
import { ACCEPT, INITIALIZE, post } from '../support/raw-http.ts';

test('a legacy session belongs to the principal and the endpoint that opened it', async () => {
  await using api = await startApi();
  await using gateway = await startGateway(notesFiles(api.url));
  const opened = await post(gateway.endpoint, JSON.stringify(INITIALIZE), {
    authorization: `Bearer ${KEYS.reader}`,
  });
  const session = opened.headers.get('mcp-session-id') ?? '';
  expect(session).not.toBe('');
  const list = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list' });
  const headers = { 'mcp-session-id': session };
  const own = await post(gateway.endpoint, list, { ...headers, authorization: `Bearer ${KEYS.reader}` });
  const others = await post(gateway.endpoint, list, { ...headers, authorization: `Bearer ${KEYS.writer}` });
  const elsewhere = await post(`${gateway.endpoint}/notes`, list, {
    ...headers,
    authorization: `Bearer ${KEYS.reader}`,
  });
  const invented = await post(gateway.endpoint, list, {
    'mcp-session-id': 'none',
    authorization: `Bearer ${KEYS.writer}`,
  });
  expect([own.status, others.status, elsewhere.status]).toEqual([200, 404, 404]);
  expect(others.text).toBe(invented.text);
});

test('a caller who opens session after session ends his own idle ones, not the others’ chance', async () => {
  await using api = await startApi();
  const files = notesFiles(api.url);
  files['bailiwick.yaml'] =
    files['bailiwick.yaml']?.replace("'127.0.0.1:0'", "'127.0.0.1:0', maxSessions: 2") ?? '';
  await using gateway = await startGateway(files);
  const open = (key: string) =>
    post(gateway.endpoint, JSON.stringify(INITIALIZE), { authorization: `Bearer ${key}` });
  const useOf = async (session: string, key: string) => {
    const headers = { authorization: `Bearer ${key}`, 'mcp-session-id': session };
    return post(gateway.endpoint, '{"jsonrpc":"2.0","id":2,"method":"tools/list"}', headers);
  };
  const first = (await open(KEYS.reader)).headers.get('mcp-session-id') ?? '';
  const second = (await open(KEYS.reader)).headers.get('mcp-session-id') ?? '';
  expect((await useOf(first, KEYS.reader)).status).toBe(404);
  expect((await useOf(second, KEYS.reader)).status).toBe(200);

  const stream = await fetch(gateway.endpoint, {
    headers: {
      accept: 'text/event-stream',
      authorization: `Bearer ${KEYS.reader}`,
      'mcp-session-id': second,
    },
  });
  expect(stream.status).toBe(200);
  const refused = await open(KEYS.reader);
  expect(refused.status).toBe(429);
  expect(refused.text).toContain('SESSION_LIMIT');
  expect((await open(KEYS.writer)).status).toBe(200);
  await stream.body?.cancel();
});

test('each call is recorded with the address it came from, not with the one that opened the session', async () => {
  await using api = await startApi();
  await using gateway = await startGateway(notesFiles(api.url));
  const authorization = `Bearer ${KEYS.reader}`;
  const opened = await post(gateway.endpoint, JSON.stringify(INITIALIZE), { authorization });
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const call = httpRequest(
    gateway.endpoint,
    {
      method: 'POST',
      localAddress: '127.0.0.9',
      headers: {
        ...ACCEPT,
        authorization,
        'content-type': 'application/json',
        'mcp-session-id': opened.headers.get('mcp-session-id') ?? '',
      },
    },
    (response) => response.resume().on('end', () => resolve(response.statusCode)),
  );
  call
    .on('error', reject)
    .end('{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"notes_list_notes"}}');
  expect(await promise).toBe(200);
  await gateway.close();
  const intent = (await gateway.records()).find((record) => record.type === 'call.intent');
  expect(intent?.via?.ip).toBe('127.0.0.9');
});

test.each([['legacy'], ['modern']])(
  'a stream of a principal whose key was withdrawn is closed (%s)',
  async (era) => {
    await using api = await startApi();
    const files = notesFiles(api.url);
    await using gateway = await startGateway(files);
    const authorization = `Bearer ${KEYS.writer}`;
    const stream =
      era === 'legacy'
        ? await post(gateway.endpoint, JSON.stringify(INITIALIZE), { authorization }).then((opened) =>
            fetch(gateway.endpoint, {
              headers: {
                accept: 'text/event-stream',
                authorization,
                'mcp-session-id': opened.headers.get('mcp-session-id') ?? '',
              },
            }),
          )
        : await fetch(gateway.endpoint, {
            method: 'POST',
            headers: {
              ...ACCEPT,
              authorization,
              'content-type': 'application/json',
              'mcp-protocol-version': '2026-07-28',
              'mcp-method': 'subscriptions/listen',
            },
            body: JSON.stringify({
              jsonrpc: '2.0',
              id: 1,
              method: 'subscriptions/listen',
              params: {
                notifications: { toolsListChanged: true },
                _meta: {
                  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
                  'io.modelcontextprotocol/clientCapabilities': {},
                },
              },
            }),
          });
    expect(stream.status).toBe(200);
    const ended = stream.text().catch(() => 'cut');

    await gateway.write(
      'bailiwick.yaml',
      files['bailiwick.yaml']?.replace(/ +- \{ principal: writer.*\n/, '') ?? '',
    );
    await gateway.reload();

    expect(await ended).not.toContain('list_changed');
  },
);
