import type { Span } from './expression.ts';
import { Failure, type Outcome } from './outcome.ts';
import { Duration, Timestamp, type Value } from './value.ts';

const NANOSECONDS_PER_SECOND = 1_000_000_000n;

/** Years 1 to 9999 (protobuf's Timestamp). */
const FIRST = -62_135_596_800n * NANOSECONDS_PER_SECOND;
const LAST = 253_402_300_799n * NANOSECONDS_PER_SECOND + (NANOSECONDS_PER_SECOND - 1n);

/** About 10,000 years (protobuf's Duration). */
const LONGEST = 315_576_000_000n * NANOSECONDS_PER_SECOND;

export function toTimestamp(nanoseconds: bigint, at: Span): Timestamp | Failure {
  if (nanoseconds < FIRST || nanoseconds > LAST) return new Failure('timestamp out of range', at);
  return new Timestamp(nanoseconds);
}

function toDuration(nanoseconds: bigint, at: Span): Duration | Failure {
  if (nanoseconds > LONGEST || nanoseconds < -LONGEST) return new Failure('duration out of range', at);
  return new Duration(nanoseconds);
}

/** `undefined` where these are no times. */
export function addTimes(left: Value, right: Value, at: Span): Outcome {
  if (left instanceof Duration && right instanceof Duration) {
    return toDuration(left.nanoseconds + right.nanoseconds, at);
  }
  if (
    (left instanceof Timestamp && right instanceof Duration) ||
    (left instanceof Duration && right instanceof Timestamp)
  ) {
    return toTimestamp(left.nanoseconds + right.nanoseconds, at);
  }
  return undefined;
}

/** `undefined` where these are no times. */
export function subtractTimes(left: Value, right: Value, at: Span): Outcome {
  if (left instanceof Timestamp && right instanceof Duration) {
    return toTimestamp(left.nanoseconds - right.nanoseconds, at);
  }
  if (
    (left instanceof Timestamp && right instanceof Timestamp) ||
    (left instanceof Duration && right instanceof Duration)
  ) {
    return toDuration(left.nanoseconds - right.nanoseconds, at);
  }
  return undefined;
}

const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/** A date and time as RFC 3339 writes them. */
export function parseTimestamp(text: string, at: Span): Timestamp | Failure {
  const match = text.length <= 35 ? RFC_3339.exec(text) : null;
  const refused = new Failure('timestamp() takes a date and time like "2026-01-31T12:00:00Z"', at);
  if (match === null) return refused;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return refused;
  if (hour > 23 || minute > 59 || second > 59) return refused;
  const [, , , , , , , fraction = '', sign = '+', hours = '0', minutes = '0'] = match;
  if (Number(hours) > 23 || Number(minutes) > 59) return refused;
  const offset = BigInt(Number(hours) * 60 + Number(minutes)) * 60n * NANOSECONDS_PER_SECOND;
  const local = BigInt(date.getTime()) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
  return toTimestamp(sign === '-' ? local + offset : local - offset, at);
}

export function writeTimestamp({ nanoseconds }: Timestamp): string {
  const seconds = floorDivide(nanoseconds, NANOSECONDS_PER_SECOND);
  const text = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return `${text}${toFraction(nanoseconds - seconds * NANOSECONDS_PER_SECOND)}Z`;
}

export function floorDivide(a: bigint, b: bigint): bigint {
  return a / b - (a % b < 0n ? 1n : 0n);
}

function toFraction(nanoseconds: bigint): string {
  return nanoseconds === 0n ? '' : `.${String(nanoseconds).padStart(9, '0').replace(/0+$/, '')}`;
}

const UNITS: Readonly<Record<string, bigint>> = {
  h: 3600n * NANOSECONDS_PER_SECOND,
  m: 60n * NANOSECONDS_PER_SECOND,
  s: NANOSECONDS_PER_SECOND,
  ms: 1_000_000n,
  us: 1000n,
  µs: 1000n,
  ns: 1n,
};

/** A span of time as Go writes them: `1h30m`, `-1.5s`, `0`. */
export function parseDuration(text: string, at: Span): Duration | Failure {
  const refused = new Failure('duration() takes a time like "1h30m" or "90s"', at);
  const unsigned = /^[+-]?(0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+)$/.exec(
    text.length <= 100 ? text : '',
  )?.[1];
  if (unsigned === undefined) return refused;
  let total = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of unsigned.matchAll(
    /(\d*)\.?(\d*)(ns|us|µs|ms|s|m|h)/g,
  )) {
    const length = UNITS[unit] ?? 0n;
    total += BigInt(whole) * length + (BigInt(fraction) * length) / 10n ** BigInt(fraction.length);
  }
  return toDuration(text.startsWith('-') ? -total : total, at);
}

/** In seconds, as protobuf writes them in JSON: `5400s`, `-1.5s`. */
export function writeDuration({ nanoseconds }: Duration): string {
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  const seconds = size / NANOSECONDS_PER_SECOND;
  return `${nanoseconds < 0n ? '-' : ''}${seconds}${toFraction(size % NANOSECONDS_PER_SECOND)}s`;
}
