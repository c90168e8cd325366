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

/** An entry as RFC 8785 text with room for its link: what can be done before its place in the chain is known. */
export interface PreparedEntry {
  /** The text before, between and after the values of the link's members. */
  readonly parts: readonly string[];
  /** Size of the text in UTF-8. */
  readonly bytes: number;
}

/** What the chain writes into the parts of an entry, in the order of RFC 8785 section 3.2.3. */
const SLOTS = ['chain', 'prev', 'seq', 'time', 'v'] as const;

const LINK_MEMBERS: ReadonlySet<string> = new Set([...SLOTS, 'hash']);

/**
 * Takes a copy of an entry, as text: later changes to the entry do not reach the record.
 *
 * A string with a lone surrogate, which RFC 8785 cannot express, is recorded with U+FFFD in its place: a caller cannot
 * avoid being recorded by sending one.
 *
 * @throws Error when a member has no JSON form (a cycle, a number that is not finite).
 */
export function prepareEntry(entry: RecordEntry): PreparedEntry {
  const texts = new Map<string, string | undefined>(SLOTS.map((name) => [name, undefined]));
  for (const [name, value] of Object.entries(entry)) {
    if (value !== undefined && !LINK_MEMBERS.has(name)) texts.set(name, toText(value));
  }
  const parts: string[] = [];
  let part = '';
  let opening = '{';
  for (const name of [...texts.keys()].toSorted()) {
    part += `${opening}"${name}":`;
    opening = ',';
    const text = texts.get(name);
    if (text !== undefined) {
      part += text;
      continue;
    }
    parts.push(part);
    part = '';
  }
  parts.push(`${part}}`);
  return { parts, bytes: parts.reduce((sum, one) => sum + Buffer.byteLength(one), 0) };
}

/** The line of a record, without its line feed, and the record's hash. */
export function sealPrepared(prepared: PreparedEntry, link: Link): { line: string; hash: string } {
  const body = prepared.parts.reduce(
    (text, part, index) => text + valueOfSlot(SLOTS[index - 1], link) + part,
  );
  const hash = digestOfText(body);
  return { line: withHash(body, hash), hash };
}

function valueOfSlot(slot: (typeof SLOTS)[number] | undefined, link: Link): string {
  if (slot === undefined) return '';
  return slot === 'v' ? String(RECORD_VERSION) : JSON.stringify(link[slot]);
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
