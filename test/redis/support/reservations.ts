import type { CounterTotal, Reservation, ReserveAnswer, Store } from '../../../src/state/store.ts';

/** A tenth of a dollar, and five dollars, in nano-USD. */
export const PRICE = 100_000_000;
export const BUDGET = 5_000_000_000;

/** The instant that all these tests take for now, except where they move it. */
export const NOW = Date.UTC(2026, 10, 21, 12);
const UNTIL = Date.UTC(2026, 11, 1);

export function budgetOf(id: string, change: Partial<Reservation> = {}): Reservation {
  return {
    id,
    now: NOW,
    leaseUntil: NOW + 60_000,
    items: [
      {
        counter: 'budget',
        window: { until: UNTIL },
        amount: PRICE,
        limit: BUDGET,
        mode: 'hard',
        onLoss: 'charge',
      },
    ],
    ...change,
  };
}

export async function budgetTotal(store: Store, now = NOW): Promise<CounterTotal> {
  const [total] = await store.totals([{ counter: 'budget', window: { until: UNTIL } }], now);
  return total!;
}

/** How many of so many reservations at once were let through. Ids begin with `name`. */
export async function reserveMany(store: Store, count: number, name: string): Promise<number> {
  const answers = await Promise.all(
    Array.from({ length: count }, (_, index) => store.reserve(budgetOf(`${name}-${index}`))),
  );
  return answers.filter(isReserved).length;
}

function isReserved(answer: ReserveAnswer): boolean {
  return answer.outcome === 'reserved';
}
