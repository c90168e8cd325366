import { expect, test } from 'vitest';
import type { TestUpstream } from './support.ts';
import {
  call,
  createJournal,
  faultOf,
  fixture,
  never,
  nodeCommand,
  startHttpFixture,
  startUpstream,
  textOf,
  until,
} from './support.ts';

const offers = async (upstream: TestUpstream, name: string) =>
  (await upstream.contribution(never)).tools.some((tool) => tool.name === name);

test.each([
  ['modern HTTP', 'modern-server.ts', 'http'],
  ['modern stdio', 'modern-server.ts', 'stdio'],
  ['legacy HTTP', 'legacy-server.ts', 'http'],
  ['legacy stdio', 'legacy-server.ts', 'stdio'],
])('a changed list is announced by a %s server', async (_name, file, kind) => {
  const upstream = startUpstream(
    kind === 'http'
      ? { url: (await startHttpFixture(file)).url, headers: {} }
      : { command: nodeCommand(fixture(file), '--stdio'), env: {} },
  );
  expect(await offers(upstream, 'extra')).toBe(false);
  // Listening, or the stream of notifications, is opened beside the first requests: ask until it is heard.
  await until(async () => {
    if (upstream.changes() === 0) await call(upstream, 'add-tool');
    return upstream.changes() > 0;
  }, 'the change is announced');
  expect(await offers(upstream, 'extra')).toBe(true);
});

test('changes that arrive together are announced once', async () => {
  const upstream = startUpstream({ command: nodeCommand(fixture('legacy-server.ts'), '--stdio'), env: {} });
  await upstream.contribution(never);
  await Promise.all([call(upstream, 'add-tool'), call(upstream, 'add-tool'), call(upstream, 'add-tool')]);
  await until(() => upstream.changes() > 0, 'the change is announced');
  expect(upstream.changes()).toBe(1);
});

test.each(['404', '400'])(
  'sessions that the server forgets, saying so with %s, are opened anew within the call',
  async (status) => {
    const journal = createJournal();
    const { url, pid } = await startHttpFixture('legacy-server.ts', {
      LOST_STATUS: status,
      JOURNAL: journal.path,
    });
    const upstream = startUpstream(
      { url, headers: {} },
      { backoff: { initialMs: 60_000, maximumMs: 60_000 } },
    );
    // Again and again: a lost session is no sign of an upstream that is down.
    for (let round = 0; round < 4; round++) {
      expect(textOf(await call(upstream, 'echo'))).toBe('old');
      process.kill(pid, 'SIGUSR2');
      await until(() => journal.lines().length === round + 1, 'the server forgets');
    }
    expect(textOf(await call(upstream, 'echo'))).toBe('old');
    await until(() => upstream.changes() > 0, 'the new session is announced');
  },
);

test('a modern server over HTTP comes back by itself, and its changes are heard again', async () => {
  const first = await startHttpFixture('modern-server.ts');
  const upstream = startUpstream({ url: first.url, headers: {} });
  await upstream.contribution(never);
  await first.kill('SIGKILL');
  const fault = await faultOf(call(upstream, 'echo', { text: 'a' }));
  expect(fault.code).toBe('UPSTREAM_UNAVAILABLE');
  await startHttpFixture('modern-server.ts', { PORT: new URL(first.url).port });
  const isBack = () => upstream.log.some(({ message }) => message === 'upstream is reachable again');
  await until(isBack, 'the server is found again');
  await until(() => upstream.changes() > 1, 'the return is announced, as its absence was');
  const before = upstream.changes();
  await until(async () => {
    await call(upstream, 'add-tool');
    return upstream.changes() > before;
  }, 'the change is announced');
});

test('calls to an upstream that is down fail at once and say when the next try is', async () => {
  const { url, kill } = await startHttpFixture('modern-server.ts');
  await kill('SIGKILL');
  const upstream = startUpstream({ url, headers: {} }, { backoff: { initialMs: 8_000, maximumMs: 8_000 } });
  const first = await faultOf(upstream.contribution(never));
  expect(first).toMatchObject({
    code: 'UPSTREAM_UNAVAILABLE',
    message: 'source up cannot be reached (ECONNREFUSED)',
  });
  const second = await faultOf(call(upstream, 'echo'));
  expect(second).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', data: { retryAfterMs: expect.any(Number) } });
  expect(second.message).toMatch(
    /^source up is down: it cannot be reached \(ECONNREFUSED\); next try in [78] s$/,
  );
});
