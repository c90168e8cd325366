import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { readBody } from './modern-wire.ts';
import { call, faultOf, fixture, never, nodeCommand, startUpstream } from './support.ts';

type Answer = (
  request: IncomingMessage,
  response: ServerResponse,
  message: { id?: unknown; method?: string },
) => void;

async function startServer(answer: Answer): Promise<string> {
  const http = createServer((request, response) => {
    void readBody(request).then((body) =>
      answer(request, response, body === '' ? {} : (JSON.parse(body) as object)),
    );
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`;
}

const plain =
  (status: number, type: string, body: string): Answer =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': type }).end(body);

const RUBBISH: Record<string, { code: string; says: string; answer: Answer }> = {
  'a web page': {
    code: 'UPSTREAM_PROTOCOL',
    says: 'neither JSON nor an event stream',
    answer: plain(200, 'text/html', '<h1>hi</h1>'),
  },
  'invalid JSON': {
    code: 'UPSTREAM_PROTOCOL',
    says: 'not JSON',
    answer: plain(200, 'application/json', '{"jsonrpc":'),
  },
  'JSON that is not JSON-RPC': {
    code: 'UPSTREAM_PROTOCOL',
    says: 'not JSON-RPC',
    answer: plain(200, 'application/json', '{"ok":true}'),
  },
  'no credential accepted': {
    code: 'UPSTREAM_UNAVAILABLE',
    says: 'HTTP 401',
    answer: plain(401, 'text/plain', 'who are you'),
  },
  'a refusal': { code: 'UPSTREAM_UNAVAILABLE', says: 'HTTP 403', answer: plain(403, 'text/plain', 'no') },
  'nothing here': {
    code: 'UPSTREAM_PROTOCOL',
    says: 'HTTP 404',
    answer: plain(404, 'text/html', 'not found'),
  },
  'a fault': { code: 'UPSTREAM_UNAVAILABLE', says: 'HTTP 500', answer: plain(500, 'text/plain', 'oops') },
  'too many requests': {
    code: 'UPSTREAM_UNAVAILABLE',
    says: 'HTTP 429',
    answer: plain(429, 'text/plain', 'slow down'),
  },
  silence: { code: 'UPSTREAM_TIMEOUT', says: 'in', answer: () => {} },
  'headers and then silence': {
    code: 'UPSTREAM_TIMEOUT',
    says: 'in',
    answer: (_request, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders(),
  },
  'a closed socket': {
    code: 'UPSTREAM_UNAVAILABLE',
    says: 'cannot be reached',
    answer: (request) => void request.socket.destroy(),
  },
  'half an answer': {
    code: 'UPSTREAM_UNAVAILABLE',
    says: 'cannot be reached',
    answer: (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"jsonrpc":"2.0",', () => request.socket.destroy());
    },
  },
  'an event stream that ends without an answer': {
    code: 'UPSTREAM_PROTOCOL',
    says: 'ended its answer',
    answer: plain(200, 'text/event-stream', ': hello\n\n'),
  },
};

test.each(Object.entries(RUBBISH))(
  'a server that starts with %s fails in its own way, in time',
  async (_name, { code, says, answer }) => {
    const url = await startServer(answer);
    const upstream = startUpstream({ url, headers: {} }, { startupTimeoutMs: 1_000, timeoutMs: 1_000 });
    const started = performance.now();
    const fault = await faultOf(upstream.contribution(never));
    expect(performance.now() - started).toBeLessThan(2_000);
    expect({ code: fault.code, message: fault.message }).toEqual({
      code,
      message: expect.stringContaining(says),
    });
  },
);

const discover = (id: unknown) =>
  JSON.stringify({
    jsonrpc: '2.0',
    id,
    result: {
      resultType: 'complete',
      supportedVersions: ['2026-07-28'],
      capabilities: { tools: {} },
      ttlMs: 0,
      cacheScope: 'private',
    },
  });

test.each(Object.entries(RUBBISH))(
  'a call that is answered with %s fails in its own way, in time',
  async (_name, { code, says, answer }) => {
    const url = await startServer((request, response, message) => {
      if (message.method === 'server/discover')
        plain(200, 'application/json', discover(message.id))(request, response, message);
      else answer(request, response, message);
    });
    const upstream = startUpstream({ url, headers: {} }, { timeoutMs: 1_000 });
    const started = performance.now();
    const fault = await faultOf(call(upstream, 'any'));
    expect(performance.now() - started).toBeLessThan(2_000);
    expect({ code: fault.code, message: fault.message }).toEqual({
      code,
      message: expect.stringContaining(says),
    });
  },
);

test('configured headers do not follow a redirect to another origin', async () => {
  const stolen: unknown[] = [];
  const elsewhere = await startServer((request, response) => {
    stolen.push(request.headers.authorization);
    response.end();
  });
  const url = await startServer(
    (_request, response) => void response.writeHead(307, { location: elsewhere }).end(),
  );
  const fault = await faultOf(
    startUpstream({ url, headers: { Authorization: 'Bearer s3cret' } }).contribution(never),
  );
  expect(fault.code).toBe('UPSTREAM_UNAVAILABLE');
  expect(fault.message).toContain('redirects');
  expect(stolen).toEqual([]);
  expect(`${fault.message} ${JSON.stringify(fault.data)}`).not.toContain('s3cret');
});

test('a redirect within the origin is followed', async () => {
  const url = await startServer((request, response, message) => {
    if (request.url === '/mcp') response.writeHead(307, { location: '/mcp/' }).end();
    else if (message.method === 'server/discover')
      plain(200, 'application/json', discover(message.id))(request, response, message);
    else {
      const result = { resultType: 'complete', tools: [], ttlMs: 0, cacheScope: 'private' };
      plain(200, 'application/json', JSON.stringify({ jsonrpc: '2.0', id: message.id, result }))(
        request,
        response,
        message,
      );
    }
  });
  expect((await startUpstream({ url, headers: {} }).contribution(never)).tools).toEqual([]);
});

test('an answer beyond all bounds is cut off', async () => {
  const url = await startServer((request, response, message) => {
    if (message.method === 'server/discover')
      return plain(200, 'application/json', discover(message.id))(request, response, message);
    response.writeHead(200, { 'content-type': 'application/json' });
    const chunk = Buffer.alloc(1024 * 1024, 0x20);
    const write = (): void => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', write);
    write();
  });
  const fault = await faultOf(call(startUpstream({ url, headers: {} }), 'any'));
  expect(fault).toMatchObject({
    code: 'UPSTREAM_PROTOCOL',
    message: 'source up sent an answer that is too long',
  });
});

test.each([
  { mode: 'exit', code: 'UPSTREAM_UNAVAILABLE', says: 'ended with code 3: cannot find my settings' },
  { mode: 'silent', code: 'UPSTREAM_TIMEOUT', says: 'did not complete its start in 2000 ms' },
  { mode: 'future', code: 'UPSTREAM_PROTOCOL', says: 'no protocol version in common' },
  { mode: 'rubbish', code: 'UPSTREAM_PROTOCOL', says: 'writes something to standard output that is not MCP' },
])('a child in mode "$mode" fails in its own way, in time', async ({ mode, code, says }) => {
  const upstream = startUpstream(
    { command: nodeCommand(fixture('scripted-child.ts'), mode), env: {} },
    { startupTimeoutMs: 2_000 },
  );
  const started = performance.now();
  const fault = await faultOf(upstream.contribution(never));
  expect(performance.now() - started).toBeLessThan(4_000);
  expect({ code: fault.code, message: fault.message }).toEqual({
    code,
    message: expect.stringContaining(says),
  });
});

test('a program that does not exist is named as such', async () => {
  const fault = await faultOf(startUpstream({ command: ['/no/such/program'], env: {} }).contribution(never));
  expect(fault).toMatchObject({
    code: 'UPSTREAM_UNAVAILABLE',
    message: 'source up cannot be started: no such program or directory (/no/such/program)',
  });
});

test('a child that also writes debug lines to standard output still serves', async () => {
  const upstream = startUpstream({ command: nodeCommand(fixture('scripted-child.ts'), 'chatty'), env: {} });
  expect((await upstream.contribution(never)).tools).toHaveLength(1);
});
