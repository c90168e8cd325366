import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KEYS } from '../support/gateway.ts';
import { startTwoWays } from './two-ways.ts';

let ways: Awaited<ReturnType<typeof startTwoWays>>;
beforeAll(async () => {
  ways = await startTwoWays();
});
afterAll(() => ways[Symbol.asyncDispose]());

const META = 'io.modelcontextprotocol/';

function body(id: number, name = 'list_notes'): string {
  const _meta = {
    [`${META}protocolVersion`]: '2026-07-28',
    [`${META}clientInfo`]: { name: 'raw', version: '1' },
    [`${META}clientCapabilities`]: {},
  };
  return JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: {}, _meta } });
}

interface Form {
  readonly target?: string;
  readonly method?: string;
  readonly headers?: readonly string[];
  readonly length?: number | 'none';
  readonly key?: string;
  readonly text?: string;
  readonly last?: boolean;
}

function toRequest(form: Form, id = 1): string {
  const { target = '/mcp/notes', method = 'POST', key = KEYS.writer, text = body(id) } = form;
  const length = form.length === 'none' ? [] : [`Content-Length: ${form.length ?? Buffer.byteLength(text)}`];
  return [
    `${method} ${target} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Content-Type: application/json',
    'Accept: application/json, text/event-stream',
    `Authorization: Bearer ${key}`,
    'Mcp-Protocol-Version: 2026-07-28',
    'Mcp-Method: tools/call',
    'Mcp-Name: list_notes',
    ...(form.last === false ? [] : ['Connection: close']),
    ...length,
    ...(form.headers ?? []),
    '',
    text,
  ].join('\r\n');
}

/** What a server answers to these bytes, as far as both ways in agree on it: status lines and JSON messages. */
async function answersTo(base: string, bytes: string): Promise<unknown[]> {
  const { port, hostname } = new URL(base);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  const over = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => {});
  socket.write(bytes);
  await over;
  const text = Buffer.concat(chunks).toString('utf8');
  const lines = [...text.matchAll(/HTTP\/1\.1 (\d{3})|(\{"(?:result|jsonrpc|error)".*\})/g)];
  return lines.map(([, status, json]) =>
    json === undefined ? Number(status) : (JSON.parse(json) as unknown),
  );
}

const whole = body(1);
const half = Math.floor(whole.length / 2);

test.each([
  [
    'several requests before the first answer',
    toRequest({ last: false }, 1) + toRequest({ last: false }, 2) + toRequest({}, 3),
  ],
  [
    'requests of two principals on one connection',
    toRequest({ last: false }, 1) + toRequest({ key: KEYS.careful }, 2),
  ],
  [
    'a good and a bad credential on one connection',
    toRequest({ last: false }, 1) + toRequest({ key: 'wrong' }, 2),
  ],
  ['two credentials', toRequest({ headers: [`Authorization: Bearer ${KEYS.reader}`] })],
  ['a body that waits to be asked for', toRequest({ headers: ['Expect: 100-continue'] })],
  ['an expectation that nobody meets', toRequest({ headers: ['Expect: the-unexpected'] })],
  ['a whole URL as its target', toRequest({ target: 'http://evil.example/mcp/notes' })],
  ['a query', toRequest({ target: '/mcp/notes?a=1' })],
  ['an encoded path', toRequest({ target: '/mcp/%6eotes' })],
  ['a path with dots', toRequest({ target: '/mcp/../mcp/notes' })],
  ['two slashes', toRequest({ target: '//mcp/notes' })],
  ['HEAD', toRequest({ method: 'HEAD' })],
  ['OPTIONS', toRequest({ method: 'OPTIONS' })],
  ['PUT', toRequest({ method: 'PUT' })],
  [
    'a body in chunks',
    toRequest({
      length: 'none',
      headers: ['Transfer-Encoding: chunked'],
      text: `${half.toString(16)}\r\n${whole.slice(0, half)}\r\n${(whole.length - half).toString(16)}\r\n${whole.slice(half)}\r\n0\r\n\r\n`,
    }),
  ],
  ['chunks and a length', toRequest({ headers: ['Transfer-Encoding: chunked'] })],
  ['two lengths', toRequest({ headers: ['Content-Length: 3'] })],
  ['a length that is less', toRequest({ length: half })],
  ['no length and no body', toRequest({ length: 'none', text: '' })],
  ['a length of nothing', toRequest({ length: 0, text: '' })],
  [
    'a length with a sign',
    toRequest({ headers: [], length: 'none', text: whole }).replace(
      '\r\n\r\n',
      `\r\nContent-Length: +${whole.length}\r\n\r\n`,
    ),
  ],
  ['two methods', toRequest({ headers: ['Mcp-Method: tools/list'] })],
  ['two names', toRequest({ headers: ['Mcp-Name: wipe'] })],
  ['two versions', toRequest({ headers: ['Mcp-Protocol-Version: 2025-11-25'] })],
  ['two hosts', toRequest({ headers: ['Host: evil.example'] })],
  ['two kinds of content', toRequest({ headers: ['Content-Type: text/plain'] })],
  [
    'bytes that are no UTF-8',
    toRequest({ text: whole.replace('"arguments":{}', '"arguments":{"a":"\u{FFFD}"}') }),
  ],
  ['no method in its headers', toRequest({}).replace('Mcp-Method: tools/call\r\n', '')],
  ['an upgrade', toRequest({ headers: ['Upgrade: websocket'] })],
])('on the wire, %s: both ways answer the same', async (_what, bytes) => {
  const [one, other] = await Promise.all([answersTo(ways.short, bytes), answersTo(ways.whole, bytes)]);
  expect(one.length).toBeGreaterThan(0);
  expect(one).toEqual(other);
});

test('a client that says half of its request and goes away leaves nothing behind, and no call', async () => {
  const before = ways.api.received.length;
  const { port, hostname } = new URL(ways.short);
  const text = toRequest({});
  await Promise.all(
    [10, 200, text.length - 5].map(async (length) => {
      const socket = connect(Number(port), hostname);
      socket.write(text.slice(0, length), () => socket.destroy());
      await new Promise<void>((resolve) => socket.once('close', () => resolve()));
    }),
  );
  expect(await answersTo(ways.short, text)).toHaveLength(2);
  expect(ways.api.received.length).toBe(before + 1);
});
