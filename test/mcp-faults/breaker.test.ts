import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BailiwickError, type ErrorCode } from '../../src/errors.ts';
import { createBreaker } from '../../src/upstream/mcp/breaker.ts';
import { createBreakers } from '../../src/upstream/mcp/breakers.ts';
import { faultOf } from '../mcp-upstream/support.ts';

const fault = (code: ErrorCode, data: Record<string, unknown> = {}, nothingSent = false) =>
  new BailiwickError(code, 'source up did something', { data, nothingSent });
const TIMEOUT = fault('UPSTREAM_TIMEOUT');

function createFixture(threshold = 3) {
  let now = 0;
  let tried = 0;
  const events: string[] = [];
  const options = {
    source: 'up',
    threshold,
    backoff: { initialMs: 1_000, maximumMs: 8_000 },
    now: () => now,
    random: () => 0,
    onOpen: (_fault: BailiwickError, retryInMs: number) => void events.push(`open ${retryInMs}`),
    onClose: () => void events.push('close'),
  };
  const breaker = createBreaker(options);
  return {
    breaker,
    options,
    events,
    tried: () => tried,
    pass: (milliseconds: number) => void (now += milliseconds),
    succeed: () => breaker.guard(async () => void (tried += 1)),
    fail: (error: BailiwickError) =>
      faultOf(
        breaker.guard(async () => {
          tried += 1;
          throw error;
        }),
      ),
  };
}

test('after so many requests without an answer the next ones fail at once and say when one is tried', async () => {
  const { fail, pass, tried, events, succeed } = createFixture();
  for (let round = 0; round < 3; round++) expect(await fail(TIMEOUT)).toBe(TIMEOUT);
  pass(400);
  const refused = await faultOf(succeed());
  expect(refused).toMatchObject({
    code: 'UPSTREAM_UNAVAILABLE',
    message: 'source up is down: it did something; next try in 1 s',
    data: { retryAfterMs: 600 },
    nothingSent: true,
  });
  expect(tried()).toBe(3);
  expect(events).toEqual(['open 1000']);
});

test('requests that take too long, many at a time, stop nobody while others are answered', async () => {
  const { breaker, events, succeed } = createFixture();
  const slow = Array.from({ length: 10 }, () => {
    const { promise, reject } = Promise.withResolvers<void>();
    return { done: faultOf(breaker.guard(() => promise)), fail: () => reject(TIMEOUT) };
  });
  await succeed();
  for (const { fail } of slow) fail();
  await Promise.all(slow.map(({ done }) => done));
  await succeed();
  expect(events).toEqual([]);
});

test('when the time has come one request is let through, and its answer lets all others through', async () => {
  const { fail, pass, tried, events, succeed, breaker } = createFixture();
  for (let round = 0; round < 3; round++) await fail(TIMEOUT);
  pass(1_000);
  const { promise, resolve } = Promise.withResolvers<void>();
  const probe = breaker.guard(() => promise);
  expect((await faultOf(succeed())).data).toEqual({ retryAfterMs: 1_000 });
  expect(tried()).toBe(3);
  resolve();
  await probe;
  await succeed();
  expect(events).toEqual(['open 1000', 'close']);
});

test('a probe without an answer makes the wait longer, up to its maximum', async () => {
  const { fail, pass, events } = createFixture();
  for (let round = 0; round < 3; round++) await fail(TIMEOUT);
  for (const wait of [1_000, 2_000, 4_000, 8_000, 8_000]) {
    pass(wait);
    await fail(TIMEOUT);
  }
  expect(events).toEqual(['open 1000', 'open 2000', 'open 4000', 'open 8000', 'open 8000', 'open 8000']);
});

test.each([
  ['an error of its own', fault('UPSTREAM_ERROR')],
  ['HTTP 500', fault('UPSTREAM_UNAVAILABLE', { status: 500 })],
  ['HTTP 401', fault('UPSTREAM_UNAVAILABLE', { status: 401 })],
  ['HTTP 404', fault('UPSTREAM_PROTOCOL', { status: 404 })],
  ['a caller that gives up', fault('CANCELLED')],
  ['a request that was never sent', fault('UPSTREAM_UNAVAILABLE', {}, true)],
])('%s does not count', async (_name, error) => {
  const { fail, events } = createFixture();
  for (let round = 0; round < 10; round++) await fail(error);
  expect(events).toEqual([]);
});

test.each([
  ['a lost connection', fault('UPSTREAM_UNAVAILABLE')],
  ['a proxy that reaches nothing', fault('UPSTREAM_UNAVAILABLE', { status: 502 })],
])('%s counts', async (_name, error) => {
  const { fail, events } = createFixture();
  for (let round = 0; round < 3; round++) await fail(error);
  expect(events).toEqual(['open 1000']);
});

test('any answer between them starts the count anew', async () => {
  const { fail, succeed, events } = createFixture();
  for (let round = 0; round < 5; round++) {
    await fail(TIMEOUT);
    await fail(TIMEOUT);
    await (round % 2 === 0 ? succeed() : fail(fault('UPSTREAM_ERROR')));
  }
  expect(events).toEqual([]);
});

test.each([
  [5_000, 5_000],
  [3_600_000, 8_000],
])('an upstream that says to come again in %i ms is left alone for %i ms', async (told, held) => {
  const { fail, events, succeed } = createFixture();
  await fail(fault('UPSTREAM_UNAVAILABLE', { status: 429, retryAfterMs: told }));
  expect(events).toEqual([`open ${held}`]);
  expect((await faultOf(succeed())).data).toEqual({ retryAfterMs: held });
});

test('a probe whose caller gives up leaves the next one to find out', async () => {
  const { fail, pass, succeed, events } = createFixture();
  for (let round = 0; round < 3; round++) await fail(TIMEOUT);
  pass(1_000);
  await fail(fault('CANCELLED'));
  await succeed();
  expect(events).toEqual(['open 1000', 'close']);
});

test('a late answer to an earlier request closes it, a late failure does not open it for longer', async () => {
  const { fail, breaker, events, succeed } = createFixture();
  const late = Promise.withResolvers<void>();
  const running = breaker.guard(() => late.promise);
  for (let round = 0; round < 3; round++) await fail(TIMEOUT);
  late.resolve();
  await running;
  await succeed();
  expect(events).toEqual(['open 1000', 'close']);
});

test('one credential that gets no answer stops no other', async () => {
  const { of: breakers } = createBreakers(createFixture(1).options);
  await faultOf(breakers('a').guard(() => Promise.reject(TIMEOUT)));
  expect((await faultOf(breakers('a').guard(async () => {}))).message).toContain('is down');
  await breakers('b').guard(async () => {});
  // Many others come and go: it stays open all the same.
  for (let index = 0; index < 2_000; index++) await breakers(`other ${index}`).guard(async () => {});
  expect(breakers('a').isOpen()).toBe(true);
});

test('whatever happens, a broken upstream gets one request per wait, and one that answers is never refused for long', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 10_000 }) }),
    fc.constantFrom({ kind: 'fail' as const }, { kind: 'succeed' as const }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { fail, succeed, pass, breaker, tried } = createFixture(2);
      for (const one of steps) {
        const before = tried();
        const wasOpen = breaker.isOpen();
        if (one.kind === 'wait') pass(one.ms);
        else if (one.kind === 'fail') await fail(TIMEOUT);
        else await succeed().catch(() => {});
        if (wasOpen && one.kind === 'fail' && tried() > before) expect(breaker.isOpen()).toBe(true);
        if (one.kind === 'succeed' && tried() > before) expect(breaker.isOpen()).toBe(false);
      }
      pass(8_000);
      await succeed();
      expect(breaker.isOpen()).toBe(false);
    }),
  );
});
