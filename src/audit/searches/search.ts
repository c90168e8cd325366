import type { AuditRecord } from '../record.ts';

/** What the record of a search holds: what was asked, and what was told. */
export interface Search {
  /** As far as they were kept: masked, and cut where they were long. Undefined where the record holds only their digest. */
  readonly queries?: readonly string[];
  /** By query, best first: `source/own`, with the kind in front where it is no tool. */
  readonly told: readonly (readonly string[])[];
  /** How many were told in all; the lists of `told` may be cut. */
  readonly count: number;
  /** Of a record of several: how many searches it stands for. Their questions were not kept. */
  readonly folded?: number;
}

/** The search that a record is of; undefined for any other record, whatever its members are. */
export function toSearch({ type, detail, args }: AuditRecord): Search | undefined {
  if (type !== 'list' || detail?.['list'] !== 'found') return undefined;
  const { folded } = detail;
  if (isCount(folded) && folded > 0) return { told: [], count: 0, folded };
  const found = Array.isArray(detail['found']) ? (detail['found'] as readonly unknown[]) : [];
  const told = found.map(toTexts);
  const count = isCount(detail['count'])
    ? detail['count']
    : told.reduce((sum, { length }) => sum + length, 0);
  const queries = toQueries(args?.full ?? args?.masked);
  return { ...(queries && { queries }), told, count };
}

function toQueries(asked: unknown): string[] | undefined {
  if (typeof asked !== 'object' || asked === null) return undefined;
  const { queries, query } = asked as { readonly queries?: unknown; readonly query?: unknown };
  const texts = toTexts(queries ?? [query]);
  return texts.length > 0 ? texts : undefined;
}

function toTexts(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : [];
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
