import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

/** A request that came to the proxy, and what can be done with it. */
export interface Exchange {
  readonly response: ServerResponse;
  /** Fires when whoever asked has gone. */
  readonly gone: Promise<void>;
  /** Hands the request to the server and reads its answer. */
  answer(): Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }>;
  /** Hands the request to the server and its answer back, as it comes. */
  pass(): void;
}

/** What the proxy does to a request, `nth` of its kind, counted from 1. */
export type Fault = (exchange: Exchange, nth: number) => unknown;

export interface FaultProxy extends AsyncDisposable {
  readonly url: string;
  /** How many `tools/call` requests came. */
  calls(): number;
  /** What happens to calls from now on, or to every request. */
  use(fault: Fault | undefined, what?: 'calls' | 'everything'): void;
  /** Connections that stand. */
  connections(): Promise<number>;
}

/** Stands between the gateway and a real server, and passes on what it is not told to break. */
export async function startFaultProxy(server: { url: string; port: number }): Promise<FaultProxy> {
  let fault: Fault | undefined;
  let scope: 'calls' | 'everything' = 'calls';
  let calls = 0;
  let broken = 0;
  const http = createServer((request, response) => {
    void (async () => {
      const body = await readAll(request);
      const isCall = body.includes('"tools/call"');
      if (isCall) calls += 1;
      const exchange = createExchange(server.port, request, body, response);
      if (!fault || (scope === 'calls' && !isCall)) return exchange.pass();
      broken += 1;
      await fault(exchange, broken);
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return {
    url: server.url.replace(`:${server.port}/`, `:${port}/`),
    calls: () => calls,
    use(next, what = 'calls') {
      fault = next;
      scope = what;
      broken = 0;
    },
    connections: () =>
      new Promise((resolve, reject) => {
        http.getConnections((error, count) => (error ? reject(error) : resolve(count)));
      }),
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

async function readAll(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function createExchange(
  port: number,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): Exchange {
  const { method, url: path, headers } = request;
  const forward = (onAnswer: (answer: IncomingMessage) => void): void => {
    const onward = send({ host: '127.0.0.1', port, method, path, headers }, onAnswer);
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    onward.end(body);
  };
  return {
    response,
    gone: new Promise((resolve) => {
      response.on('close', resolve);
    }),
    answer: () =>
      new Promise((resolve, reject) => {
        forward((answer) => {
          readAll(answer).then(
            (whole) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: whole }),
            reject,
          );
        });
      }),
    pass: () =>
      forward((answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        response.flushHeaders();
        answer.pipe(response);
      }),
  };
}

const reply =
  (status: number, headers: Record<string, string>, body: string | Buffer = ''): Fault =>
  ({ response }) =>
    void response.writeHead(status, headers).end(body);

const JSON_TYPE = { 'content-type': 'application/json' };
const EVENTS = { 'content-type': 'text/event-stream' };

/** The server's own answer, but for how it is sent. */
const answered =
  (write: (response: ServerResponse, body: Buffer) => void): Fault =>
  async ({ answer, response }) => {
    const { status, headers, body } = await answer();
    const { 'content-length': _length, 'transfer-encoding': _encoding, ...rest } = headers;
    response.writeHead(status, { ...rest, 'content-length': body.length });
    write(response, body);
  };

/** Faults that leave the server untouched by the request. */
export const REFUSALS = {
  silence: () => {},
  'headers and then silence': ({ response }) => response.writeHead(200, JSON_TYPE).flushHeaders(),
  'a closed connection': ({ response }) => void response.destroy(),
  'HTTP 401': reply(401, {}),
  'HTTP 404': reply(404, {}, 'nothing here'),
  'HTTP 429': reply(429, { 'retry-after': '7' }),
  'HTTP 500': reply(500, {}, 'oops'),
  'HTTP 503': reply(503, { 'retry-after': '120' }),
  'garbage bytes': reply(200, JSON_TYPE, Buffer.from([0, 255, 1, 254, 128, 0])),
  'garbage JSON': reply(200, JSON_TYPE, '{"ok": [1, 2'),
  'JSON that is no JSON-RPC': reply(200, JSON_TYPE, '{"ok": true}'),
  'a web page': reply(200, { 'content-type': 'text/html' }, '<h1>It works!</h1>'),
  'an answer that unfolds beyond all bounds': reply(
    200,
    { ...JSON_TYPE, 'content-encoding': 'gzip' },
    gzipSync(Buffer.alloc(40 * 1024 * 1024, 0x20)),
  ),
  'an event without end': ({ response }) => {
    const lines = Buffer.from(`data: ${'x'.repeat(65_536)}\n`.repeat(16));
    const write = (): void => {
      while (!response.destroyed && response.write(lines));
    };
    response.writeHead(200, EVENTS).on('drain', write);
    write();
  },
} satisfies Record<string, Fault>;

/** Faults after the server has done what it was asked. */
export const LOSSES = {
  'an answer that comes too late': async ({ answer, gone }) => {
    await answer();
    await gone;
  },
  'an answer cut in the middle': answered((response, body) => {
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
  }),
  'an answer byte by byte': answered((response, body) => {
    let sent = 0;
    const timer = setInterval(() => {
      response.write(body.subarray(sent, sent + 1));
      sent += 1;
      if (sent === 4) clearInterval(timer);
    }, 20);
  }),
  'an answer that is lost': async ({ answer, response }) => {
    await answer();
    response.destroy();
  },
} satisfies Record<string, Fault>;
