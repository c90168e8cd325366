import { isJsonObject } from '../../catalog/json.ts';
import type { SpendRow, SpendSums } from '../../gateway/ledger/spend-table.ts';
import type { TallyRow } from '../../state/store.ts';

const KINDS: readonly unknown[] = ['tool', 'resource', 'prompt', 'model'] satisfies SpendRow['kind'][];

/** What a row of the store is about; undefined where it is none of ours, or of a newer version. */
export function readRow({ row }: TallyRow): SpendRow | undefined {
  let value: unknown;
  try {
    value = JSON.parse(row);
  } catch {
    return undefined;
  }
  return isSpendRow(value) ? value : undefined;
}

function isSpendRow(value: unknown): value is SpendRow {
  if (!isJsonObject(value) || !KINDS.includes(value['kind'])) return false;
  const isText = (member: string): boolean => typeof value[member] === 'string';
  const isTextOrAbsent = (member: string): boolean => value[member] === undefined || isText(member);
  return (
    ['issuer', 'subject', 'name'].every(isText) && ['team', 'key', 'client', 'source'].every(isTextOrAbsent)
  );
}

/** Sums of many rows: together they may be more than a number is exact for. */
export type Sums = Readonly<Record<keyof SpendSums, bigint>>;

export const NO_SUMS: Sums = {
  calls: 0n,
  nanoUsd: 0n,
  inputTokens: 0n,
  outputTokens: 0n,
  lost: 0n,
  bound: 0n,
};

/** The sums with those of a row of the store. What it does not have, or has in no whole number, counts as 0. */
export function addRow(sums: Sums, row: TallyRow): Sums {
  const read = (name: keyof SpendSums): bigint => {
    const value = row.sums[name];
    return Number.isSafeInteger(value) ? BigInt(value ?? 0) : 0n;
  };
  return {
    calls: sums.calls + read('calls'),
    nanoUsd: sums.nanoUsd + read('nanoUsd'),
    inputTokens: sums.inputTokens + read('inputTokens'),
    outputTokens: sums.outputTokens + read('outputTokens'),
    lost: sums.lost + read('lost'),
    bound: sums.bound + read('bound'),
  };
}

export function addSums(a: Sums, b: Sums): Sums {
  return {
    calls: a.calls + b.calls,
    nanoUsd: a.nanoUsd + b.nanoUsd,
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    lost: a.lost + b.lost,
    bound: a.bound + b.bound,
  };
}

/** True for a row of which nothing is left: calls that were reserved and not made. */
export function isNothing(sums: Sums): boolean {
  return Object.values(sums).every((sum) => sum === 0n);
}
