import { BailiwickError } from '../../errors.ts';

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

const DAY_MS = 86_400_000;

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/i;
const DATE = /^\d{4}-\d\d-\d\d$/;
const AGO = /^(\d{1,9}) ?([smhdw])( ago)?$/;

/**
 * A moment as people type it, as records write it (RFC 3339, UTC, milliseconds): RFC 3339, a date (UTC), or `15m`, `2h`,
 * `7d` before `now`. A date is its first moment, or its last as the `end` of a span.
 *
 * @throws BailiwickError `USAGE`.
 */
export function toMoment(option: string, text: string, now: number, end: boolean): string {
  const ago = AGO.exec(text.trim());
  const isDate = DATE.test(text);
  const time = ago
    ? now - Number(ago[1]) * UNITS[ago[2]!]!
    : isDate || RFC_3339.test(text)
      ? Date.parse(text)
      : Number.NaN;
  const moment = isDate && end ? time + DAY_MS - 1 : time;
  if (isReal(ago ? undefined : text.slice(0, 10), moment)) return new Date(moment).toISOString();
  throw new BailiwickError('USAGE', `${option}: ${text} is no time; ${hint(text)}`);
}

/** `Date` takes 30 February for the second day of March. */
function isReal(date: string | undefined, time: number): boolean {
  if (!Number.isFinite(time) || time < Date.UTC(0, 0) || time > Date.UTC(9999, 11, 31)) return false;
  return date === undefined || new Date(date).toISOString().startsWith(date);
}

function hint(text: string): string {
  if (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text)) {
    return `say in which time zone, e.g. ${text.replace(' ', 'T').slice(0, 16)}Z`;
  }
  return 'say e.g. 15m, 2h or 7d (ago), 2026-11-20, or 2026-11-20T08:30:00Z';
}
