import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Json } from '../../../src/catalog/json.ts';
import { item, keysOf, NOW, reservation, rowsOf, totalOf } from '../contract/support.ts';
import { createStateFile } from './support.ts';

const WORKER = path.join(import.meta.dirname, 'worker.child.ts');
const PATIENCE = { timeout: 20_000, interval: 5 };
const children: ChildProcess[] = [];

function start(what: string, file: string, name = 'child'): { child: ChildProcess; lines: () => string[] } {
  const child = spawn(process.execPath, [WORKER, what, file, name], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  return { child, lines: () => printed.split('\n').slice(0, -1) };
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

test('two processes that share a file and race for room for 100 get exactly 100, and no step fails', async () => {
  const home = await createStateFile();
  const racers = ['left', 'right'].map((name) => start('race', home.file, name));
  await Promise.all(racers.map(({ child }) => once(child, 'close')));
  expect(racers.map(({ child }) => child.exitCode)).toEqual([0, 0]);
  const reserved = racers.flatMap(({ lines }) => lines());
  expect(reserved).toHaveLength(100);
  const store = await home.open();
  expect(await totalOf(store, 'team')).toEqual({ spent: 0, held: 100 });
  const own = await store.totals(
    ['left', 'right'].map((name) => ({ counter: `own-${name}`, window: { until: NOW + 3_600_000 } })),
    NOW,
  );
  expect(own.reduce((sum, { held }) => sum + held, 0)).toBe(100);
  await store.close();
  await home.remove();
});

test('processes hear what the others publish', async () => {
  const home = await createStateFile();
  const store = await home.open();
  const heard: Json[] = [];
  await store.subscribe('keys', (message) => void heard.push(message));
  const other = start('publish', home.file, 'other');
  await expect.poll(() => heard, PATIENCE).toEqual([{ from: 'other' }]);
  await store.publish('keys', { from: 'here' });
  await store.publish('elsewhere', 'not heard');
  await store.publish('keys', 'stop');
  await once(other.child, 'close');
  expect(other.lines()).toEqual(['{"from":"other"}', '{"from":"here"}', '"stop"']);
  await store.close();
  await home.remove();
});

test('who did not look while more was published than is kept is told that something may be missing', async () => {
  const home = await createStateFile();
  let look: (() => void) | undefined;
  let now = NOW;
  const asleep = await home.open({
    watch: (given) => {
      look = given;
      return () => {};
    },
  });
  const busy = await home.open({ now: () => now });
  const heard: Json[] = [];
  let gaps = 0;
  await asleep.subscribe(
    'keys',
    (message) => void heard.push(message),
    () => (gaps += 1),
  );
  await busy.publish('keys', 'first');
  look?.();
  expect([heard, gaps]).toEqual([['first'], 0]);
  await busy.publish('keys', 'removed before it was read');
  now += 120_000;
  await busy.publish('keys', 'last');
  look?.();
  expect([heard, gaps]).toEqual([['first', 'last'], 1]);
  look?.();
  expect([heard, gaps]).toEqual([['first', 'last'], 1]);
  await Promise.all([asleep.close(), busy.close()]);
  await home.remove();
});

test('a process that is killed with -9 in the middle of its writes loses nothing that it acknowledged', async () => {
  const home = await createStateFile();
  const acknowledged: string[] = [];
  for (const [name, enough] of [
    ['first', 1],
    ['second', 300],
    ['third', 2000],
  ] as const) {
    const { child, lines } = start('forever', home.file, name);
    await expect.poll(() => lines().length, { ...PATIENCE, interval: 1 }).toBeGreaterThanOrEqual(enough);
    child.kill('SIGKILL');
    await once(child, 'close');
    acknowledged.push(...lines());
  }
  const store = await home.open();
  const of = (step: string): string[] =>
    acknowledged.filter((line) => line.startsWith(`${step} `)).map((line) => line.slice(step.length + 1));
  const settled = new Set(of('settled'));
  const reserved = of('reserved');
  const totals = await store.totals(
    reserved.map((counter) => ({ counter, window: { until: NOW + 3_600_000 } })),
    NOW,
  );
  for (const [index, id] of reserved.entries()) {
    // A settlement may have been taken and not been told; a step that was told was taken.
    const { spent, held } = totals[index]!;
    if (settled.has(id)) expect([spent, held]).toEqual([7, 0]);
    else expect([[7, 0].join(), [0, 10].join()]).toContain([spent, held].join());
  }
  // Nothing was half done: what the shared counters and the rows hold is what single reservations add up to.
  const rows = await rowsOf(store, 'day');
  const calls = Object.values(rows).reduce((sum, row) => sum + (row['calls'] ?? 0), 0);
  const team = await totalOf(store, 'team');
  const running = await totalOf(store, 'running', NOW, 'none');
  expect(team).toEqual({ spent: 7 * calls, held: 10 * (running?.held ?? 0) });
  expect(Object.values(rows).reduce((sum, row) => sum + (row['cost'] ?? 0), 0)).toBe(7 * calls);
  expect(calls).toBeGreaterThanOrEqual(settled.size);
  // What the dead processes held is reaped, each once, and counts as they had asked.
  const lost = await store.reap(NOW + 60_000);
  expect(lost).toHaveLength(running?.held ?? 0);
  expect(await totalOf(store, 'team')).toEqual({ spent: 7 * calls + 10 * lost.length, held: 0 });
  await store.close();
  await home.remove();
});

test('a step waits while another process holds the file, without holding up the event loop, and is then taken', async () => {
  const home = await createStateFile();
  const naps: number[] = [];
  const store = await home.open({
    sleep: async (ms) => {
      naps.push(ms);
      if (naps.length === 3) {
        const closed = once(holder.child, 'close');
        holder.child.stdin?.end();
        await closed;
      }
    },
  });
  const holder = start('lock', home.file);
  await expect.poll(holder.lines, PATIENCE).toEqual(['locked']);
  expect(await store.reserve(reservation('1', [item('a', 1)]))).toMatchObject({ outcome: 'reserved' });
  expect(naps).toHaveLength(3);
  expect(store.isAvailable()).toBe(true);
  await store.close();
  await home.remove();
});

test('a file that stays locked: steps that write are refused with its name, reads go on, and it is back when it is free', async () => {
  const home = await createStateFile();
  const store = await home.open({ sleep: async () => {} });
  await store.put('before', 1, { now: NOW });
  const changes: boolean[] = [];
  store.onAvailability((available) => void changes.push(available));
  const holder = start('lock', home.file);
  await expect.poll(holder.lines, PATIENCE).toEqual(['locked']);
  const refused = await store.put('a', 1, { now: NOW }).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    code: 'STATE_UNAVAILABLE',
    message: `the state file ${home.file} is locked by another process`,
  });
  expect(store.isAvailable()).toBe(false);
  expect((await store.get('before', NOW))?.value).toBe(1);
  const closed = once(holder.child, 'close');
  holder.child.stdin?.end();
  await closed;
  expect(await store.put('b', 1, { now: NOW })).toBe(true);
  expect(await keysOf(store, '')).toEqual(['b', 'before']);
  expect(store.isAvailable()).toBe(true);
  expect(changes[0]).toBe(false);
  expect(changes.at(-1)).toBe(true);
  await store.close();
  await home.remove();
});
