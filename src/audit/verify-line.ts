import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import { isJsonObject } from '../catalog/json.ts';
import type { JsonObject } from '../catalog/json.ts';
import { expectedForm } from './chain.ts';
import { messageOf } from '../errors.ts';

/** A record as far as verification looks at it. */
export interface VerifiedLine {
  readonly v: unknown;
  readonly seq: number;
  readonly prev: string;
  readonly hash: string;
  readonly chain: string;
  readonly time: string;
  readonly type: unknown;
  readonly detail: unknown;
}

/** How every line ends: `hash` is its last member. */
const HASH_MEMBER = ',"hash":"sha256:';
const HASH_END = '"}';
const SUFFIX_BYTES = HASH_MEMBER.length + 64 + HASH_END.length;

const CLOSING_BRACE = 0x7d;

/**
 * The record in a line, or in words why there is none.
 *
 * The hash is taken over the bytes of the line without its last member, so that any change of the text is a change of the
 * hash. With `strict`, the text must also be the RFC 8785 form of what it says, as everything that is written here is: then
 * it has no member twice, and every reader of JSON reads the same.
 */
export function verifyLine(bytes: Buffer, strict: boolean): VerifiedLine | string {
  const bodyEnd = bytes.length - SUFFIX_BYTES;
  const hasHash =
    bodyEnd > 0 &&
    bytes.toString('latin1', bodyEnd, bodyEnd + HASH_MEMBER.length) === HASH_MEMBER &&
    bytes.toString('latin1', bytes.length - HASH_END.length) === HASH_END;
  if (hasHash) {
    const expected = hashOfBody(bytes, bodyEnd);
    const actual = bytes.toString('latin1', bodyEnd + HASH_MEMBER.length, bytes.length - HASH_END.length);
    if (expected !== actual) {
      return isUtf8(bytes) ? `the record was edited: its text hashes to sha256:${expected}` : NOT_UTF8;
    }
  }
  if (!isUtf8(bytes)) return NOT_UTF8;
  const text = bytes.toString('utf8');
  const record = parse(text);
  if (typeof record === 'string') return record;
  if (!hasHash) return 'the record was edited: its hash is not where it is written';
  return strict ? (whyNotCanonical(record, text) ?? record) : record;
}

const NOT_UTF8 = 'the line is not UTF-8 text';

/** SHA-256, in hex, of the line with its last member taken out. Nothing is copied: one byte is another one meanwhile. */
function hashOfBody(bytes: Buffer, bodyEnd: number): string {
  const comma = bytes[bodyEnd] ?? 0;
  bytes[bodyEnd] = CLOSING_BRACE;
  const digest = hash('sha256', bytes.subarray(0, bodyEnd + 1), 'hex');
  bytes[bodyEnd] = comma;
  return digest;
}

function parse(text: string): (VerifiedLine & JsonObject) | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'the line is not JSON';
  }
  return isLinked(value)
    ? value
    : 'the line is not a record: v, seq, prev, hash, time or chain is missing or wrong';
}

function isLinked(value: unknown): value is VerifiedLine & JsonObject {
  if (!isJsonObject(value)) return false;
  const { seq, prev, hash: own, chain, time } = value;
  if (typeof prev !== 'string' || typeof own !== 'string') return false;
  if (typeof chain !== 'string' || typeof time !== 'string') return false;
  return Number.isSafeInteger(seq) && Number(seq) >= 1;
}

function whyNotCanonical(record: VerifiedLine, text: string): string | undefined {
  try {
    if (expectedForm(record).line === text) return undefined;
  } catch (error) {
    return `the record has no RFC 8785 form: ${messageOf(error)}`;
  }
  return 'the text of the line is not the RFC 8785 form of what it says';
}
