import { toSpendRowName } from '../../src/gateway/ledger/names.ts';
import {
  NO_SPEND,
  toSpendTable,
  type SpendRow,
  type SpendSums,
} from '../../src/gateway/ledger/spend-table.ts';
import { openMemory } from '../../src/state/memory/open-memory.ts';
import type { Store } from '../../src/state/store.ts';

export const NOW = Date.parse('2026-11-21T12:00:00Z');

const FAR = Date.parse('2028-01-01T00:00:00Z');

const QUIET = { debug() {}, info() {}, warn() {}, error() {} };

export function createMemoryStore(): Store {
  return openMemory({ logger: QUIET });
}

/** A row of spend: a call of `helpdesk/list_tickets` by `agent`, but for what is said. */
export function spendRow(members: Partial<SpendRow> = {}): SpendRow {
  const row = { issuer: 'config', subject: 'agent', kind: 'tool', source: 'helpdesk', name: 'list_tickets' };
  return { ...(row as SpendRow), ...members };
}

/** Adds to a day's table, as the Ledger does. */
export async function addSpend(
  store: Store,
  day: string,
  row: SpendRow,
  sums: Partial<SpendSums> = {},
): Promise<void> {
  const add = { ...NO_SPEND, calls: 1, ...sums };
  await store.tally({ table: toSpendTable(day), row: toSpendRowName(row), add, expiresAt: FAR }, NOW);
}
