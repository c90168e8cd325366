import path from 'node:path';
import { expect, test } from 'vitest';
import { toChildEnvironment } from '../../src/upstream/mcp/child-environment.ts';
import {
  call,
  createJournal,
  faultOf,
  fixture,
  isRunning,
  never,
  nodeCommand,
  startUpstream,
  temporaryFolder,
  textOf,
  until,
} from './support.ts';

const pidsOf = (lines: string[], word: string) =>
  lines.filter((line) => line.startsWith(word)).map((line) => Number(line.split(' ')[1]));

test('a child gets the allowed variables and the configured ones, and nothing else of the gateway’s environment', async () => {
  process.env['BAILIWICK_TEST_CANARY'] = 'secret';
  const upstream = startUpstream({
    command: nodeCommand(fixture('scripted-child.ts'), 'environment'),
    env: { TOKEN: 'given' },
  });
  const environment = JSON.parse(textOf(await call(upstream, 'run'))) as Record<string, string>;
  delete process.env['BAILIWICK_TEST_CANARY'];
  const programs = path.dirname(process.execPath);
  expect(environment).toMatchObject({
    TOKEN: 'given',
    PATH: `${programs}${path.delimiter}${process.env['PATH']}`,
  });
  const allowed = ['BAILIWICK_CHILD', 'HOME', 'LANG', 'LC_ALL', 'PATH', 'TERM', 'TMPDIR', 'TOKEN'];
  const others = Object.keys(environment).filter(
    (name) => !allowed.includes(name) && !name.startsWith('__CF'),
  );
  expect(others).toEqual([]);
});

test('an exported shell function is not inherited, and configured variables win', () => {
  expect(
    toChildEnvironment({ HOME: '/mine' }, { PATH: '() { evil; }', HOME: '/theirs', SECRET: 'x' }),
  ).toEqual({ HOME: '/mine', PATH: path.dirname(process.execPath) });
});

test('a child runs in the configured folder', async () => {
  const cwd = temporaryFolder();
  const upstream = startUpstream({
    command: nodeCommand(fixture('scripted-child.ts'), 'environment'),
    env: {},
    cwd,
  });
  await call(upstream, 'run');
  expect((await upstream.contribution(never)).tools).toHaveLength(1);
});

test('a legacy server is probed and served by one child', async () => {
  const journal = createJournal();
  const env = { JOURNAL: journal.path };
  const upstream = startUpstream({ command: nodeCommand(fixture('scripted-child.ts'), 'old'), env });
  await Promise.all([upstream.contribution(never), call(upstream, 'run'), call(upstream, 'run')]);
  expect(pidsOf(journal.lines(), 'start')).toHaveLength(1);
});

test('a server that ends itself when probed is started once more, and never probed again', async () => {
  const journal = createJournal();
  const env = { JOURNAL: journal.path };
  const upstream = startUpstream({ command: nodeCommand(fixture('scripted-child.ts'), 'dies'), env });
  await call(upstream, 'run');
  const pids = pidsOf(journal.lines(), 'start');
  expect(pids).toHaveLength(2);
  process.kill(pids[1] ?? 0, 'SIGKILL');
  await until(() => pidsOf(journal.lines(), 'start').length === 3, 'a third start');
  await call(upstream, 'run');
  expect(pidsOf(journal.lines(), 'start')).toHaveLength(3);
});

test('a killed child is started again on the next call, and its return is announced', async () => {
  const journal = createJournal();
  const env = { JOURNAL: journal.path };
  const upstream = startUpstream(
    { command: nodeCommand(fixture('modern-server.ts'), '--stdio'), env },
    { backoff: { initialMs: 60_000, maximumMs: 60_000 } },
  );
  await call(upstream, 'echo', { text: 'a' });
  expect(upstream.changes()).toBe(0);
  process.kill(pidsOf(journal.lines(), 'start')[0] ?? 0, 'SIGKILL');
  await until(
    () => upstream.log.some(({ message }) => message === 'upstream is not reachable'),
    'the loss is noticed',
  );
  expect(textOf(await call(upstream, 'echo', { text: 'b' }))).toBe('modern:b');
  expect(pidsOf(journal.lines(), 'start')).toHaveLength(2);
  await until(() => upstream.changes() === 1, 'the return is announced');
});

test('a killed child comes back by itself', async () => {
  const journal = createJournal();
  const env = { JOURNAL: journal.path };
  const upstream = startUpstream({ command: nodeCommand(fixture('modern-server.ts'), '--stdio'), env });
  await upstream.contribution(never);
  process.kill(pidsOf(journal.lines(), 'start')[0] ?? 0, 'SIGKILL');
  await until(() => upstream.changes() > 0, 'the return is announced');
  expect(pidsOf(journal.lines(), 'start')).toHaveLength(2);
});

test('a call that is running when the child dies fails once and is not repeated', async () => {
  const journal = createJournal();
  const env = { JOURNAL: journal.path };
  const upstream = startUpstream(
    { command: nodeCommand(fixture('scripted-child.ts'), 'crashing'), env },
    { backoff: { initialMs: 60_000, maximumMs: 60_000 } },
  );
  const first = await faultOf(call(upstream, 'run'));
  expect(first).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  expect(first.message).toContain('may or may not have been done');
  expect(pidsOf(journal.lines(), 'start')).toHaveLength(1);

  // A crash loop is not fed: after the second crash in a row calls wait their turn.
  await faultOf(call(upstream, 'run'));
  const third = await faultOf(call(upstream, 'run'));
  expect(third.message).toMatch(/^source up is down: it .*; next try in 1?[0-9]{2} s$/);
  expect(third.data['retryAfterMs']).toBeGreaterThan(100_000 / 2);
  expect(pidsOf(journal.lines(), 'start')).toHaveLength(2);
});

test('closing ends a child that ignores the end of its input and SIGTERM', async () => {
  const journal = createJournal();
  const upstream = startUpstream({
    command: nodeCommand(fixture('scripted-child.ts'), 'stubborn'),
    env: { JOURNAL: journal.path },
  });
  await call(upstream, 'run');
  const [pid = 0] = pidsOf(journal.lines(), 'start');
  await upstream.close();
  expect(isRunning(pid)).toBe(false);
});

test('closing ends what a child started', async () => {
  const journal = createJournal();
  const upstream = startUpstream({
    command: nodeCommand(fixture('scripted-child.ts'), 'family'),
    env: { JOURNAL: journal.path },
  });
  await call(upstream, 'run');
  const pids = [...pidsOf(journal.lines(), 'start'), ...pidsOf(journal.lines(), 'kin')];
  expect(pids).toHaveLength(2);
  await upstream.close();
  await until(() => !pids.some(isRunning), 'the whole family is gone');
});

test('closing while a child is still starting leaves no child', async () => {
  const journal = createJournal();
  const upstream = startUpstream({
    command: nodeCommand(fixture('scripted-child.ts'), 'silent'),
    env: { JOURNAL: journal.path },
  });
  const waiting = faultOf(upstream.contribution(never));
  await until(() => journal.lines().length === 1, 'the child runs');
  await upstream.close();
  expect((await waiting).message).toContain('is closed');
  expect(isRunning(pidsOf(journal.lines(), 'start')[0] ?? 0)).toBe(false);
  expect((await faultOf(call(upstream, 'run'))).code).toBe('UPSTREAM_UNAVAILABLE');
});

test('standard error of a child is logged by lines at debug level, within bounds', async () => {
  const upstream = startUpstream({ command: nodeCommand(fixture('scripted-child.ts'), 'flooding'), env: {} });
  await call(upstream, 'run');
  const stderr = () =>
    upstream.log.filter(({ fields }) => 'stderr' in fields && typeof fields['stderr'] === 'string');
  await until(() => stderr().length > 0, 'something is logged');
  expect(
    stderr().every(({ level, fields }) => level === 'debug' && String(fields['stderr']).length <= 2_001),
  ).toBe(true);
  expect(stderr().length).toBeLessThan(500);
});
