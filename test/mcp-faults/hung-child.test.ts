import { expect, test } from 'vitest';
import {
  call,
  createJournal,
  faultOf,
  fixture,
  isRunning,
  never,
  nodeCommand,
  principalOf,
  startUpstream,
  until,
} from '../mcp-upstream/support.ts';

/** An upstream whose child can be stopped, so that its pipes stand and nothing comes from it. */
function startStoppable(timeoutMs: number, startupTimeoutMs = 15_000) {
  const journal = createJournal();
  let now = 1_000_000;
  const upstream = startUpstream(
    { command: nodeCommand(fixture('scripted-child.ts'), 'old'), env: { JOURNAL: journal.path } },
    {
      timeoutMs,
      startupTimeoutMs,
      breakerFailures: 2,
      backoff: { initialMs: 60_000, maximumMs: 600_000 },
      now: () => now,
    },
  );
  return {
    upstream,
    pass: (milliseconds: number) => void (now += milliseconds),
    pids: () => journal.lines().map((line) => Number(line.split(' ')[1])),
  };
}

const of = (subject: string) => ({ caller: { principal: principalOf(subject) } });

test.concurrent('a child that stops answering is ended, and the next try starts another', async () => {
  const { upstream, pass, pids } = startStoppable(1_000);
  await upstream.contribution(never);
  const [hung = 0] = pids();
  process.kill(hung, 'SIGSTOP');
  for (let round = 0; round < 2; round++) {
    expect((await faultOf(call(upstream, 'run'))).code).toBe('UPSTREAM_TIMEOUT');
  }
  expect((await faultOf(call(upstream, 'run'))).message).toContain('is down: it did not answer in time');
  await until(() => !isRunning(hung), 'the hung child is gone');
  // A new child says nothing of whether it answers: the breaker alone says when one is tried.
  await upstream.contribution(never);
  expect((await faultOf(call(upstream, 'run'))).message).toContain('is down');
  pass(60_000);
  expect((await call(upstream, 'run')).status).toBe('ok');
  expect(pids()).toHaveLength(2);
});

test.concurrent('the children of others, who are answered, stay', async () => {
  const { upstream, pass, pids } = startStoppable(1_000);
  await upstream.contribution(never);
  await call(upstream, 'run', {}, of('ada'));
  await call(upstream, 'run', {}, of('ben'));
  const [own = 0, hung = 0, others = 0] = pids();
  process.kill(hung, 'SIGSTOP');
  for (let round = 0; round < 2; round++) await faultOf(call(upstream, 'run', {}, of('ada')));
  await until(() => !isRunning(hung), 'the hung child is gone');
  pass(60_000);
  await call(upstream, 'run', {}, of('ada'));
  await call(upstream, 'run', {}, of('ben'));
  expect([own, others].map(isRunning)).toEqual([true, true]);
  expect(pids()).toHaveLength(4);
});

test.concurrent('a child that stops answering lists is ended too, and another one lists', async () => {
  const { upstream, pids } = startStoppable(1_000, 4_000);
  await upstream.contribution(never);
  const [hung = 0] = pids();
  process.kill(hung, 'SIGSTOP');
  expect((await faultOf(upstream.contribution(never))).code).toBe('UPSTREAM_TIMEOUT');
  await until(() => !isRunning(hung), 'the hung child is gone');
  expect((await upstream.contribution(never)).tools).toHaveLength(1);
  expect(pids()).toHaveLength(2);
});
