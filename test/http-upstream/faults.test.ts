import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { toFault } from '../../src/upstream/http/faults.ts';
import { binding, context, createOpened, faultOf, serve, tool } from './fixtures.ts';

const opened = createOpened();
afterEach(() => opened.closeAll());

describe('an upstream that fails', () => {
  test('a refused connection names the source, host and port, and what to check', async () => {
    const running = await serve((_request, response) => response.end());
    await running.close();
    const fault = await faultOf(() =>
      opened.source({ url: running.url }).callTool(tool(binding()), {}, context()),
    );
    expect(fault.code).toBe('UPSTREAM_UNAVAILABLE');
    expect(fault.message).toBe(
      `helpdesk (${running.host}) cannot be reached: the connection was refused; check that it is running and that this address is right.`,
    );
  });

  test('an address that only the document names stays out of the text and is in the cause', async () => {
    const running = await serve((_request, response) => response.end());
    await running.close();
    const http = binding({ server: running.url });
    const fault = await faultOf(() =>
      opened.source({ privateNetwork: true }).callTool(tool(http), {}, context()),
    );
    expect(fault.code).toBe('UPSTREAM_UNAVAILABLE');
    expect(fault.message).not.toContain(String(running.port));
    expect(String(fault.cause)).toContain(running.host);
  });

  test.for([
    ['connect', true],
    ['read', false],
    ['write', false],
  ] as const)('a host that is lost in a %s: that nothing was sent is %s', ([syscall, nothingSent]) => {
    const error = Object.assign(new Error('no route'), { code: 'EHOSTUNREACH', syscall });
    const base = { origin: 'http://api.example', host: 'api.example', path: '', isPinned: true };
    const fault = toFault(error, { source: 'helpdesk', base, changesSomething: true, scrub: String });
    expect(fault.nothingSent).toBe(nothingSent);
    expect(fault.message.includes('may have taken effect')).toBe(!nothingSent);
  });

  test('a name that does not resolve is unavailable', async () => {
    const fault = await faultOf(() =>
      opened.source({ url: 'http://no-such-host.invalid' }).callTool(tool(binding()), {}, context()),
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
      const { url } = await opened.rawServer((socket) => socket.once('data', () => answer(socket)));
      const source = opened.source({ url, timeoutMs: 100 });
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
    const { host } = await opened.rawServer(() => {});
    const source = opened.source({ url: `https://${host}`, timeoutMs: 100 });
    // Long before the client itself would give the connection up, which takes it 10 s.
    const started = performance.now();
    const fault = await faultOf(() => source.callTool(tool(binding()), {}, context()));
    expect(fault.code).toBe('UPSTREAM_TIMEOUT');
    await source.close();
    expect(performance.now() - started).toBeLessThan(5000);
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
    const { host, url } = await opened.rawServer((socket) =>
      socket.once('data', () => {
        requests += 1;
        socket.end(answer, 'latin1');
      }),
    );
    const source = opened.source({ url });
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
    const { url } = await opened.server((_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding });
      response.end(body);
    });
    const fault = await faultOf(() => opened.source({ url }).callTool(tool(binding()), {}, context()));
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
      const { url } = await opened.server((_request, response) => {
        response.writeHead(status, encoding === undefined ? {} : { 'content-encoding': encoding });
        response.end(body());
      });
      const source = opened.source({ url, maxResponseBytes: 100_000 });
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
    const { url } = await opened.server((_request, response) => response.end('a'.repeat(1000)));
    const outcome = await opened
      .source({ url, maxResponseBytes: 1000 })
      .callTool(tool(binding()), {}, context());
    expect(outcome.status).toBe('ok');
  });
});
