import { expect, test } from 'vitest';
import { runClosedLoop, runOpenLoop } from './loops.ts';

/** One turn of the event loop: whatever was answered has been noted. */
function answersAreIn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

async function refuse(): Promise<void> {
  throw new Error('refused');
}

/** A clock that moves only when a call or a sleep moves it. */
function createClock() {
  let time = 1000;
  return {
    now: () => time,
    advance: (milliseconds: number): void => {
      time += milliseconds;
    },
    sleepUntil: async (moment: number): Promise<void> => {
      await answersAreIn();
      time = Math.max(time, moment);
    },
  };
}

test('the open loop starts each call when it is due', async () => {
  const { now, sleepUntil } = createClock();
  const startedAt: number[] = [];
  const result = await runOpenLoop({
    now,
    sleepUntil,
    durationMs: 50,
    ratePerSecond: 100,
    call: async () => void startedAt.push(now()),
  });
  expect(startedAt).toEqual([1000, 1010, 1020, 1030, 1040]);
  expect(result.latencies).toEqual([0, 0, 0, 0, 0]);
});

test('a stall is charged to every call that was due meanwhile', async () => {
  const { now, sleepUntil, advance } = createClock();
  let calls = 0;
  const result = await runOpenLoop({
    now,
    sleepUntil,
    durationMs: 50,
    ratePerSecond: 100,
    // The first call holds everything up for 35 ms; the others take no time.
    call: async () => {
      calls += 1;
      if (calls === 1) advance(35);
    },
  });
  // Due at 0, 10, 20, 30 and 40; started at 0, 35, 35, 35 and 40.
  expect(result.latencies).toEqual([35, 25, 15, 5, 0]);
});

test('the open loop does not wait for an answer before the next call', async () => {
  const { now, sleepUntil } = createClock();
  let open = 0;
  let most = 0;
  const waiting: (() => void)[] = [];
  await runOpenLoop({
    now,
    sleepUntil,
    durationMs: 40,
    ratePerSecond: 100,
    call: () => {
      open += 1;
      most = Math.max(most, open);
      return new Promise((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 4) waiting.forEach((answer) => answer());
      });
    },
  });
  expect(most).toBe(4);
});

test('a failing call fails the loop', async () => {
  const { now, sleepUntil } = createClock();
  const deps = { now, durationMs: 20, call: refuse };
  await expect(runOpenLoop({ ...deps, sleepUntil, ratePerSecond: 100 })).rejects.toThrow('refused');
  await expect(runClosedLoop({ ...deps, callers: 2 })).rejects.toThrow('refused');
});

test('the closed loop has no more calls open than it has callers, and stops when its time is over', async () => {
  const { now, advance } = createClock();
  let open = 0;
  let most = 0;
  const result = await runClosedLoop({
    now,
    durationMs: 100,
    callers: 3,
    call: async () => {
      open += 1;
      most = Math.max(most, open);
      await answersAreIn();
      advance(10);
      open -= 1;
    },
  });
  expect(most).toBe(3);
  expect(result.elapsedMs).toBeGreaterThanOrEqual(100);
  expect(result.latencies.length).toBe(result.elapsedMs / 10);
});
