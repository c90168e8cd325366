import {
  checkAmount,
  checkCounter,
  checkName,
  checkReservation,
  checkSettlement,
  checkTally,
  checkTime,
} from './bounds.ts';
import { addToRow, reapSome, renewNow, reserveNow, settleNow, totalsNow } from './reservations.ts';
import type { Shelves } from './shelves.ts';
import type { LostReservation, Store } from './store.ts';

/** Takes one step: all that `work` does is done, or nothing, and nobody sees it half done. */
export type Step = <T>(
  /** `read`: nothing is changed. `add`: a home that is full may refuse. */
  kind: 'read' | 'add' | 'end',
  now: number,
  work: (shelves: Shelves) => T,
) => Promise<T>;

/** The methods of a store that count, for a home that lives in this process. */
export function createCounting(
  step: Step,
): Pick<Store, 'reserve' | 'settle' | 'renew' | 'reap' | 'totals' | 'tally'> {
  /** Reaps step by step, so that many lost reservations hold nobody up, and does `then` in the last of the steps. */
  async function afterReaping<T>(
    kind: 'add' | 'end',
    now: number,
    then: (shelves: Shelves) => T,
  ): Promise<{ lost: LostReservation[]; answer: T }> {
    const lost: LostReservation[] = [];
    for (;;) {
      const taken = await step(kind, now, (shelves) => {
        const reaped = reapSome(shelves, now);
        return reaped.more ? { reaped } : { reaped, last: { answer: then(shelves) } };
      });
      lost.push(...taken.reaped.lost);
      if (taken.last) return { lost, answer: taken.last.answer };
    }
  }

  return {
    async reserve(reservation) {
      checkReservation(reservation);
      const { lost, answer } = await afterReaping('add', reservation.now, (shelves) =>
        reserveNow(shelves, reservation),
      );
      return { ...answer, lost };
    },
    async settle(settlement) {
      checkSettlement(settlement);
      return step('end', settlement.now, (shelves) => settleNow(shelves, settlement));
    },
    async renew(ids, leaseUntil, now) {
      for (const id of ids) checkName('the id', id);
      checkTime('leaseUntil', leaseUntil);
      checkTime('now', now);
      return step('end', now, (shelves) => renewNow(shelves, ids, leaseUntil, now));
    },
    async reap(now) {
      checkTime('now', now);
      return (await afterReaping('end', now, () => undefined)).lost;
    },
    async totals(counters, now) {
      for (const counter of counters) checkCounter(counter);
      checkTime('now', now);
      return step('read', now, (shelves) => totalsNow(shelves, counters, now));
    },
    async tally(tally, now) {
      checkTally(tally);
      checkAmount('now', now);
      await step('add', now, (shelves) => addToRow(shelves, tally, now));
    },
  };
}
