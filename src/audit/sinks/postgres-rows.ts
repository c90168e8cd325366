import { toFacts } from './record-facts.ts';
import type { SentRecord } from './sink.ts';

type Value = string | number | Buffer | null;

/** A column of the table. `read` turns the type that is sent into the column's own, where they differ. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly sent?: string;
  readonly value: (record: SentRecord) => Value;
}

/**
 * Texts in columns are cut here: the index of a column takes no longer ones, and a caller must not be able to keep its
 * record out of the table. The whole is in `record` and in `line`.
 */
const MAX_TEXT_LENGTH = 500;

const REPLACEMENT = '\u{FFFD}';

/** The columns of version 1, in order. `record` is null where PostgreSQL cannot hold it as `jsonb`. */
export const COLUMNS: readonly Column[] = [
  { name: 'chain', type: 'text', value: ({ chain }) => chain },
  { name: 'seq', type: 'bigint', value: ({ seq }) => seq },
  { name: 'time', type: 'timestamptz', value: ({ record }) => record.time },
  { name: 'type', type: 'text', value: ({ record }) => toText(record.type) },
  { name: 'call', type: 'text', value: fact('call') },
  { name: 'parent', type: 'text', value: fact('parent') },
  { name: 'issuer', type: 'text', value: fact('issuer') },
  { name: 'subject', type: 'text', value: fact('subject') },
  { name: 'team', type: 'text', value: fact('team') },
  { name: 'client', type: 'text', value: fact('client') },
  { name: 'key', type: 'text', value: fact('key') },
  { name: 'groups', type: 'text[]', sent: 'text', value: (one) => toArrayText(toFacts(one.record).groups) },
  { name: 'face', type: 'text', value: fact('face') },
  { name: 'session', type: 'text', value: fact('session') },
  { name: 'ip', type: 'text', value: fact('ip') },
  { name: 'trace', type: 'text', value: fact('trace') },
  { name: 'target_kind', type: 'text', value: fact('kind') },
  { name: 'source', type: 'text', value: fact('source') },
  { name: 'target', type: 'text', value: fact('name') },
  { name: 'access', type: 'text', value: fact('access') },
  { name: 'effect', type: 'text', value: fact('effect') },
  { name: 'rules', type: 'text[]', sent: 'text', value: (one) => toArrayText(toFacts(one.record).rules) },
  { name: 'reason', type: 'text', value: fact('reason') },
  { name: 'status', type: 'text', value: fact('status') },
  { name: 'code', type: 'text', value: fact('code') },
  { name: 'ms', type: 'double precision', value: ({ record }) => toFacts(record).ms ?? null },
  { name: 'nano_usd', type: 'bigint', value: ({ record }) => toFacts(record).nanoUsd ?? null },
  { name: 'input_tokens', type: 'bigint', value: ({ record }) => toFacts(record).inputTokens ?? null },
  { name: 'output_tokens', type: 'bigint', value: ({ record }) => toFacts(record).outputTokens ?? null },
  { name: 'hash', type: 'text', value: ({ record }) => toText(record.hash) },
  { name: 'record', type: 'jsonb', sent: 'text', value: ({ line }) => withoutNul(line) },
  { name: 'line', type: 'bytea', value: ({ line }) => Buffer.from(line, 'utf8') },
];

/** One statement that inserts any number of rows, and leaves those alone that are there. Its parameters: `toParameters`. */
export function toInsert(table: string): string {
  const names = COLUMNS.map(({ name }) => `"${name}"`).join(', ');
  const values = COLUMNS.map(({ name, type, sent }) => (sent ? `"${name}"::${type}` : `"${name}"`)).join(
    ', ',
  );
  const sent = COLUMNS.map(({ type, sent: other }, index) => `$${index + 1}::${other ?? type}[]`).join(', ');
  return `INSERT INTO ${table} (${names}) SELECT ${values} FROM unnest(${sent}) AS row (${names}) ON CONFLICT DO NOTHING`;
}

/** An array for each column. `withRecord: false` leaves `record` null. */
export function toParameters(records: readonly SentRecord[], options: { withRecord: boolean }): Value[][] {
  return COLUMNS.map(({ name, value }) =>
    records.map((one) => (name === 'record' && !options.withRecord ? null : value(one))),
  );
}

function fact(
  name:
    | 'call'
    | 'parent'
    | 'issuer'
    | 'subject'
    | 'team'
    | 'client'
    | 'key'
    | 'face'
    | 'session'
    | 'ip'
    | 'trace'
    | 'kind'
    | 'source'
    | 'name'
    | 'access'
    | 'effect'
    | 'reason'
    | 'status'
    | 'code',
): Column['value'] {
  return ({ record }) => {
    const value = toFacts(record)[name];
    return value === undefined ? null : toText(value);
  };
}

/** PostgreSQL has no text with U+0000. */
function toText(text: string): string {
  return text.slice(0, MAX_TEXT_LENGTH).replaceAll('\0', REPLACEMENT).toWellFormed();
}

/** PostgreSQL manual, section 8.15.2: elements in double quotes, in which a backslash escapes. */
function toArrayText(texts: readonly string[] | undefined): string | null {
  if (texts === undefined) return null;
  return `{${texts.map((text) => `"${toText(text).replaceAll(/["\\]/g, String.raw`\$&`)}"`).join(',')}}`;
}

/** JSON without U+0000, which `jsonb` refuses. In RFC 8785 it can only stand as this escape. */
function withoutNul(json: string): string {
  if (!json.includes(String.raw`\u0000`)) return json;
  return json.replaceAll(/\\(?:u0000|[^])/g, (escape) =>
    escape === String.raw`\u0000` ? REPLACEMENT : escape,
  );
}
