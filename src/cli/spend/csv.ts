import { toUsdText } from '../../text/nano-usd.ts';
import { visible } from '../audit/safe-text.ts';
import { membersOf, type Dimension } from './dimensions.ts';
import type { Spend } from './read-spend.ts';

/**
 * Spend as CSV (RFC 4180) with a heading: CRLF after each line, fields with commas or quotes in quotes.
 *
 * Names are somebody else's. Their control characters are written as `\uXXXX`, so that a line is a row. A name that begins
 * like a formula (`=`, `+`, `-`, `@`) has an apostrophe before it, so that a spreadsheet takes it for text.
 */
export function toCsv(spend: Spend, by: readonly Dimension[]): string {
  const members = membersOf(by);
  const heading = [...members, 'calls', 'inputTokens', 'outputTokens', 'usd', 'lost', 'bound'];
  const rows = spend.groups.map(({ values, sums }) => [
    ...members.map((member) => toText(values[member])),
    String(sums.calls),
    String(sums.inputTokens),
    String(sums.outputTokens),
    toUsdText(sums.nanoUsd),
    String(sums.lost),
    String(sums.bound),
  ]);
  return toCsvText([heading, ...rows]);
}

/** Lines of fields, the last one ended too. */
export function toCsvText(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(quote).join(',')}\r\n`).join('');
}

/** A name of somebody else's as a field. */
export function toText(value: string | undefined): string {
  const text = visible(value ?? '');
  return /^[=+\-@]/.test(text) ? `'${text}` : text;
}

function quote(field: string): string {
  return /[",]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
