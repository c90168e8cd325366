import type { Target } from '../../catalog/entries.ts';
import type { Tool } from '../../catalog/tool.ts';
import type { Principal } from '../../identity/principal.ts';
import type { Tally } from '../../state/store.ts';
import type { Calendar } from './calendar.ts';
import { amountOf, type Counted } from './counters.ts';
import type { Cost, LedgerRequest } from './ledger.ts';
import { toSpendRowName } from './names.ts';
import { NO_SPEND, SPEND_KEPT_MS, toSpendTable, type SpendRow, type SpendSums } from './spend-table.ts';

/** What became of a call: what it cost, if anything was sent, and what that adds to the day's spend. */
export interface Spent {
  /** Absent: nothing was sent. */
  readonly cost?: Cost;
  readonly sums: SpendSums;
}

export const NOTHING_SENT: Spent = { sums: NO_SPEND };

/** What a call that was sent comes to; where `actual` is not known, the most it can cost. */
export function spendOf({ bound }: LedgerRequest, actual: Cost | undefined): Spent {
  const cost = actual ?? bound;
  const isUnknown = actual === undefined && bound.nanoUsd + bound.inputTokens + bound.outputTokens > 0;
  return { cost, sums: { ...NO_SPEND, ...cost, calls: 1, bound: isUnknown ? 1 : 0 } };
}

/** What each counter is charged. */
export function amountsOf(counted: readonly Counted[], { cost }: Spent): Readonly<Record<string, number>> {
  return Object.fromEntries(
    counted.map(({ measure, item }) => [item.counter, cost === undefined ? 0 : amountOf(measure, cost)]),
  );
}

/** The row of spend that a call belongs to, by the day on which it was reserved, with what is added to it. */
export function tallyOf(request: LedgerRequest, sums: SpendSums, calendar: Calendar, at: number): Tally {
  return {
    table: toSpendTable(calendar.periodAt('day', at).id),
    row: rowNameOf(request),
    add: { ...sums },
    expiresAt: at + SPEND_KEPT_MS,
  };
}

/** The names of tools' rows, as long as caller and tool live: the same are asked for in every call. */
const rowNames = new WeakMap<Principal, WeakMap<Tool, string>>();

function rowNameOf(request: LedgerRequest): string {
  const { principal, target } = request;
  if (target.kind !== 'tool') return toSpendRowName(rowOf(request));
  const ofPrincipal = rowNames.get(principal) ?? new WeakMap<Tool, string>();
  rowNames.set(principal, ofPrincipal);
  const name = ofPrincipal.get(target.tool) ?? toSpendRowName(rowOf(request));
  ofPrincipal.set(target.tool, name);
  return name;
}

function rowOf({ principal, target }: LedgerRequest): SpendRow {
  const { issuer, subject, team, key, client } = principal;
  return {
    issuer,
    subject,
    ...(team !== undefined && { team }),
    ...(key !== undefined && { key }),
    ...(client !== undefined && { client }),
    ...nameOf(target),
  };
}

function nameOf(target: Target): Pick<SpendRow, 'kind' | 'source' | 'name'> {
  switch (target.kind) {
    case 'tool':
      return { kind: 'tool', source: target.tool.source, name: target.tool.name };
    case 'resource':
      return { kind: 'resource', source: target.source, name: target.uri };
    case 'prompt':
      return { kind: 'prompt', source: target.source, name: target.name };
    case 'model':
      return { kind: 'model', source: target.source, name: target.name };
  }
}
