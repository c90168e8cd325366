import { BailiwickError } from '../../errors.ts';

const DAY_MS = 86_400_000;

/** More days than any store keeps. */
const MOST_DAYS = 3_660;

export interface DaySpan {
  /** `YYYY-MM-DD`, the first and the last day. */
  readonly from: string;
  readonly to: string;
}

/**
 * Days as people type them: `2026-11-21`, `2026-11` (the whole month), `today` or `yesterday`. Without a beginning, from the first of the
 * month of the end; without an end, until today.
 *
 * @param today `YYYY-MM-DD` where the days are counted.
 * @throws BailiwickError `USAGE`
 */
export function toDaySpan(
  options: { readonly from?: string | undefined; readonly to?: string | undefined },
  today: string,
): DaySpan {
  const to = options.to === undefined ? today : toDay('--to', options.to, today, 'end');
  const from =
    options.from === undefined ? `${to.slice(0, 8)}01` : toDay('--from', options.from, today, 'start');
  if (from > to) throw new BailiwickError('USAGE', `--from ${from} is after --to ${to}`);
  if ((Date.parse(to) - Date.parse(from)) / DAY_MS >= MOST_DAYS) {
    throw new BailiwickError('USAGE', `--from ${from} --to ${to}: at most ${MOST_DAYS} days at once`);
  }
  return { from, to };
}

/** Every day of a span. */
export function daysOf({ from, to }: DaySpan): string[] {
  const days: string[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY_MS) days.push(toText(at));
  return days;
}

/** The day before. */
export function dayBefore(day: string): string {
  return toText(Date.parse(day) - DAY_MS);
}

function toDay(option: string, text: string, today: string, edge: 'start' | 'end'): string {
  if (text === 'today') return today;
  if (text === 'yesterday') return dayBefore(today);
  if (/^\d{4}-\d\d$/.test(text) && isDay(`${text}-01`)) {
    return edge === 'start' ? `${text}-01` : lastOfMonth(text);
  }
  if (isDay(text)) return text;
  throw new BailiwickError(
    'USAGE',
    `${option}: ${text.slice(0, 40)} is no day; write a date like ${today}, a month like ${today.slice(0, 7)}, today or yesterday`,
  );
}

/** `Date` takes 30 February for the second day of March. */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const at = Date.parse(text);
  return Number.isFinite(at) && toText(at) === text;
}

function lastOfMonth(month: string): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return toText(Date.UTC(year, number, 0));
}

function toText(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
