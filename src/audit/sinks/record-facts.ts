import type { AuditRecord } from '../record.ts';

/**
 * What people ask of records, flat. Members that are absent, or of another type than a record's are, are absent here: the
 * files may have been changed by somebody else.
 */
export interface RecordFacts {
  readonly call: string | undefined;
  readonly parent: string | undefined;
  readonly issuer: string | undefined;
  readonly subject: string | undefined;
  readonly team: string | undefined;
  readonly client: string | undefined;
  readonly key: string | undefined;
  readonly groups: readonly string[] | undefined;
  readonly face: string | undefined;
  readonly session: string | undefined;
  readonly ip: string | undefined;
  readonly clientName: string | undefined;
  readonly trace: string | undefined;
  readonly span: string | undefined;
  readonly kind: string | undefined;
  readonly source: string | undefined;
  readonly name: string | undefined;
  readonly access: string | undefined;
  readonly effect: string | undefined;
  readonly rules: readonly string[] | undefined;
  readonly reason: string | undefined;
  readonly policy: string | undefined;
  readonly catalog: string | undefined;
  readonly argsDigest: string | undefined;
  readonly status: string | undefined;
  readonly code: string | undefined;
  /** Milliseconds. */
  readonly ms: number | undefined;
  readonly nanoUsd: number | undefined;
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
}

export function toFacts(record: AuditRecord): RecordFacts {
  const { principal, via, target, decision, args, result, cost } = record;
  return {
    call: text(record.call),
    parent: text(record.parent),
    issuer: text(principal?.issuer),
    subject: text(principal?.subject),
    team: text(principal?.team),
    client: text(principal?.client),
    key: text(principal?.key),
    groups: texts(principal?.groups),
    face: text(via?.face),
    session: text(via?.session),
    ip: text(via?.ip),
    clientName: text(via?.clientName),
    trace: text(via?.trace),
    span: text(via?.span),
    kind: text(target?.kind),
    source: text(target?.source),
    name: text(target?.name),
    access: text(target?.access),
    effect: text(decision?.effect),
    rules: texts(decision?.rules),
    reason: text(decision?.reason),
    policy: text(record.policy),
    catalog: text(record.catalog),
    argsDigest: text(args?.digest),
    status: text(result?.status),
    code: code(result?.code),
    ms: amount(result?.ms),
    nanoUsd: count(cost?.nanoUsd),
    inputTokens: count(cost?.inputTokens),
    outputTokens: count(cost?.outputTokens),
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function texts(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined;
}

function code(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : text(value);
}

function amount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function count(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? Number(value) : undefined;
}
