import { Problem } from './problem.ts';
import { seedArticles } from './seed-articles.ts';
import { seedCustomers } from './seed-customers.ts';
import { seedRefunds } from './seed-refunds.ts';
import { seedTickets } from './seed-tickets.ts';
import type { Article, Customer, Refund, Ticket } from './types.ts';

/** Everything the help desk knows. Lives in memory and is lost when the process ends. */
export interface Desk {
  readonly customers: Map<string, Customer>;
  readonly tickets: Map<string, Ticket>;
  readonly articles: Map<string, Article>;
  readonly refunds: Map<string, Refund>;
  /** What was answered under each `Idempotency-Key`, with the body it was asked with. */
  readonly refundsByKey: Map<string, { body: string; refundId: string }>;
  /** The last number given out for each kind of id. */
  readonly lastNumber: { T: number; A: number; KB: number; R: number };
  readonly now: () => number;
}

/** A desk with the seed data: the same after every start. */
export function createDesk(deps: { now: () => number }): Desk {
  const tickets = seedTickets();
  const articles = seedArticles();
  return {
    customers: byId(seedCustomers()),
    tickets: byId(tickets),
    articles: byId(articles),
    refunds: byId(seedRefunds()),
    refundsByKey: new Map(),
    lastNumber: { T: 1000 + tickets.length, A: 503, KB: 100 + articles.length, R: 305 },
    now: deps.now,
  };
}

function byId<T extends { id: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [item.id, item]));
}

/** The next id of a kind, e.g. `T-1041`. Ids of deleted things are not given out again. */
export function nextId(desk: Desk, kind: keyof Desk['lastNumber']): string {
  desk.lastNumber[kind] += 1;
  return `${kind}-${desk.lastNumber[kind]}`;
}

/** The desk lives in memory, so it has an end: a loop that creates things is stopped before it eats the machine. */
const MOST_OF_A_KIND = 1000;

export function refuseWhenFull(things: ReadonlyMap<string, unknown>, noun: string): void {
  if (things.size < MOST_OF_A_KIND) return;
  throw new Problem(
    'conflict',
    `The desk holds ${MOST_OF_A_KIND} ${noun}, the most there can be. Restart it to start afresh.`,
  );
}
