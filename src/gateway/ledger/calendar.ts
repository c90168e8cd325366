export type CalendarUnit = 'hour' | 'day' | 'month';

/** An hour, a day or a month of a calendar, or what is left of it. */
export interface Period {
  /**
   * `2026-11`, `2026-11-21`, or `2026-11-21T07+01:00`: an hour that the clock shows twice is two periods.
   */
  readonly id: string;
  /** The first instant that is not in it, in milliseconds since the epoch. */
  readonly end: number;
}

/** The calendar of one time zone. Days have as many hours as they have there. */
export interface Calendar {
  /** The period that an instant is in. */
  periodAt(unit: CalendarUnit, instant: number): Period;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** @throws RangeError for a name that is no time zone. */
export function createCalendar(timeZone: string): Calendar {
  const offsetAt = createOffsets(timeZone);
  const recent = new Map<CalendarUnit, Period & { readonly from: number }>();

  const idAt = (unit: CalendarUnit, instant: number): string => {
    const offset = offsetAt(instant);
    const local = new Date(instant + offset).toISOString();
    // Years beyond 9999 have a sign and six digits.
    const day = local.slice(0, local.indexOf('T'));
    if (unit === 'day') return day;
    if (unit === 'month') return day.slice(0, -3);
    return `${day}${local.slice(day.length, day.length + 3)}${toOffsetText(offset)}`;
  };

  const endOf = (unit: CalendarUnit, id: string, instant: number): number => {
    for (let from = instant; ;) {
      const offset = offsetAt(from);
      const boundary = nextBoundary(unit, from + offset) - offset;
      const change = firstChange(offsetAt, from, boundary);
      if (change === undefined) return boundary;
      if (idAt(unit, change) !== id) return change;
      from = change;
    }
  };

  return {
    periodAt(unit, instant) {
      const known = recent.get(unit);
      if (known !== undefined && known.from <= instant && instant < known.end) return known;
      const id = idAt(unit, instant);
      const period = { id, end: endOf(unit, id, instant), from: instant };
      recent.set(unit, period);
      return period;
    },
  };
}

/** Calendars by time zone, each made once. */
export function createCalendars(): (timeZone: string) => Calendar {
  const calendars = new Map<string, Calendar>();
  return (timeZone) => {
    const calendar = calendars.get(timeZone) ?? createCalendar(timeZone);
    calendars.set(timeZone, calendar);
    return calendar;
  };
}

/** By how many milliseconds the zone's clock is before UTC at an instant. */
type Offsets = (instant: number) => number;

function createOffsets(timeZone: string): Offsets {
  const format = new Intl.DateTimeFormat('en-US', {
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    timeZone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (instant) => {
    const second = Math.floor(instant / 1000) * 1000;
    const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
    for (const { type, value } of format.formatToParts(second)) parts[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second: seconds = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, seconds) - second;
  };
}

/** The end of the period by a clock that is not set anew; `local` as if it were UTC. */
function nextBoundary(unit: CalendarUnit, local: number): number {
  if (unit === 'hour') return (Math.floor(local / HOUR_MS) + 1) * HOUR_MS;
  if (unit === 'day') return (Math.floor(local / DAY_MS) + 1) * DAY_MS;
  const date = new Date(local);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

/** The first instant in (from, to] at which the clock is set anew. No zone does that twice in a day. */
function firstChange(offsetAt: Offsets, from: number, to: number): number | undefined {
  const offset = offsetAt(from);
  let low = from;
  while (low < to) {
    const next = Math.min(low + DAY_MS, to);
    if (offsetAt(next) !== offset) {
      let high = next;
      while (high - low > 1) {
        const middle = low + Math.floor((high - low) / 2);
        if (offsetAt(middle) === offset) low = middle;
        else high = middle;
      }
      return high;
    }
    low = next;
  }
  return undefined;
}

function toOffsetText(offset: number): string {
  const minutes = Math.floor(Math.abs(offset) / 60_000);
  return `${offset < 0 ? '-' : '+'}${toTwoDigits(Math.floor(minutes / 60))}:${toTwoDigits(minutes % 60)}`;
}

function toTwoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
