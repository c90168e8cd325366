import { toShownName } from '../../catalog/names.ts';
import type { AuditRecord } from '../record.ts';

/**
 * What the record holds of one call: its intent and its outcome in one, or its refusal. Members that were not recorded
 * are absent; those that a record has too are as they are there.
 */
export interface Call extends Pick<
  AuditRecord,
  | 'call'
  | 'parent'
  | 'chain'
  | 'principal'
  | 'via'
  | 'target'
  | 'decision'
  | 'policy'
  | 'catalog'
  | 'args'
  | 'cost'
  | 'detail'
> {
  /** The record that began it: its intent, or its refusal. */
  readonly seq: number;
  /** When that was written: RFC 3339, UTC, milliseconds. */
  readonly time: string;
  /** True where it was refused before it began: nothing was sent. */
  readonly refused: boolean;
  /** The record that ended it; absent for a refusal, and where none was written. */
  readonly outcome?: { readonly seq: number; readonly time: string };
  /** The target as callers of `/mcp` name it. */
  readonly shown?: string;
  /** Of a call without an outcome, the status is `unknown`. */
  readonly result: NonNullable<AuditRecord['result']>;
}

/** Whether a record begins a call. */
export function beginsCall(record: AuditRecord): boolean {
  return record.type === 'call.intent' || record.type === 'call.refused';
}

/** The call that a record begins, as far as an outcome, if there is one, says how it ended. */
export function toCall(record: AuditRecord, outcome?: AuditRecord): Call {
  const { call, parent, chain, seq, time, principal, via, target, decision, policy, catalog, args } = record;
  const shown = toShown(target);
  const result = outcome?.result ?? record.result ?? { status: 'unknown' };
  const cost = outcome?.cost ?? record.cost;
  const detail =
    outcome?.detail && record.detail
      ? { ...record.detail, ...outcome.detail }
      : (outcome?.detail ?? record.detail);
  return {
    time,
    chain,
    seq,
    ...(call !== undefined && { call }),
    ...(parent !== undefined && { parent }),
    refused: record.type === 'call.refused',
    ...(outcome && { outcome: { seq: outcome.seq, time: outcome.time } }),
    ...(principal && { principal }),
    ...(via && { via }),
    ...(target && { target }),
    ...(shown !== undefined && { shown }),
    ...(decision && { decision }),
    ...(policy !== undefined && { policy }),
    ...(catalog !== undefined && { catalog }),
    ...(args && { args }),
    result,
    ...(cost && { cost }),
    ...(detail && { detail }),
  };
}

/** A target as people write it: a tool by the name that `/mcp` shows, anything else by its own. */
export function toShown(target: AuditRecord['target']): string | undefined {
  if (target === undefined) return undefined;
  const { kind, source, name } = target;
  return kind === 'tool' && source !== undefined ? toShownName(source, name) : name;
}

/** How many calls it stands for: refusals beyond a bound are folded into one record. */
export function countOf({ detail }: Pick<Call, 'detail'>): number {
  const count = detail?.['count'];
  return typeof count === 'number' && Number.isSafeInteger(count) && count > 0 ? count : 1;
}

/** The codes of a call's result, with how often each; folded refusals have several. */
export function codesOf({
  result,
  detail,
}: {
  result?: AuditRecord['result'];
  detail?: AuditRecord['detail'];
}): ReadonlyMap<string, number> {
  const codes = detail?.['codes'];
  if (typeof codes === 'object' && codes !== null) {
    const counted = Object.entries(codes).filter((one): one is [string, number] =>
      Number.isSafeInteger(one[1]),
    );
    return new Map(counted);
  }
  return new Map(result?.code === undefined ? [] : [[String(result.code), 1]]);
}

/** The limits that refused a call. */
export function limitsOf({ detail }: { detail?: AuditRecord['detail'] | undefined }): string[] {
  const limits = detail?.['limits'];
  return Array.isArray(limits) ? limits.filter((limit) => typeof limit === 'string') : [];
}
