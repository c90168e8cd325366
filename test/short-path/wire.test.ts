import { ProtocolError, SdkHttpError } from '@modelcontextprotocol/client';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/catalog/json.ts';
import { createStaticCredentials, type McpCredentials } from '../../src/upstream/mcp/credentials.ts';
import { STREAM_ENDED } from '../../src/upstream/mcp/relay-transport.ts';
import { toHeaderValue } from '../../src/upstream/mcp/wire/request-form.ts';
import { createScrubber } from '../../src/upstream/scrub.ts';
import { EVENTS, JSON_TYPE, resultOf, startWire, type Answer } from './start-wire.ts';

test('a modern request carries its envelope and headers, and its result comes back as it is', async () => {
  const result = { content: [{ type: 'of tomorrow', x: 1 }], unknown: { deep: [null] } };
  const { call, arrived } = await startWire((one, response) =>
    response.writeHead(200, JSON_TYPE).end(resultOf(one, result)),
  );
  const meta = { traceparent: '00-1', 'io.modelcontextprotocol/clientCapabilities': { sampling: {} } };
  expect(await call({}, { name: 'größe ', arguments: { a: 1 }, _meta: meta })).toEqual(result);
  const [one] = arrived;
  expect(one?.message['params']).toEqual({
    name: 'größe ',
    arguments: { a: 1 },
    _meta: {
      ...meta,
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'wire', version: '1' },
    },
  });
  expect(one?.headers).toMatchObject({
    authorization: 'Bearer secret-credential',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': `=?base64?${Buffer.from('größe ').toString('base64')}?=`,
  });
  expect(one?.headers['mcp-session-id']).toBeUndefined();
});

test('what a header cannot carry is encoded, and can be told from what is not', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const value = toHeaderValue(text);
      expect(value).toMatch(/^[\t\x20-\x7E]*$/);
      expect(value.trim()).toBe(value);
      const [, encoded] = /^=\?base64\?(.*)\?=$/.exec(value) ?? [];
      const back = encoded === undefined ? value : Buffer.from(encoded, 'base64').toString('utf8');
      expect(back).toBe(text);
    }),
  );
  expect(toHeaderValue('=?base64?eA==?=')).not.toBe('=?base64?eA==?=');
});

test('progress, notifications and questions on the stream of a request are told before its answer', async () => {
  const { call, messages } = await startWire((one, response) => {
    const id = one.message['id'];
    response.writeHead(200, EVENTS);
    const told = [
      { method: 'notifications/progress', params: { progressToken: id, progress: 1, own: 'kept' } },
      { method: 'notifications/progress', params: { progressToken: 'another', progress: 2 } },
      { method: 'notifications/message', params: { level: 'info', data: 'x' } },
      { id: 'q', method: 'roots/list' },
    ];
    for (const message of told)
      response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\r\n\r\n`);
    response.write(': alive\n\ndata: {"broken\n\ndata: {"jsonrpc":"1.0"}\n\n');
    response.end(`data: ${resultOf(one)}\n\n`);
  });
  const progress: unknown[] = [];
  await call({ onProgress: (one) => void progress.push([one, messages.length]) });
  expect(progress).toEqual([[{ progress: 1, own: 'kept' }, 0]]);
  expect(messages.map(({ method }) => method)).toEqual([
    'notifications/progress',
    'notifications/message',
    'roots/list',
  ]);
});

test('a legacy stream that ends before its answer is taken up where it ended', async () => {
  const { call, arrived } = await startWire(
    (one, response, count) => {
      response.writeHead(200, EVENTS);
      if (count === 1) response.end('id: e1\nretry: 1\ndata:\n\n');
      else if (count === 2) response.end('id: e2\ndata: {"jsonrpc":"2.0","method":"notifications/x"}\n\n');
      else response.end('data: {"jsonrpc":"2.0","id":1,"result":{"late":true}}\n\n');
      expect(one.headers['mcp-session-id']).toBe('session-1');
    },
    { era: 'legacy' },
  );
  expect(await call()).toEqual({ late: true });
  expect(arrived.map(({ method, headers }) => [method, headers['last-event-id']])).toEqual([
    ['POST', undefined],
    ['GET', 'e1'],
    ['GET', 'e2'],
  ]);
});

test('a stream that cannot be taken up fails its request at once, and says that it may have been carried out', async () => {
  const broken: Answer[] = [
    (_one, response) => response.writeHead(200, EVENTS).end('data: {"jsonrpc":"2.0","method":"x"}\n\n'),
    (_one, response) => {
      response.writeHead(200, EVENTS);
      response.write('data: {"jsonrpc"', () => response.destroy());
    },
    (_one, response) => response.writeHead(200, JSON_TYPE).end('{"jsonrpc":"2.0","id":"other","result":{}}'),
  ];
  for (const answer of broken) {
    // oxlint-disable-next-line no-await-in-loop -- three of them
    const { call } = await startWire(answer);
    // oxlint-disable-next-line no-await-in-loop -- as above
    const error = await call().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProtocolError);
    expect((error as ProtocolError).data).toBe(STREAM_ENDED);
  }
});

test('a redirect is followed within the origin alone, and only where it keeps the method', async () => {
  const { call, arrived } = await startWire((one, response) => {
    if (one.url === '/mcp') response.writeHead(307, { location: '/mcp/' }).end();
    else response.writeHead(200, JSON_TYPE).end(resultOf(one));
  });
  expect(await call()).toEqual({ content: [] });
  expect(arrived.map(({ url }) => url)).toEqual(['/mcp', '/mcp/']);
  for (const [status, location] of [
    [307, 'http://localhost:9/mcp'],
    [302, '/mcp/'],
    [307, '//user:password@127.0.0.1/'],
  ] as const) {
    // oxlint-disable-next-line no-await-in-loop -- three of them
    const other = await startWire((_one, response) => response.writeHead(status, { location }).end());
    // oxlint-disable-next-line no-await-in-loop -- as above
    await expect(other.call()).rejects.toMatchObject({ status });
    expect(other.arrived).toHaveLength(1);
  }
});

test('a stream that is to be taken up elsewhere is not: its request is sent once, whatever a server says', async () => {
  const { call, arrived } = await startWire(
    (one, response) => {
      if (one.method === 'POST') response.writeHead(200, EVENTS).end('id: e1\nretry: 1\ndata:\n\n');
      else response.writeHead(307, { location: '/elsewhere' }).end();
    },
    { era: 'legacy' },
  );
  const error = await call().catch((thrown: unknown) => thrown);
  expect((error as ProtocolError).data).toBe(STREAM_ENDED);
  expect(arrived.filter(({ method }) => method === 'POST')).toHaveLength(1);
  expect(new Set(arrived.map(({ url }) => url))).toEqual(new Set(['/mcp']));
});

test('a refused credential is told to whoever keeps it, and the request sent once more where that is worth it', async () => {
  const challenges: unknown[] = [];
  let token = 'old';
  const credentials: McpCredentials = {
    ...createStaticCredentials({}),
    headers: () => Promise.resolve({ Authorization: `Bearer ${token}` }),
    refused: (challenge) => {
      challenges.push(challenge);
      token = 'new';
      return Promise.resolve(true);
    },
  };
  const { call, arrived } = await startWire(
    (one, response) => {
      if (one.headers.authorization === 'Bearer new') response.writeHead(200, JSON_TYPE).end(resultOf(one));
      else response.writeHead(401, { 'www-authenticate': 'Bearer scope="x"' }).end();
    },
    { credentials },
  );
  await call();
  expect(challenges).toMatchObject([
    { status: 401, challenge: 'Bearer scope="x"', authorization: 'Bearer old' },
  ]);
  expect(arrived[0]?.message['id']).not.toBe(arrived[1]?.message['id']);
});

test('a modern request is cancelled by the end of its connection, a legacy one by a notification', async () => {
  for (const era of ['modern', 'legacy'] as const) {
    const closed = Promise.withResolvers<void>();
    const told = Promise.withResolvers<JsonObject>();
    const controller = new AbortController();
    // oxlint-disable-next-line no-await-in-loop -- two of them
    const { call } = await startWire(
      ({ message }, response) => {
        if (message['method'] === 'notifications/cancelled') {
          told.resolve(message);
          response.writeHead(202).end();
          return;
        }
        response.once('close', () => closed.resolve());
        controller.abort(new Error('enough'));
      },
      { era },
    );
    // oxlint-disable-next-line no-await-in-loop -- as above
    await expect(call({ signal: controller.signal })).rejects.toThrow('enough');
    // oxlint-disable-next-line no-await-in-loop -- as above
    await closed.promise;
    // oxlint-disable-next-line no-await-in-loop -- as above
    if (era === 'legacy') expect((await told.promise)['params']).toMatchObject({ requestId: 1 });
  }
});

test('secrets are masked in results, errors and what is told, escaped or not', async () => {
  const scrub = createScrubber(['secret-credential']);
  const escaped = String.raw`{"jsonrpc":"2.0","id":1,"result":{"text":"a secr\u0065t-credential b"}}`;
  const plain = '{"jsonrpc":"2.0","id":1,"result":{"text":"a secret-credential b"}}';
  for (const body of [escaped, plain]) {
    // oxlint-disable-next-line no-await-in-loop -- two of them
    const { call } = await startWire((_one, response) => response.writeHead(200, JSON_TYPE).end(body), {
      scrub,
    });
    // oxlint-disable-next-line no-await-in-loop -- as above
    expect(await call()).toEqual({ text: 'a *** b' });
  }
  const { call } = await startWire(
    (one, response) => response.writeHead(500).end(one.headers.authorization),
    {
      scrub,
    },
  );
  const error = await call().catch((thrown: unknown) => thrown as SdkHttpError);
  expect(error).toBeInstanceOf(SdkHttpError);
  expect(JSON.stringify([(error as SdkHttpError).message, (error as SdkHttpError).data])).not.toContain(
    'secret',
  );
});

test('whatever a server answers, a request ends, and as many as one likes can follow', async () => {
  let next = { status: 200, type: 'application/json', body: Buffer.from('') };
  const { call } = await startWire((_one, response) => {
    response.writeHead(next.status, { 'content-type': next.type });
    response.end(next.body);
  });
  const pieces = fc.constantFrom(
    'data: ',
    '\n\n',
    '{"jsonrpc":"2.0","id":',
    '1',
    ',"result":{}}',
    'null',
    '[',
    '\0',
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(200, 201, 302, 307, 400, 404, 429, 500),
      fc.constantFrom('application/json', 'text/event-stream', 'text/html', ''),
      fc.oneof(
        fc.uint8Array({ maxLength: 60 }),
        fc.array(pieces, { maxLength: 12 }).map((all) => Buffer.from(all.join(''))),
      ),
      async (status, type, body) => {
        next = { status, type, body: Buffer.from(body) };
        const ended = await call().then(
          () => 'answered',
          (error: unknown) => (error instanceof Error ? 'failed' : 'something else'),
        );
        expect(ended).not.toBe('something else');
      },
    ),
    { numRuns: 300 },
  );
});
