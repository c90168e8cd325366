import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReserveItem } from '../../../src/state/store.ts';
import type { Stores } from '../contract.ts';
import { item, MINUTE, NOW, reservation, SECOND, totalOf } from './support.ts';

/** What was admitted, exactly: when, how much, and what it came to. */
interface Admitted {
  readonly at: number;
  amount: number;
}

/** The most that any half-open window of this length holds. */
function mostInAnyWindow(log: readonly Admitted[], length: number): number {
  const inWindow = ({ at }: Admitted): number =>
    log
      .filter((other) => other.at <= at && other.at > at - length)
      .reduce((sum, { amount }) => sum + amount, 0);
  return Math.max(0, ...log.map(inWindow));
}

function sliding(counter: string, amount: number, limit: number, length: number): ReserveItem {
  return item(counter, amount, { limit, window: { sliding: length } });
}

export function describeWindows(stores: Stores): void {
  describe('sliding windows', () => {
    test('what was reserved leaves after one window, and at most a sixtieth of it late', async () => {
      for (const length of [1, 7, 59, 60, 61, 1000, MINUTE, 3_600_000]) {
        const step = Math.max(1, length / 60);
        const reserve = async (id: string, now: number): Promise<string> => {
          const items = [sliding(`window-${length}`, 1, 1, length)];
          return (await stores.first.reserve(reservation(`${length}-${id}`, items, { now }))).outcome;
        };
        expect(await reserve('1', NOW)).toBe('reserved');
        expect(await reserve('2', NOW + length - 1)).toBe('exceeded');
        expect(await reserve('3', Math.ceil(NOW + length + step - 1))).toBe('reserved');
      }
    });

    test('a reservation counts at its own instant, and so does what it is settled to', async () => {
      const window = { sliding: MINUTE };
      const { first } = stores;
      await first.reserve(
        reservation('1', [sliding('a', 10, 100, MINUTE)], { leaseUntil: NOW + 10 * MINUTE }),
      );
      await first.settle({ id: '1', now: NOW + 30 * SECOND, amounts: { a: 40 } });
      expect(await totalOf(first, 'a', NOW + 59 * SECOND, window)).toEqual({ spent: 40, held: 0 });
      expect(await totalOf(first, 'a', NOW + 61 * SECOND, window)).toEqual({ spent: 0, held: 0 });
      await first.reserve(
        reservation('2', [sliding('a', 10, 100, MINUTE)], { leaseUntil: NOW + 10 * MINUTE }),
      );
      await first.settle({ id: '2', now: NOW + 2 * MINUTE, amounts: { a: 40 } });
      expect(await totalOf(first, 'a', NOW + 2 * MINUTE, window)).toEqual({ spent: 0, held: 0 });
    });

    test('retryAt is the first instant at which the reservation has room, if nothing else is reserved', async () => {
      const { first } = stores;
      for (const [index, amount] of [3, 4, 2].entries()) {
        const now = NOW + index * 10 * SECOND;
        const leaseUntil = NOW + 60 * MINUTE;
        await first.reserve(reservation(`${index}`, [sliding('a', amount, 10, MINUTE)], { now, leaseUntil }));
      }
      const now = NOW + 25 * SECOND;
      for (const [amount, leaves] of [
        [2, 0],
        [4, 0],
        [5, 1],
        [8, 1],
        [9, 2],
        [10, 2],
      ] as const) {
        const asked = [sliding('a', amount, 10, MINUTE)];
        const answer = await first.reserve(reservation(`ask-${amount}`, asked, { now }));
        const retryAt = (answer.outcome === 'exceeded' && answer.exceeded[0]?.retryAt) || 0;
        const leavesAt = NOW + leaves * 10 * SECOND + MINUTE;
        expect(retryAt).toBeGreaterThanOrEqual(leavesAt);
        expect(retryAt).toBeLessThan(leavesAt + SECOND);
        const before = await first.reserve(reservation(`early-${amount}`, asked, { now: retryAt - 1 }));
        expect(before).toMatchObject({ outcome: 'exceeded', exceeded: [{ retryAt }] });
        const [total] = await first.totals([{ counter: 'a', window: { sliding: MINUTE } }], retryAt);
        expect((total?.spent ?? 0) + (total?.held ?? 0) + amount).toBeLessThanOrEqual(10);
      }
      const never = await first.reserve(reservation('never', [sliding('a', 11, 10, MINUTE)], { now }));
      expect(never).toMatchObject({ outcome: 'exceeded', exceeded: [{ counter: 'a', total: 9 }] });
      expect(never.outcome === 'exceeded' && never.exceeded[0]).not.toHaveProperty('retryAt');
    });

    test('no window ever holds more than the limit, and what does not fit is refused for at most a step too long', async () => {
      let run = 0;
      const step = fc.record({
        after: fc.oneof(fc.nat(5), fc.nat(400), fc.nat(2500)),
        amount: fc.integer({ min: 1, max: 6 }),
        settles: fc.option(fc.nat(6), { nil: undefined }),
        second: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: 1, maxLength: 60 }),
          fc.integer({ min: 1, max: 2400 }),
          fc.integer({ min: 5, max: 20 }),
          async (steps, length, limit) => {
            const counter = `run-${(run += 1)}`;
            const log: Admitted[] = [];
            let now = NOW;
            for (const [index, { after, amount, settles, second }] of steps.entries()) {
              now += after;
              const store = second ? stores.second : stores.first;
              const id = `${counter}-${index}`;
              const exact = log.filter(({ at }) => at > now - length - Math.max(1, length / 60));
              const fits = exact.reduce((sum, each) => sum + each.amount, amount) <= limit;
              const items = [sliding(counter, amount, limit, length)];
              const { outcome } = await store.reserve(reservation(id, items, { now, leaseUntil: now + 1e9 }));
              // What leaves room even if everything left a step late must be let in.
              if (fits) expect(outcome).toBe('reserved');
              if (outcome === 'exceeded') continue;
              const entry: Admitted = { at: now, amount };
              log.push(entry);
              expect(mostInAnyWindow(log, length)).toBeLessThanOrEqual(limit);
              if (settles === undefined) continue;
              entry.amount = Math.min(settles, amount);
              await store.settle({ id, now, amounts: { [counter]: entry.amount } });
            }
          },
        ),
        { numRuns: 40 },
      );
    });

    test('a clock that is behind does not make room: what a window could hold together counts together', async () => {
      const { first, second } = stores;
      await first.reserve(reservation('ahead', [sliding('a', 1, 1, MINUTE)], { now: NOW + 20 * SECOND }));
      expect(await second.reserve(reservation('behind', [sliding('a', 1, 1, MINUTE)]))).toMatchObject({
        outcome: 'exceeded',
      });
      // A clock that was an hour ahead for a moment does not stop everything for an hour.
      await first.reserve(reservation('far', [sliding('b', 1, 1, MINUTE)], { now: NOW + 3_600_000 }));
      expect(await second.reserve(reservation('now', [sliding('b', 1, 1, MINUTE)]))).toMatchObject({
        outcome: 'reserved',
      });
    });
  });
}
