import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BailiwickError } from '../../src/errors.ts';
import { createLink, type Link } from '../../src/upstream/mcp/link.ts';
import { toUpstreamFault } from '../../src/upstream/mcp/faults.ts';
import { keepText } from '../../src/upstream/scrub.ts';
import { faultOf, never } from './support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Fixture {
  readonly link: Link<object>;
  readonly attempts: () => number;
  readonly recoveries: () => number;
  isBroken: boolean;
}

function createFixture(random = 0): Fixture {
  let attempts = 0;
  let recoveries = 0;
  const fixture: Fixture = {
    isBroken: false,
    attempts: () => attempts,
    recoveries: () => recoveries,
    link: createLink<object>({
      source: 'up',
      open: async () => {
        attempts += 1;
        if (fixture.isBroken) throw new BailiwickError('UPSTREAM_UNAVAILABLE', 'source up cannot be reached');
        return {};
      },
      close: async () => {},
      toFault: (error) => toUpstreamFault(error, { source: 'up', scrub: keepText }),
      backoff: { initialMs: 1_000, maximumMs: 4_000 },
      now: Date.now,
      random: () => random,
      onRecovered: () => (recoveries += 1),
      onDown: () => {},
    }),
  };
  return fixture;
}

const lost = new BailiwickError('UPSTREAM_UNAVAILABLE', 'source up went away');

test('one attempt is shared by all that wait for it', async () => {
  const { link, attempts } = createFixture();
  const [a, b] = await Promise.all([link.get(never), link.get(never)]);
  expect(a).toBe(b);
  expect(await link.get(never)).toBe(a);
  expect(attempts()).toBe(1);
});

test('nothing is opened before the first use', async () => {
  const { attempts } = createFixture();
  await vi.advanceTimersByTimeAsync(100_000);
  expect(attempts()).toBe(0);
});

test('waits double up to their maximum while the upstream stays away, and it comes back by itself', async () => {
  const fixture = createFixture();
  fixture.isBroken = true;
  await faultOf(fixture.link.get(never));
  const times: number[] = [];
  const start = Date.now();
  for (let seen = fixture.attempts(); times.length < 5;) {
    await vi.advanceTimersByTimeAsync(100);
    if (fixture.attempts() > seen) {
      seen = fixture.attempts();
      times.push(Date.now() - start);
    }
  }
  expect(times).toEqual([1_000, 3_000, 7_000, 11_000, 15_000]);
  fixture.isBroken = false;
  expect(fixture.recoveries()).toBe(0);
  await vi.advanceTimersByTimeAsync(4_000);
  expect(fixture.recoveries()).toBe(1);
  await fixture.link.get(never);
  expect(fixture.attempts()).toBe(7);
});

test('jitter shortens a wait by up to a half', async () => {
  const fixture = createFixture(0.999);
  fixture.isBroken = true;
  await faultOf(fixture.link.get(never));
  await vi.advanceTimersByTimeAsync(500);
  expect(fixture.attempts()).toBe(1);
  await vi.advanceTimersByTimeAsync(10);
  expect(fixture.attempts()).toBe(2);
});

test('while the next try is not due, calls fail at once and say when it is', async () => {
  const fixture = createFixture();
  fixture.isBroken = true;
  await faultOf(fixture.link.get(never));
  await vi.advanceTimersByTimeAsync(1_100);
  const fault = await faultOf(fixture.link.get(never));
  expect(fault).toMatchObject({
    code: 'UPSTREAM_UNAVAILABLE',
    message: 'source up is down: it cannot be reached; next try in 2 s',
    data: { retryAfterMs: 1_900 },
  });
  expect(fixture.attempts()).toBe(2);
});

test('the first loss is forgiven: the next use connects at once', async () => {
  const { link, attempts } = createFixture();
  link.lose(await link.get(never), lost);
  await link.get(never);
  expect(attempts()).toBe(2);
});

test('a connection that keeps being lost is not fed, until one lasts', async () => {
  const { link, attempts } = createFixture();
  link.lose(await link.get(never), lost);
  link.lose(await link.get(never), lost);
  expect((await faultOf(link.get(never))).message).toContain('is down');
  await vi.advanceTimersByTimeAsync(2_000);
  expect(attempts()).toBe(3);
  const stable = await link.get(never);
  await vi.advanceTimersByTimeAsync(10_000);
  link.lose(stable, lost);
  await link.get(never);
  expect(attempts()).toBe(4);
});

test('the loss of a connection that was replaced already changes nothing', async () => {
  const { link, attempts } = createFixture();
  const first = await link.get(never);
  link.lose(first, lost);
  const second = await link.get(never);
  link.lose(first, lost);
  expect(await link.get(never)).toBe(second);
  expect(attempts()).toBe(2);
});

test('a caller that gives up does not take the attempt from the others', async () => {
  const { link, attempts } = createFixture();
  const caller = new AbortController();
  const waiting = faultOf(link.get(caller.signal));
  const other = link.get(never);
  caller.abort();
  expect((await waiting).code).toBe('CANCELLED');
  await other;
  expect(attempts()).toBe(1);
});

test('after closing nothing is opened any more', async () => {
  const fixture = createFixture();
  fixture.isBroken = true;
  await faultOf(fixture.link.get(never));
  await fixture.link.close();
  await vi.advanceTimersByTimeAsync(100_000);
  expect(fixture.attempts()).toBe(1);
  expect((await faultOf(fixture.link.get(never))).message).toBe('source up is closed');
});

test('the failure of an attempt says when the next one is made', async () => {
  const fixture = createFixture();
  fixture.isBroken = true;
  expect(await faultOf(fixture.link.get(never))).toMatchObject({
    message: 'source up cannot be reached',
    data: { retryAfterMs: 1_000 },
  });
  expect((await faultOf(fixture.link.get(never))).data).toEqual({ retryAfterMs: 1_000 });
  expect(fixture.attempts()).toBe(1);
});

test('what somebody else could reach is tried at once, not sooner than the shortest wait after a failure', async () => {
  const fixture = createFixture();
  fixture.isBroken = true;
  await faultOf(fixture.link.get(never));
  await vi.advanceTimersByTimeAsync(3_500);
  expect(fixture.attempts()).toBe(3);
  fixture.link.retryNow();
  fixture.link.retryNow();
  await vi.advanceTimersByTimeAsync(500);
  expect(fixture.attempts()).toBe(4);
  await vi.advanceTimersByTimeAsync(1_500);
  fixture.isBroken = false;
  fixture.link.retryNow();
  await vi.advanceTimersByTimeAsync(0);
  expect(fixture.recoveries()).toBe(1);
});
