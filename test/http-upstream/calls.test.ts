import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import type { Upstream } from '../../src/upstream/upstream.ts';
import type { HttpUpstreamOptions } from '../../src/upstream/http/http-upstream.ts';
import {
  BEARER,
  binding,
  context,
  faultOf,
  parameter,
  readRequest,
  serve,
  tool,
  upstream,
  wholeJsonBody,
} from './fixtures.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function listen(listener: Parameters<typeof serve>[0]) {
  const running = await serve(listener);
  closers.push(running.close);
  return running;
}

/** A server that speaks TCP only: what it answers is up to `onSocket`. */
async function listenRaw(onSocket: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function open(overrides: Partial<HttpUpstreamOptions>): Upstream {
  const opened = upstream(overrides);
  closers.push(() => opened.close());
  return opened;
}

describe('what arrives is what the plan says', () => {
  test.for(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'])(
    '%s, with path, query, header, cookie and body',
    async (method) => {
      const seen: { line: string; headers: Record<string, unknown>; body: string }[] = [];
      const { url } = await listen(async (request, response) => {
        const body = await readRequest(request);
        seen.push({ line: `${request.method} ${request.url}`, headers: request.headers, body });
        response.setHeader('content-type', 'application/json');
        response.end('{"ok":true}');
      });
      const http = binding({
        method,
        path: '/tickets/{id}',
        parameters: [
          parameter('path', 'id'),
          parameter('query', 'tags'),
          parameter('query', 'where', { style: 'deepObject' }),
          parameter('header', 'X-Note'),
          parameter('cookie', 'lang'),
        ],
        ...(method === 'HEAD' ? {} : { body: wholeJsonBody() }),
      });
      const args = {
        id: 'a/ü',
        tags: ['x', 'y z'],
        where: { state: 'open' },
        'X-Note': 'né',
        lang: 'de',
        body: { text: '😀' },
      };
      const source = open({ url: `${url}/v1` });
      const outcome = await source.callTool(tool(http), args, context());
      expect(outcome).toMatchObject({ status: 'ok', code: 200 });
      const plan = source.plan(tool(http), args);
      if (!('url' in plan)) throw new Error('no plan');
      expect(seen).toHaveLength(1);
      expect(seen[0]!.line).toBe(`${method} /v1/tickets/a%2F%C3%BC?tags=x&tags=y%20z&where%5Bstate%5D=open`);
      expect(`${plan.method} ${plan.url.slice(url.length)}`).toBe(seen[0]!.line);
      expect(seen[0]!.headers).toMatchObject(plan.headers);
      expect(seen[0]!.body).toBe(plan.body ?? '');
    },
  );

  test('an encoded path value is not resolved on its way out', async () => {
    const seen: (string | undefined)[] = [];
    const { url } = await listen((request, response) => {
      seen.push(request.url);
      response.end();
    });
    const http = binding({ path: '/a/{id}/b', parameters: [parameter('path', 'id')] });
    await open({ url }).callTool(tool(http), { id: '../%2e%2e/..' }, context());
    expect(seen).toEqual(['/a/..%2F%252e%252e%2F../b']);
  });

  test('connections are kept: ten calls in turn need two at most', async () => {
    const ports: (number | undefined)[] = [];
    const { url } = await listen(async (request, response) => {
      ports.push(request.socket.remotePort);
      await readRequest(request);
      response.end('{}');
    });
    const source = open({ url });
    const http = binding({ method: 'POST', body: wholeJsonBody() });
    // oxlint-disable-next-line no-await-in-loop -- in turn is the point
    for (let call = 0; call < 10; call += 1) await source.callTool(tool(http), { body: call }, context());
    expect(ports).toHaveLength(10);
    expect(new Set(ports).size).toBeLessThanOrEqual(2);
  });

  test.for([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['gzip, br', (bytes: string) => brotliCompressSync(gzipSync(bytes))],
    ['identity', (bytes: string) => Buffer.from(bytes)],
  ] as const)('an answer compressed with %s is read', async ([encoding, compress]) => {
    const { url } = await listen((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding });
      response.end(compress('{"a":"ü"}'));
    });
    const outcome = await open({ url }).callTool(tool(binding()), {}, context());
    expect(outcome.result['structuredContent']).toEqual({ a: 'ü' });
  });
});

describe('an upstream that fails', () => {
  test('a refused connection names the source, host and port, and what to check', async () => {
    const running = await serve((_request, response) => response.end());
    await running.close();
    const fault = await faultOf(() => open({ url: running.url }).callTool(tool(binding()), {}, context()));
    expect(fault.code).toBe('UPSTREAM_UNAVAILABLE');
    expect(fault.message).toBe(
      `helpdesk (${running.host}) cannot be reached: the connection was refused; check that it is running and that this address is right.`,
    );
  });

  test('an address that only the document names stays out of the text and is in the cause', async () => {
    const running = await serve((_request, response) => response.end());
    await running.close();
    const http = binding({ server: running.url });
    const fault = await faultOf(() => open({}).callTool(tool(http), {}, context()));
    expect(fault.code).toBe('UPSTREAM_UNAVAILABLE');
    expect(fault.message).not.toContain(String(running.port));
    expect(String(fault.cause)).toContain(running.host);
  });

  test('a name that does not resolve is unavailable', async () => {
    const fault = await faultOf(() =>
      open({ url: 'http://no-such-host.invalid' }).callTool(tool(binding()), {}, context()),
    );
    expect(fault.code).toBe('UPSTREAM_UNAVAILABLE');
    expect(fault.message).toContain('no-such-host.invalid');
  });

  test.for([
    ['never answers', () => {}],
    ['never ends its headers', (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\nA: b\r\n')],
    [
      'never ends its body',
      (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc'),
    ],
  ] as const)(
    'a server that %s times out, and a write says that it may have taken effect',
    async ([, answer]) => {
      const host = await listenRaw((socket) => socket.once('data', () => answer(socket)));
      const source = open({ url: `http://${host}`, timeoutMs: 100 });
      const fault = await faultOf(() => source.callTool(tool(binding(), { access: 'write' }), {}, context()));
      expect(fault.code).toBe('UPSTREAM_TIMEOUT');
      expect(fault.message).toContain('within 100 ms');
      expect(fault.message).toContain('sources.helpdesk.timeout');
      expect(fault.message).toContain('may have taken effect');
      const read = await faultOf(() => source.callTool(tool(binding()), {}, context()));
      expect(read.message).not.toContain('may have taken effect');
    },
  );

  test('a host that takes the connection and never finishes TLS does not hold the call', async () => {
    const host = await listenRaw(() => {});
    const source = upstream({ url: `https://${host}`, timeoutMs: 100 });
    const fault = await faultOf(() => source.callTool(tool(binding()), {}, context()));
    expect(fault.code).toBe('UPSTREAM_TIMEOUT');
  });

  test.for([
    ['closes without an answer', '', 'UPSTREAM_UNAVAILABLE'],
    [
      'closes in the middle of a body of known length',
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc',
      'UPSTREAM_UNAVAILABLE',
    ],
    [
      'closes in the middle of a chunk',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc',
      'UPSTREAM_UNAVAILABLE',
    ],
    ['closes in the middle of its headers', 'HTTP/1.1 200 OK\r\nContent-', 'UPSTREAM_UNAVAILABLE'],
    ['answers garbage', '\0\x01 this is not HTTP \xff\r\n\r\n', 'UPSTREAM_PROTOCOL'],
    ['answers in another protocol', 'SSH-2.0-OpenSSH_9.9\r\n', 'UPSTREAM_PROTOCOL'],
    [
      'frames a chunk wrongly',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n',
      'UPSTREAM_PROTOCOL',
    ],
  ] as const)('a server that %s is a fault with a code', async ([, answer, code]) => {
    let requests = 0;
    const host = await listenRaw((socket) =>
      socket.once('data', () => {
        requests += 1;
        socket.end(answer, 'latin1');
      }),
    );
    const source = open({ url: `http://${host}` });
    const fault = await faultOf(() =>
      source.callTool(tool(binding(), { access: 'destructive' }), {}, context()),
    );
    expect(fault.code).toBe(code);
    expect(fault.message).toContain(host);
    expect(fault.message).toContain('may have taken effect');
    expect(requests).toBe(1);
  });

  test.for([
    ['gzip', 'this is not gzip'],
    ['gzip', gzipSync('{"a":1}').subarray(0, 12)],
    ['zstd', 'whatever'],
  ] as const)('a body that claims to be %s and is not is a protocol fault', async ([encoding, body]) => {
    const { url } = await listen((_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding });
      response.end(body);
    });
    const fault = await faultOf(() => open({ url }).callTool(tool(binding()), {}, context()));
    expect(fault.code).toBe('UPSTREAM_PROTOCOL');
    expect(fault.message).toContain(`"${encoding}"`);
  });

  test.for([
    ['a long body', (): Buffer => Buffer.alloc(100_001, 'a'), undefined, 200],
    ['a long body of an error', (): Buffer => Buffer.alloc(100_001, 'a'), undefined, 500],
    [
      'a small body that unpacks to a long one',
      (): Buffer => gzipSync(Buffer.alloc(50_000_000)),
      'gzip',
      200,
    ],
  ] as const)(
    '%s is an error as a whole, with the status and the limit',
    async ([, body, encoding, status]) => {
      const { url } = await listen((_request, response) => {
        response.writeHead(status, encoding === undefined ? {} : { 'content-encoding': encoding });
        response.end(body());
      });
      const source = open({ url, maxResponseBytes: 100_000 });
      const outcome = await source.callTool(tool(binding()), {}, context());
      expect(outcome).toMatchObject({ status: 'tool-error', code: status, result: { isError: true } });
      expect(outcome.result['structuredContent']).toMatchObject({
        error: { code: 'UPSTREAM_ERROR', status },
      });
      const text = JSON.stringify(outcome.result);
      expect(text).toContain('sources.helpdesk.maxResponseBytes');
      expect(text.length).toBeLessThan(1000);
      expect((await source.callTool(tool(binding()), {}, context())).code).toBe(status);
    },
  );

  test('an answer of exactly the largest size is passed on', async () => {
    const { url } = await listen((_request, response) => response.end('a'.repeat(1000)));
    const outcome = await open({ url, maxResponseBytes: 1000 }).callTool(tool(binding()), {}, context());
    expect(outcome.status).toBe('ok');
  });
});

describe('cancelling', () => {
  test('a call that is cancelled before it starts sends nothing', async () => {
    let requests = 0;
    const { url } = await listen((_request, response) => {
      requests += 1;
      response.end();
    });
    const fault = await faultOf(() =>
      open({ url }).callTool(tool(binding()), {}, context({ signal: AbortSignal.abort() })),
    );
    expect(fault.code).toBe('CANCELLED');
    expect(requests).toBe(0);
  });

  test('a call that is cancelled while it waits ends at once, and the upstream sees the connection close', async () => {
    const arrived = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    const { url } = await listen((request) => {
      request.socket.once('close', () => closed.resolve());
      arrived.resolve();
    });
    const controller = new AbortController();
    const call = faultOf(() =>
      open({ url }).callTool(tool(binding()), {}, context({ signal: controller.signal })),
    );
    await arrived.promise;
    controller.abort();
    expect((await call).code).toBe('CANCELLED');
    await closed.promise;
  });

  test('a call that is cancelled in the middle of the body ends as cancelled', async () => {
    const controller = new AbortController();
    const { url } = await listen((_request, response) => {
      response.write('{"a":');
      response.flushHeaders();
      setImmediate(() => controller.abort());
    });
    const fault = await faultOf(() =>
      open({ url }).callTool(tool(binding()), {}, context({ signal: controller.signal })),
    );
    expect(fault.code).toBe('CANCELLED');
  });

  test('after closing, a call says that the server is stopping', async () => {
    const source = upstream({ url: 'http://127.0.0.1:9' });
    await source.close();
    expect((await faultOf(() => source.callTool(tool(binding()), {}, context()))).code).toBe('SHUTTING_DOWN');
  });
});

describe('redirects', () => {
  test('a redirect is a tool error that names its target, and nothing follows it', async () => {
    const other: string[] = [];
    const elsewhere = await listen((request, response) => {
      other.push(request.headers.authorization ?? 'none');
      response.end();
    });
    const { url } = await listen((_request, response) => {
      response.writeHead(307, { location: `${elsewhere.url}/stolen` });
      response.end();
    });
    const source = open({ url, credentials: { token: { bearer: 'canary-redirect' } } });
    const outcome = await source.callTool(tool(binding({ security: [[BEARER]] })), {}, context());
    expect(outcome).toMatchObject({ status: 'tool-error', code: 307, result: { isError: true } });
    expect(JSON.stringify(outcome.result)).toContain(`${elsewhere.url}/stolen`);
    expect(other).toEqual([]);
  });
});
