import { BailiwickError } from '../../errors.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** The last millisecond of year 9999, the last that RFC 3339 can say. */
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** `90d`, `24h`, `30m` in milliseconds. @throws BailiwickError `USAGE` */
export function toDuration(option: string, text: string): number {
  const [, amount, unit] = /^(\d{1,9}) ?([smhdw])$/.exec(text.trim()) ?? [];
  const length = Number(amount) * (UNIT_MS[unit ?? ''] ?? Number.NaN);
  if (Number.isFinite(length)) return length;
  throw new BailiwickError(
    'USAGE',
    `${option}: "${text}" is no length of time; write e.g. 30m, 24h, 7d or 2w`,
  );
}

/** `90d` from now on, an RFC 3339 date-time or date (UTC), or `never`: `undefined`. @throws BailiwickError `USAGE` */
export function toExpiry(text: string, now: number): number | undefined {
  if (text.trim() === 'never') return undefined;
  const instant = toInstant(text.trim()) ?? now + toLifetime(text);
  if (instant <= now)
    throw new BailiwickError('USAGE', `--expires: ${text} is over; the key would never count`);
  if (instant > LATEST) throw new BailiwickError('USAGE', `--expires: ${text} is too far away; write never`);
  return instant;
}

function toLifetime(text: string): number {
  try {
    return toDuration('--expires', text);
  } catch {
    throw new BailiwickError(
      'USAGE',
      `--expires: "${text}" is no time; write e.g. 90d, 2027-01-31, 2027-01-31T18:00:00Z, or never`,
    );
  }
}

function toInstant(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/i.test(text)) return undefined;
  const instant = Date.parse(text);
  // `Date` takes 30 February for the second day of March.
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  const isReal = !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text.slice(0, 10));
  return isReal && !Number.isNaN(instant) ? instant : undefined;
}
