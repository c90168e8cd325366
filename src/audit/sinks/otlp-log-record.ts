import { toFacts, type RecordFacts } from './record-facts.ts';
import type { SentRecord } from './sink.ts';

/** `AnyValue` of OTLP in the JSON mapping of proto3: 64-bit whole numbers are texts. */
type AnyValue =
  | { stringValue: string }
  | { intValue: string }
  | { doubleValue: number }
  | { arrayValue: { values: AnyValue[] } };

export interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

/** `opentelemetry.proto.logs.v1.LogRecord`, as JSON. */
export interface LogRecord {
  readonly timeUnixNano: string;
  readonly observedTimeUnixNano: string;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly eventName: string;
  /** The record's line as it is in the chain, so that its hash can be verified wherever the logs end up. */
  readonly body: { readonly stringValue: string };
  readonly attributes: readonly KeyValue[];
  /** Hex digits, unlike other bytes of this mapping. */
  readonly traceId?: string;
  readonly spanId?: string;
}

const SEVERITIES = { INFO: 9, WARN: 13, ERROR: 17 } as const;

/** Types that tell of something that somebody should look at. */
const WARNING_TYPES: ReadonlySet<string> = new Set(['call.refused', 'drift', 'limit', 'repair']);

/**
 * A record as a log record. Attributes follow the semantic conventions where they have a name for it, and are called
 * `bailiwick.…` where they have none. `log.record.uid` is the same whenever a record is sent again.
 */
export function toLogRecord({ chain, seq, line, record }: SentRecord): LogRecord {
  const facts = toFacts(record);
  const time = `${Date.parse(record.time)}000000`;
  const severity = severityOf(record.type, facts);
  return {
    timeUnixNano: time,
    observedTimeUnixNano: time,
    severityNumber: SEVERITIES[severity],
    severityText: severity,
    eventName: `bailiwick.${record.type}`,
    body: { stringValue: line },
    attributes: toKeyValues({
      'log.record.uid': `${chain}:${seq}`,
      'bailiwick.chain': chain,
      'bailiwick.seq': seq,
      'bailiwick.hash': record.hash,
      'bailiwick.type': record.type,
      'bailiwick.call.id': facts.call,
      'bailiwick.call.parent_id': facts.parent,
      'user.id': facts.subject,
      'user.roles': facts.groups,
      'bailiwick.principal.issuer': facts.issuer,
      'bailiwick.principal.team': facts.team,
      'bailiwick.principal.client': facts.client,
      'bailiwick.principal.key': facts.key,
      'bailiwick.face': facts.face,
      'session.id': facts.session,
      'client.address': facts.ip,
      'user_agent.name': facts.clientName,
      'bailiwick.target.kind': facts.kind,
      'bailiwick.target.source': facts.source,
      'bailiwick.target.name': facts.name,
      'bailiwick.target.access': facts.access,
      ...(facts.kind === 'tool' && { 'gen_ai.tool.name': facts.name }),
      ...(facts.kind === 'model' && { 'gen_ai.request.model': facts.name }),
      'bailiwick.decision.effect': facts.effect,
      'bailiwick.decision.rules': facts.rules,
      'bailiwick.decision.reason': facts.reason,
      'bailiwick.policy.digest': facts.policy,
      'bailiwick.catalog.digest': facts.catalog,
      'bailiwick.args.digest': facts.argsDigest,
      'bailiwick.result.status': facts.status,
      'bailiwick.result.code': facts.code,
      'bailiwick.result.duration_ms': facts.ms,
      'bailiwick.cost.nano_usd': facts.nanoUsd,
      'gen_ai.usage.input_tokens': facts.inputTokens,
      'gen_ai.usage.output_tokens': facts.outputTokens,
    }),
    ...(isId(facts.trace, 32) && { traceId: facts.trace }),
    ...(isId(facts.trace, 32) && isId(facts.span, 16) && { spanId: facts.span }),
  };
}

export function toKeyValues(attributes: Readonly<Record<string, unknown>>): KeyValue[] {
  return Object.entries(attributes).flatMap(([key, value]) => {
    const any = toAnyValue(value);
    return any === undefined ? [] : [{ key, value: any }];
  });
}

function toAnyValue(value: unknown): AnyValue | undefined {
  if (typeof value === 'string') return { stringValue: value };
  if (Number.isSafeInteger(value)) return { intValue: String(value) };
  if (typeof value === 'number') return { doubleValue: value };
  if (Array.isArray(value))
    return { arrayValue: { values: value.flatMap((item) => toAnyValue(item) ?? []) } };
  return undefined;
}

function severityOf(type: string, { status }: RecordFacts): keyof typeof SEVERITIES {
  if (status === 'upstream-error' || status === 'tool-error') return 'ERROR';
  if (WARNING_TYPES.has(type) || (status !== undefined && status !== 'ok')) return 'WARN';
  return 'INFO';
}

/** An id of W3C Trace Context: lower-case hex digits, not all of them zero. */
function isId(text: string | undefined, length: number): text is string {
  return text !== undefined && text.length === length && /^[0-9a-f]+$/.test(text) && !/^0+$/.test(text);
}
