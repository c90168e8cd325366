import type { Json } from '../../catalog/json.ts';
import { toFacts } from './record-facts.ts';
import type { SentRecord } from './sink.ts';

/** Azure Monitor cuts longer values off, which would leave a record that is none. */
const MAX_VALUE_BYTES = 64_000;

/** Columns that people filter on are cut here, so that no value of a caller makes a row too large. */
const MAX_TEXT_LENGTH = 2000;

/**
 * A record as a row: a column for what is asked for, and the record itself as text in `RecordLine`, from which its hash can
 * be verified. A record that is too long for a column has `RecordBytes` instead, and is read from the audit files.
 */
export function toLogAnalyticsRow({ chain, seq, line, record }: SentRecord): Record<string, Json> {
  const facts = toFacts(record);
  const bytes = Buffer.byteLength(line);
  const columns: Record<string, Json | readonly string[] | undefined> = {
    TimeGenerated: record.time,
    Chain: chain,
    Seq: seq,
    RecordType: record.type,
    Hash: record.hash,
    Call: facts.call,
    ParentCall: facts.parent,
    Issuer: facts.issuer,
    Subject: facts.subject,
    Team: facts.team,
    Client: facts.client,
    Groups: facts.groups,
    Session: facts.session,
    ClientAddress: facts.ip,
    TargetKind: facts.kind,
    SourceName: facts.source,
    TargetName: facts.name,
    Access: facts.access,
    Effect: facts.effect,
    Rules: facts.rules,
    Reason: facts.reason,
    Status: facts.status,
    DurationMs: facts.ms,
    NanoUsd: facts.nanoUsd,
    InputTokens: facts.inputTokens,
    OutputTokens: facts.outputTokens,
    ...(bytes <= MAX_VALUE_BYTES ? { RecordLine: line } : { RecordBytes: bytes }),
  };
  return Object.fromEntries(
    Object.entries(columns).flatMap(([name, value]): [string, Json][] =>
      value === undefined ? [] : [[name, name === 'RecordLine' ? line : shortened(value)]],
    ),
  );
}

function shortened(value: Json | readonly string[]): Json {
  if (typeof value === 'string') return value.slice(0, MAX_TEXT_LENGTH).toWellFormed();
  if (!Array.isArray(value)) return value as Json;
  return value
    .slice(0, 100)
    .map((item: Json) => (typeof item === 'string' ? item.slice(0, 200).toWellFormed() : item));
}
