import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCalendar, createCalendars, type CalendarUnit } from '../../src/gateway/ledger/calendar.ts';
import { isTimeZone } from '../../src/text/time-zone.ts';

const HOUR = 3_600_000;

function periodAt(timeZone: string, unit: CalendarUnit, at: string) {
  const { id, end } = createCalendar(timeZone).periodAt(unit, Date.parse(at));
  return { id, end: new Date(end).toISOString() };
}

test.each<[string, CalendarUnit, string, string, string]>([
  ['UTC', 'day', '2026-11-21T07:28:48Z', '2026-11-21', '2026-11-22T00:00:00.000Z'],
  ['UTC', 'month', '2026-12-31T23:59:59.999Z', '2026-12', '2027-01-01T00:00:00.000Z'],
  ['UTC', 'month', '2028-02-29T12:00:00Z', '2028-02', '2028-03-01T00:00:00.000Z'],
  ['UTC', 'hour', '2026-11-21T07:28:48Z', '2026-11-21T07+00:00', '2026-11-21T08:00:00.000Z'],
  ['Asia/Kathmandu', 'day', '2026-11-21T18:20:00Z', '2026-11-22', '2026-11-22T18:15:00.000Z'],
  ['Asia/Kathmandu', 'hour', '2026-11-21T18:20:00Z', '2026-11-22T00+05:45', '2026-11-21T19:15:00.000Z'],
  ['America/New_York', 'month', '2026-11-01T03:59:59Z', '2026-10', '2026-11-01T04:00:00.000Z'],
  // The clock goes forward: a day of 23 hours, and an hour that is not there.
  ['Europe/Berlin', 'day', '2026-03-29T00:30:00Z', '2026-03-29', '2026-03-29T22:00:00.000Z'],
  ['Europe/Berlin', 'hour', '2026-03-29T00:30:00Z', '2026-03-29T01+01:00', '2026-03-29T01:00:00.000Z'],
  // The clock goes back: a day of 25 hours, and an hour that is there twice.
  ['Europe/Berlin', 'day', '2026-10-24T23:00:00Z', '2026-10-25', '2026-10-25T23:00:00.000Z'],
  ['Europe/Berlin', 'hour', '2026-10-25T00:30:00Z', '2026-10-25T02+02:00', '2026-10-25T01:00:00.000Z'],
  ['Europe/Berlin', 'hour', '2026-10-25T01:30:00Z', '2026-10-25T02+01:00', '2026-10-25T02:00:00.000Z'],
  // By half an hour.
  ['Australia/Lord_Howe', 'day', '2026-04-04T14:00:00Z', '2026-04-05', '2026-04-05T13:30:00.000Z'],
  // At midnight: the day begins at 01:00.
  ['America/Asuncion', 'day', '2023-10-01T12:00:00Z', '2023-10-01', '2023-10-02T03:00:00.000Z'],
  ['Africa/Cairo', 'day', '2026-04-23T21:59:59Z', '2026-04-23', '2026-04-23T22:00:00.000Z'],
  // A zone that left out a day, and one that changed its offset for good.
  ['Pacific/Apia', 'day', '2011-12-30T09:59:59Z', '2011-12-29', '2011-12-30T10:00:00.000Z'],
  ['Pacific/Apia', 'day', '2011-12-30T10:00:00Z', '2011-12-31', '2011-12-31T10:00:00.000Z'],
  ['Asia/Pyongyang', 'day', '2018-05-04T14:40:00Z', '2018-05-04', '2018-05-04T15:00:00.000Z'],
])('in %s the %s of %s is %s and ends at %s', (timeZone, unit, at, id, end) => {
  expect(periodAt(timeZone, unit, at)).toEqual({ id, end });
});

test('a day lasts from midnight to midnight, 23 and 25 hours included', () => {
  const berlin = createCalendar('Europe/Berlin');
  const lengths = new Map<string, number>();
  for (let at = Date.parse('2026-01-01T00:00:00+01:00'); at < Date.parse('2027-01-01T00:00:00+01:00');) {
    const { id, end } = berlin.periodAt('day', at);
    lengths.set(id, (end - at) / HOUR);
    at = end;
  }
  expect(lengths.size).toBe(365);
  expect([...lengths].filter(([, hours]) => hours !== 24)).toEqual([
    ['2026-03-29', 23],
    ['2026-10-25', 25],
  ]);
});

const ZONES = Intl.supportedValuesOf('timeZone');

test('in every zone, at any time, a period lasts until the wall clock says another one', () => {
  const calendars = createCalendars();
  fc.assert(
    fc.property(
      fc.constantFrom(...ZONES),
      fc.constantFrom<CalendarUnit>('hour', 'day', 'month'),
      fc.integer({ min: Date.parse('2012-01-01'), max: Date.parse('2080-01-01') }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (zone, unit, at, share) => {
        const { id, end } = createCalendar(zone).periodAt(unit, at);
        expect(end).toBeGreaterThan(at);
        const within = at + Math.floor((end - at) * share);
        expect(wallClock(zone, unit, within)).toBe(id.replace(/[+-]\d\d:\d\d$/, ''));
        expect(calendars(zone).periodAt(unit, within)).toMatchObject({ id, end });
        expect(calendars(zone).periodAt(unit, end).id).not.toBe(id);
      },
    ),
    { numRuns: 300 },
  );
});

test('a clock that jumps back and forth meets the same periods again', () => {
  const calendar = createCalendar('America/Sao_Paulo');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 0, max: 4e12 }), (one, other) => {
      const first = { ...calendar.periodAt('day', one) };
      calendar.periodAt('day', other);
      expect(calendar.periodAt('day', one)).toMatchObject({ id: first.id, end: first.end });
    }),
  );
});

test.each(['Mars/Olympus', '', '+02:00', 'Europe/Berlin ', '../etc'])('"%s" is no time zone', (name) => {
  expect(isTimeZone(name)).toBe(false);
});

/** What a clock on the wall shows, asked of the platform in another way than the calendar asks. */
function wallClock(timeZone: string, unit: CalendarUnit, instant: number): string {
  const text = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(instant);
  const [day = '', time = ''] = text.split(' ');
  if (unit === 'day') return day;
  return unit === 'month' ? day.slice(0, 7) : `${day}T${time.slice(0, 2)}`;
}
