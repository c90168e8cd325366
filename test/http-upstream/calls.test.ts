import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import {
  BEARER,
  binding,
  context,
  createOpened,
  faultOf,
  parameter,
  readRequest,
  tool,
  upstream,
  wholeJsonBody,
} from './fixtures.ts';

const opened = createOpened();
afterEach(() => opened.closeAll());

describe('what arrives is what the plan says', () => {
  test.for(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'])(
    '%s, with path, query, header, cookie and body',
    async (method) => {
      const seen: { line: string; headers: Record<string, unknown>; body: string }[] = [];
      const { url } = await opened.server(async (request, response) => {
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
      const source = opened.source({ url: `${url}/v1` });
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
    const { url } = await opened.server((request, response) => {
      seen.push(request.url);
      response.end();
    });
    const http = binding({ path: '/a/{id}/b', parameters: [parameter('path', 'id')] });
    await opened.source({ url }).callTool(tool(http), { id: '../%2e%2e/..' }, context());
    expect(seen).toEqual(['/a/..%2F%252e%252e%2F../b']);
  });

  test('connections are kept: ten calls in turn need two at most', async () => {
    const ports: (number | undefined)[] = [];
    const { url } = await opened.server(async (request, response) => {
      ports.push(request.socket.remotePort);
      await readRequest(request);
      response.end('{}');
    });
    const source = opened.source({ url });
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
    const { url } = await opened.server((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding });
      response.end(compress('{"a":"ü"}'));
    });
    const outcome = await opened.source({ url }).callTool(tool(binding()), {}, context());
    expect(outcome.result['structuredContent']).toEqual({ a: 'ü' });
  });
});

describe('cancelling', () => {
  test('a call that is cancelled before it starts sends nothing', async () => {
    let requests = 0;
    const { url } = await opened.server((_request, response) => {
      requests += 1;
      response.end();
    });
    const fault = await faultOf(() =>
      opened.source({ url }).callTool(tool(binding()), {}, context({ signal: AbortSignal.abort() })),
    );
    expect(fault.code).toBe('CANCELLED');
    expect(requests).toBe(0);
  });

  test('a call that is cancelled while it waits ends at once, and the upstream sees the connection close', async () => {
    const arrived = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    const { url } = await opened.server((request) => {
      request.socket.once('close', () => closed.resolve());
      arrived.resolve();
    });
    const controller = new AbortController();
    const call = faultOf(() =>
      opened.source({ url }).callTool(tool(binding()), {}, context({ signal: controller.signal })),
    );
    await arrived.promise;
    controller.abort();
    expect((await call).code).toBe('CANCELLED');
    await closed.promise;
  });

  test('a call that is cancelled in the middle of the body ends as cancelled', async () => {
    const controller = new AbortController();
    const { url } = await opened.server((_request, response) => {
      response.write('{"a":');
      response.flushHeaders();
      setImmediate(() => controller.abort());
    });
    const fault = await faultOf(() =>
      opened.source({ url }).callTool(tool(binding()), {}, context({ signal: controller.signal })),
    );
    expect(fault.code).toBe('CANCELLED');
  });

  test('closing lets a running call end', async () => {
    const arrived = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const { url } = await opened.server(async (_request, response) => {
      arrived.resolve();
      await release.promise;
      response.end('{"done":true}');
    });
    const source = upstream({ url });
    const call = source.callTool(tool(binding()), {}, context());
    await arrived.promise;
    const closing = source.close();
    release.resolve();
    expect((await call).result['structuredContent']).toEqual({ done: true });
    await closing;
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
    const elsewhere = await opened.server((request, response) => {
      other.push(request.headers.authorization ?? 'none');
      response.end();
    });
    const { url } = await opened.server((_request, response) => {
      response.writeHead(307, { location: `${elsewhere.url}/stolen` });
      response.end();
    });
    const source = opened.source({ url, credentials: { token: { bearer: 'canary-redirect' } } });
    const outcome = await source.callTool(tool(binding({ security: [[BEARER]] })), {}, context());
    expect(outcome).toMatchObject({ status: 'tool-error', code: 307, result: { isError: true } });
    expect(JSON.stringify(outcome.result)).toContain(`${elsewhere.url}/stolen`);
    expect(other).toEqual([]);
  });
});
