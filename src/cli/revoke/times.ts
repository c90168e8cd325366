import { BailiwickError } from '../../errors.ts';
import { toMoment } from '../audit/moment.ts';

const UNITS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

const MAX_DAYS = 3660;

/** The instant that `--before` names, in milliseconds since the epoch. @throws BailiwickError `USAGE` */
export function toInstant(text: string, now: number): number {
  if (text === 'now') return now;
  const instant = Date.parse(toMoment('--before', text, now, false));
  if (instant <= now) return instant;
  throw new BailiwickError(
    'USAGE',
    `--before: ${text} is still to come, and credentials of then cannot be bad yet; to keep a caller out, say so in a policy (effect: deny)`,
  );
}

/** How long `--for` says, in milliseconds. @throws BailiwickError `USAGE` */
export function toSpan(text: string): number {
  const [, count, unit = ''] = /^([1-9]\d{0,6}) ?([mhdw])$/.exec(text.trim()) ?? [];
  const span = Number(count) * (UNITS[unit] ?? Number.NaN);
  if (span <= MAX_DAYS * 86_400_000) return span;
  throw new BailiwickError(
    'USAGE',
    `--for: ${text} is no span; say e.g. 12h, 30d or 8w, ${MAX_DAYS}d at most`,
  );
}
