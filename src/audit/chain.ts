import { digestOfText, toCanonicalJson } from '../catalog/canonical.ts';
import { RECORD_VERSION } from './record.ts';
import type { AuditRecord, RecordEntry } from './record.ts';
import { toWellFormed } from './well-formed.ts';

/** Where a chain stands: its last record. */
export interface Head {
  /** 0: the chain has no record. */
  readonly seq: number;
  readonly hash: string;
}

/** The head of a chain without records; its hash is the `prev` of the first record. */
export const EMPTY_HEAD: Head = { seq: 0, hash: `sha256:${'0'.repeat(64)}` };

/** What the chain adds to an entry. */
export interface Link {
  readonly chain: string;
  readonly seq: number;
  readonly prev: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly time: string;
}

/** An entry as RFC 8785 text, member by member: what can be done before its place in the chain is known. */
export interface PreparedEntry {
  readonly members: readonly (readonly [name: string, text: string])[];
  /** Size of the members' text in UTF-8. */
  readonly bytes: number;
}

const LINK_MEMBERS: ReadonlySet<string> = new Set(['v', 'seq', 'prev', 'hash', 'time', 'chain']);

/**
 * Takes a copy of an entry, as text: later changes to the entry do not reach the record.
 *
 * A string with a lone surrogate, which RFC 8785 cannot express, is recorded with U+FFFD in its place: a caller cannot
 * avoid being recorded by sending one.
 *
 * @throws Error when a member has no JSON form (a cycle, a number that is not finite).
 */
export function prepareEntry(entry: RecordEntry): PreparedEntry {
  const members: [string, string][] = [];
  let bytes = 0;
  for (const [name, value] of Object.entries(entry)) {
    if (value === undefined || LINK_MEMBERS.has(name)) continue;
    const text = toText(value);
    members.push([name, text]);
    bytes += name.length + Buffer.byteLength(text);
  }
  return { members, bytes };
}

/** The line of a record, without its line feed, and the record's hash. */
export function sealPrepared(prepared: PreparedEntry, link: Link): { line: string; hash: string } {
  const members: (readonly [string, string])[] = [
    ...prepared.members,
    ['v', String(RECORD_VERSION)],
    ['seq', String(link.seq)],
    ['prev', JSON.stringify(link.prev)],
    ['time', JSON.stringify(link.time)],
    ['chain', JSON.stringify(link.chain)],
  ];
  // Member names are ASCII, so this is the order of RFC 8785 section 3.2.3.
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  const body = `{${members.map(([name, text]) => `"${name}":${text}`).join(',')}}`;
  const hash = digestOfText(body);
  return { line: withHash(body, hash), hash };
}

/** Gives an entry its place in a chain. */
export function seal(entry: RecordEntry, link: Link): AuditRecord {
  const record: AuditRecord = JSON.parse(sealPrepared(prepareEntry(entry), link).line);
  return record;
}

/**
 * What a record's members, whatever they say, have to look like: its hash, and its line in a chain file without the
 * line feed.
 *
 * @throws Error when a member has no RFC 8785 form.
 */
export function expectedForm(record: { readonly hash: string }): { line: string; hash: string } {
  const { hash, ...others } = record;
  const body = toCanonicalJson(others);
  return { line: withHash(body, hash), hash: digestOfText(body) };
}

function withHash(body: string, hash: string): string {
  return `${body.slice(0, -1)},"hash":${JSON.stringify(hash)}}`;
}

function toText(value: unknown): string {
  try {
    return toCanonicalJson(value);
  } catch {
    return toCanonicalJson(toWellFormed(value));
  }
}
