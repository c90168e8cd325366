import { expect, test } from 'vitest';
import { wasNotSent } from '../../src/upstream/mcp/faults.ts';
import { startModernServer } from './modern-wire.ts';
import {
  call,
  createJournal,
  faultOf,
  fixture,
  nodeCommand,
  startHttpFixture,
  startUpstream,
  textOf,
  until,
} from './support.ts';

test.each(['http', 'stdio'])('progress is passed on over %s', async (kind) => {
  const server =
    kind === 'http'
      ? { url: (await startHttpFixture('modern-server.ts')).url, headers: {} }
      : { command: nodeCommand(fixture('modern-server.ts'), '--stdio'), env: {} };
  const seen: unknown[] = [];
  await call(startUpstream(server), 'slow', { steps: 3 }, { onProgress: (progress) => seen.push(progress) });
  expect(seen).toEqual([1, 2, 3].map((progress) => ({ progress, total: 3, message: `step ${progress}` })));
});

test('without a wish for progress none is asked for', async () => {
  const { url, seen } = await startModernServer({ 'tools/call': () => ({ content: [] }) });
  await call(startUpstream({ url, headers: {} }), 'any');
  expect(seen.at(-1)?.params._meta).not.toHaveProperty('progressToken');
});

test.each(['http', 'stdio'])('a cancelled call is cancelled in the upstream over %s', async (kind) => {
  const journal = createJournal();
  const env = { JOURNAL: journal.path };
  const server =
    kind === 'http'
      ? { url: (await startHttpFixture('modern-server.ts', env)).url, headers: {} }
      : { command: nodeCommand(fixture('modern-server.ts'), '--stdio'), env };
  const upstream = startUpstream(server);
  const caller = new AbortController();
  const fault = await faultOf(
    call(
      upstream,
      'slow',
      {},
      { signal: caller.signal, onProgress: () => caller.abort(new Error('enough')) },
    ),
  );
  expect(fault.code).toBe('CANCELLED');
  await until(() => journal.lines().includes('cancelled'), 'the tool notices');
  expect(textOf(await call(upstream, 'echo', { text: 'still here' }))).toBe('modern:still here');
});

test('a call that takes too long ends at its timeout and is cancelled in the upstream', async () => {
  const journal = createJournal();
  const { url } = await startHttpFixture('modern-server.ts', { JOURNAL: journal.path });
  const upstream = startUpstream({ url, headers: {} }, { timeoutMs: 300 });
  const fault = await faultOf(call(upstream, 'slow'));
  expect(fault.code).toBe('UPSTREAM_TIMEOUT');
  await until(() => journal.lines().includes('cancelled'), 'the tool notices');
});

test('progress keeps a long call alive past its timeout', async () => {
  const { url } = await startHttpFixture('modern-server.ts');
  const upstream = startUpstream({ url, headers: {} }, { timeoutMs: 1_500 });
  await call(upstream, 'echo');
  const outcome = await call(upstream, 'slow', { steps: 200 }, { onProgress: () => {} });
  expect(textOf(outcome)).toBe('done');
});

test('a cancelled caller gets nothing and costs the upstream nothing', async () => {
  const { url, seen } = await startModernServer({});
  const fault = await faultOf(
    call(startUpstream({ url, headers: {} }), 'any', {}, { signal: AbortSignal.abort() }),
  );
  expect(fault.code).toBe('CANCELLED');
  expect(seen).toEqual([]);
});

test('many calls run at once on one connection', async () => {
  const { url, seen } = await startModernServer({
    'tools/call': ({ params }) => ({
      content: [{ type: 'text', text: String(params['arguments'] && JSON.stringify(params['arguments'])) }],
    }),
  });
  const upstream = startUpstream({ url, headers: {} });
  const outcomes = await Promise.all(Array.from({ length: 50 }, (_, n) => call(upstream, 'any', { n })));
  expect(outcomes.map(textOf)).toEqual(Array.from({ length: 50 }, (_, n) => `{"n":${n}}`));
  expect(seen.filter(({ method }) => method === 'server/discover')).toHaveLength(1);
});

test.each([
  ['a capability that the client lacks', -32_021, {}, 'UPSTREAM_REJECTED'],
  ['a state that was changed on the way', -32_602, { requestState: 'changed' }, 'UPSTREAM_REJECTED'],
  ['answers that do not fit', -32_602, { inputResponses: { name: {} } }, 'UPSTREAM_REJECTED'],
  ['arguments that do not fit', -32_602, {}, 'UPSTREAM_ERROR'],
] as const)(
  'an upstream that refuses %s is told as what the client, or the model, has to mend',
  async (_what, code, context, expected) => {
    const error = { code, message: 'no', data: { requiredCapabilities: { sampling: {} } } };
    const { url } = await startModernServer({ 'tools/call': () => ({ error }) });
    const fault = await faultOf(call(startUpstream({ url, headers: {} }), 'any', {}, context));
    expect(fault).toMatchObject({ code: expected, data: { upstream: error } });
  },
);

test.each([
  ['connect', true],
  ['getaddrinfo', true],
  ['read', false],
  ['write', false],
])('a host that cannot be reached, by a failed %s: that nothing was sent is %s', (syscall, expected) => {
  const cause = Object.assign(new Error('no route'), { code: 'EHOSTUNREACH', syscall });
  expect(wasNotSent(new TypeError('fetch failed', { cause }))).toBe(expected);
});

test.each(['Not connected', 'connect ECONNREFUSED 127.0.0.1:9', 'Connection closed'])(
  'an upstream that answers with the error "%s" has had the call, which is neither sent again nor free',
  async (message) => {
    const { url, seen } = await startModernServer({
      'tools/call': () => ({ error: { code: -32_000, message, data: { code: 'ECONNREFUSED' } } }),
    });
    const fault = await faultOf(call(startUpstream({ url, headers: {} }), 'any'));
    expect(fault).toMatchObject({ code: 'UPSTREAM_ERROR', nothingSent: false });
    expect(seen.filter(({ method }) => method === 'tools/call')).toHaveLength(1);
  },
);
