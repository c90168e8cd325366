/*
 * The tables in which the Ledger keeps what was spent, as the store's `rows` gives them back: one table for each day, one
 * row for each who and what.
 */

const PREFIX = 'spend/';

/** How long a day's table is kept. */
export const SPEND_KEPT_MS = 400 * 86_400_000;

/**
 * What a row is about; the row itself is the RFC 8785 form of it. Texts too long for the store stand as their beginning and
 * a digest.
 */
export interface SpendRow {
  readonly issuer: string;
  readonly subject: string;
  readonly team?: string;
  readonly key?: string;
  readonly client?: string;
  readonly kind: 'tool' | 'resource' | 'prompt' | 'model';
  readonly source?: string;
  readonly name: string;
}

/** What is summed up in a row. */
export interface SpendSums {
  readonly calls: number;
  readonly nanoUsd: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Calls that were charged the most they could cost, because their process ended. */
  readonly lost: number;
  /** Calls whose true cost is not known, and that were charged the most they could cost. */
  readonly bound: number;
}

export const NO_SPEND: SpendSums = {
  calls: 0,
  nanoUsd: 0,
  inputTokens: 0,
  outputTokens: 0,
  lost: 0,
  bound: 0,
};

/** The table of a day, `YYYY-MM-DD` in the time zone of the Ledger. */
export function toSpendTable(day: string): string {
  return PREFIX + day;
}
