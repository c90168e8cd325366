import fc from 'fast-check';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KEYS } from '../support/gateway.ts';
import { startTwoWays } from './two-ways.ts';

/** What is sent, as far as the two ways in could tell it apart. */
interface Sent {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const VERSION = '2026-07-28';
const META = 'io.modelcontextprotocol/';

const agent = new Agent();
let ways: Awaited<ReturnType<typeof startTwoWays>>;

beforeAll(async () => {
  ways = await startTwoWays();
});

afterAll(async () => {
  await agent.close();
  await ways[Symbol.asyncDispose]();
});

async function send(base: string, { path, headers, body }: Sent) {
  const answer = await request(`${base}${path}`, { method: 'POST', headers, body, dispatcher: agent });
  const text = await answer.body.text();
  return {
    isShort: answer.headers['content-length'] !== undefined,
    seen: {
      status: answer.statusCode,
      type: String(answer.headers['content-type']).split(';')[0],
      challenge: answer.headers['www-authenticate'],
      body: toValue(text),
    },
  };
}

function toValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Sends the same both ways and expects the same back; says whether it took the short path. */
async function compare(sent: Sent): Promise<boolean> {
  const [short, whole] = await Promise.all([send(ways.short, sent), send(ways.whole, sent)]);
  expect(short.seen, JSON.stringify(sent)).toEqual(whole.seen);
  return short.isShort;
}

interface Form {
  readonly id: unknown;
  readonly method: string;
  readonly params: Record<string, unknown>;
  readonly headers: Record<string, string>;
}

function toSent({ id, method, params, headers }: Form, path = '/mcp/notes'): Sent {
  const name = typeof params['name'] === 'string' && isPrintable(params['name']) ? params['name'] : undefined;
  return {
    path,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${KEYS.writer}`,
      'mcp-protocol-version': VERSION,
      'mcp-method': method,
      ...(method === 'tools/call' && name !== undefined && { 'mcp-name': name }),
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
  };
}

function isPrintable(text: string): boolean {
  return /^[!-~]+$/.test(text);
}

const envelope = {
  [`${META}protocolVersion`]: VERSION,
  [`${META}clientInfo`]: { name: 'property', version: '1' },
  [`${META}clientCapabilities`]: {},
};

function call(name: unknown, args: unknown, meta: object = {}): Form {
  const params = { name, arguments: args, _meta: { ...envelope, ...meta } };
  return { id: 1, method: 'tools/call', params, headers: {} };
}

const args = fc.oneof(
  fc.constantFrom(
    {},
    { limit: 3 },
    { limit: 'three' },
    { limit: 0 },
    { text: 'x' },
    { id: 'a/b' },
    { name: 'list_notes', arguments: { limit: 3 } },
    { name: 'absent' },
    { query: 'notes' },
    null,
    [],
    'x',
  ),
  fc.dictionary(fc.constantFrom('limit', 'text', 'mood', 'id', '__proto__', 'ü'), fc.jsonValue()),
);
const names = fc.constantFrom(
  'list_notes',
  'create_note',
  'delete_note',
  'call_tool',
  'find_tools',
  'wipe',
  'absent',
  '',
  'ü',
  7,
);
const metas = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  fc.constantFrom<object>(
    { progressToken: 'p' },
    { progressToken: 1.5 },
    { progressToken: null },
    { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
    { 'com.example/other': [1] },
    { [`${META}logLevel`]: 'info' },
    { [`${META}logLevel`]: 'loud' },
    { [`${META}clientInfo`]: null },
    { [`${META}clientInfo`]: { name: 'no version' } },
    { [`${META}clientCapabilities`]: { elicitation: {}, sampling: { tools: {} } } },
    { [`${META}clientCapabilities`]: 'all' },
    { [`${META}clientCapabilities`]: undefined },
    { [`${META}protocolVersion`]: '2025-11-25' },
    { [`${META}protocolVersion`]: '2027-01-01' },
    { [`${META}protocolVersion`]: undefined },
    { [`${META}related-task`]: { taskId: 'x' } },
  ),
);
const ids = fc.constantFrom<unknown>(1, 'a', '', -5, 1.5, null, undefined, {}, 2 ** 53, 0);
const strange = fc.constantFrom<Record<string, string>>(
  {},
  {},
  {},
  { 'mcp-method': 'tools/list' },
  { 'mcp-method': 'TOOLS/CALL' },
  { 'mcp-name': 'other' },
  { 'mcp-name': '=?base64?bGlzdF9ub3Rlcw==?=' },
  { 'mcp-name': ' list_notes ' },
  { 'mcp-protocol-version': '2025-11-25' },
  { 'mcp-protocol-version': '2027-01-01' },
  { 'content-type': 'text/plain' },
  { 'content-type': 'application/json; charset=utf-16' },
  { 'content-type': 'application/json;charset=UTF-8' },
  { authorization: 'Bearer wrong' },
  { authorization: `Bearer ${KEYS.reader}` },
  { authorization: `Bearer ${KEYS.careful}` },
  { authorization: 'Basic eDp5' },
  { host: 'evil.example' },
  { origin: 'https://evil.example' },
  { origin: 'http://localhost:1234' },
  { accept: 'text/html' },
  { 'mcp-session-id': 'none' },
  { 'content-encoding': 'gzip' },
  { 'mcp-param-limit': '3' },
);
const paths = fc.constantFrom(
  '/mcp/notes',
  '/mcp/notes',
  '/mcp',
  '/mcp/none',
  '/mcp/notes/',
  '/mcp/notes?x=1',
  '/mcp/NOTES',
);

test('a call is answered the same on the short path and through the SDK, plain or odd', async () => {
  let short = 0;
  await fc.assert(
    fc.asyncProperty(
      names,
      args,
      metas,
      ids,
      strange,
      paths,
      async (name, values, meta, id, headers, path) => {
        short += Number(await compare(toSent({ ...call(name, values, meta), id, headers }, path)));
      },
    ),
    { numRuns: 250 },
  );
  expect(short).toBeGreaterThan(20);
});

test('a list is answered the same on the short path and through the SDK', async () => {
  const cursors = fc.constantFrom<unknown>(undefined, undefined, 'forged', '', 7, null);
  await fc.assert(
    fc.asyncProperty(cursors, metas, ids, strange, paths, async (cursor, meta, id, headers, path) => {
      const params = { cursor, _meta: { ...envelope, ...meta } };
      await compare(toSent({ id, method: 'tools/list', params, headers }, path));
    }),
    { numRuns: 120 },
  );
});

test('a body that is no request is answered the same', async () => {
  const whole = toSent(call('list_notes', {}));
  const bodies = fc.oneof(
    fc.constantFrom(
      '[]',
      'null',
      '7',
      ' ',
      '{',
      `[${whole.body}]`,
      `\u{FEFF}${whole.body}`,
      whole.body.replace('"2.0"', '"1.0"'),
      whole.body.replace('"id":1,', ''),
      whole.body.replace('"id":1,', '"id":1,"extra":true,'),
      whole.body.replace('"arguments":{}', '"arguments":{},"inputResponses":{}'),
      whole.body.replace('"arguments":{}', '"arguments":{},"requestState":"x"'),
      whole.body.replace('"arguments":{}', '"arguments":{"__proto__":{"limit":3}}'),
      whole.body.replace('"arguments":{}', '"arguments":{"__prot\\u006f__":{"limit":3}}'),
      whole.body.replace('"arguments":{}', '"arguments":{},"\\u005f_proto__":{"requestState":"x"}'),
      whole.body.replace('"_meta":{', '"_meta":{"_\\u005Fproto__":{"progressToken":1},'),
      whole.body.replace('"arguments":{}', '"arguments":{"constructor":{"prototype":{}}}'),
      whole.body.replace('"arguments":{}', '"arguments":{"limit":"x"},"arguments":{"limit":2}'),
      whole.body.replace('"id":1,', '"id":1,"id":"two",'),
      whole.body.replace('"id":1,', '"id":1e2,'),
      whole.body.replace('"id":1,', '"id":-0,'),
      whole.body.replace('"name":"list_notes"', '"name":"absent","name":"list_notes"'),
      whole.body.replace('"name":"list_notes"', '"name":"list_notes","name":"wipe"'),
      whole.body.replace('"arguments":{}', `"arguments":${'['.repeat(2_000)}${']'.repeat(2_000)}`),
      whole.body.replace('"arguments":{}', `"arguments":{"x":${'['.repeat(5_000)}${']'.repeat(5_000)}}`),
      JSON.stringify({ jsonrpc: '2.0', id: 1, result: {} }),
      JSON.stringify({ jsonrpc: '2.0', method: 'tools/call', params: {} }),
    ),
    fc.nat(whole.body.length).map((length) => whole.body.slice(0, length)),
    fc
      .tuple(fc.nat(whole.body.length - 1), fc.string({ unit: 'binary', maxLength: 2 }))
      .map(([at, text]) => `${whole.body.slice(0, at)}${text}${whole.body.slice(at + 1)}`),
  );
  await fc.assert(
    fc.asyncProperty(bodies, async (body) => void (await compare({ ...whole, body }))),
    { numRuns: 200 },
  );
});

test('what is common does take the short path', async () => {
  const forms = [call('list_notes', { limit: 3 }), call('create_note', {}), call('absent', {})];
  for (const form of forms) {
    // oxlint-disable-next-line no-await-in-loop -- three of them
    expect(await compare(toSent(form))).toBe(true);
  }
  const list = { id: 'x', method: 'tools/list', params: { _meta: envelope }, headers: {} };
  expect(await compare(toSent(list))).toBe(true);
});
