import { createHash } from 'node:crypto';
import { toCanonicalJson } from '../../catalog/canonical.ts';
import type { SpendRow } from './spend-table.ts';

/*
 * Names in the store are short, whatever the texts are that they are made of: what is long or odd stands as a digest.
 */

/** A text as a part of a counter's name, at most 65 characters of `[A-Za-z0-9._@~*-]`. No two texts share one; `*` is none. */
export function toNamePart(text: string | undefined): string {
  if (text === undefined) return '*';
  return /^[A-Za-z0-9._@-]{1,64}$/.test(text) ? text : `~${digest(text)}`;
}

/** Bytes that one member of a row takes at most, so that seven of them and their names fit a name of the store. */
const MAX_MEMBER_BYTES = 112;
const KEPT_CHARACTERS = 56;

/** The name of a row of spend: see {@link SpendRow}. */
export function toSpendRowName(row: SpendRow): string {
  const members = Object.entries(row).map(([name, text]) => [name, shorten(text)]);
  return toCanonicalJson(Object.fromEntries(members));
}

function shorten(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (text.length <= MAX_MEMBER_BYTES && isShort(text)) return text;
  const start = text.slice(0, KEPT_CHARACTERS).replaceAll(/[^ !#-[\]-~]/g, '_');
  return `${start}… ${digest(text)}`;
}

function isShort(text: string): boolean {
  return text.isWellFormed() && Buffer.byteLength(JSON.stringify(text)) <= MAX_MEMBER_BYTES;
}

function digest(text: string): string {
  // UTF-16 tells texts apart that UTF-8 cannot: those with half a surrogate pair.
  return createHash('sha256').update(Buffer.from(text, 'utf16le')).digest('base64url');
}
