import { describe, expect, test } from 'vitest';
import { evaluate, KNOWN, summarize } from './evaluating.ts';

// 2026-07-14T22:30:15.250Z, a Tuesday; in Berlin it is Wednesday already.
const truth = (text: string, args: unknown = {}): string => summarize(evaluate(text, { ...KNOWN, args }));

describe('times', () => {
  test.each([
    ['now.getFullYear() == 2026 && now.getMonth() == 6 && now.getDate() == 14 && now.getDayOfMonth() == 13'],
    ['now.getDayOfWeek() == 2 && now.getDayOfYear() == 194'],
    [
      'now.getHours() == 22 && now.getMinutes() == 30 && now.getSeconds() == 15 && now.getMilliseconds() == 250',
    ],
    ['now.getHours("Europe/Berlin") == 0 && now.getDate("Europe/Berlin") == 15'],
    ['now.getDayOfWeek("Europe/Berlin") == 3 && now.getDayOfYear("Europe/Berlin") == 195'],
    [
      'now.getHours("America/New_York") == 18 && now.getHours("Asia/Kolkata") == 4 && now.getMinutes("Asia/Kolkata") == 0',
    ],
    ['now.getHours("UTC") == 22 && now.getHours("+02:00") == 0 && now.getHours("-05:30") == 17'],
    ['now.getMilliseconds("Europe/Berlin") == 250'],
    // Clocks go forward on 2026-03-29 at 01:00 UTC.
    ['timestamp("2026-03-29T00:59:59Z").getHours("Europe/Berlin") == 1'],
    ['timestamp("2026-03-29T01:00:00Z").getHours("Europe/Berlin") == 3'],
    ['timestamp("1890-01-01T00:00:00Z").getMinutes("Europe/Berlin") == 53'],
    ['timestamp("2026-07-14T22:30:15.25Z") == now && timestamp("2026-07-15T00:30:15.250+02:00") == now'],
    ['now > timestamp("2026-01-01T00:00:00Z") && now < timestamp("2027-01-01T00:00:00Z")'],
    ['now - timestamp("2026-07-14T22:00:00Z") == duration("30m15s250ms")'],
    ['now + duration("1h") > now && now - duration("1h") < now'],
    ['duration("1h30m") == duration("90m") && duration("-1.5s") < duration("0s")'],
    [
      'duration("1h30m").getHours() == 1 && duration("1h30m").getMinutes() == 90 && duration("90s").getSeconds() == 90',
    ],
    ['duration("1h") + duration("30m") - duration("90m") == duration("0")'],
    ['int(timestamp("1970-01-01T00:01:00Z")) == 60 && timestamp(60) == timestamp("1970-01-01T00:01:00Z")'],
    ['string(now) == "2026-07-14T22:30:15.25Z" && string(duration("1h1ns")) == "3600.000000001s"'],
    ['timestamp("2026-07-14T22:30:15.000000001Z") > timestamp("2026-07-14T22:30:15Z")'],
    ['type(now) == google.protobuf.Timestamp && type(duration("1s")) == google.protobuf.Duration'],
  ])('%s', (text) => {
    expect(truth(text)).toBe('true');
  });

  test.each([
    ['timestamp("2026-02-30T00:00:00Z") == now'],
    ['timestamp("2026-01-01") == now'],
    ['timestamp("2026-01-01T24:00:00Z") == now'],
    ['duration("1 hour") == duration("1h")'],
    ['duration("") == duration("1h")'],
    ['timestamp("9999-12-31T23:59:59Z") + duration("1s") > now'],
    ['timestamp(253402300800) > now'],
    ['duration("9000000000000h") > duration("1s")'],
    ['now.getHours(args.zone) == 1'],
  ])('%s is an error', (text) => {
    expect(truth(text, { zone: 'Mars/Olympus' })).toMatch(/^error: /);
  });

  test('say the same in whatever zone the machine is', () => {
    const before = process.env['TZ'];
    try {
      for (const zone of ['Pacific/Kiritimati', 'America/Adak', 'Europe/Berlin']) {
        process.env['TZ'] = zone;
        expect(truth('now.getHours("Asia/Tokyo") == 7 && now.getDayOfYear("Asia/Tokyo") == 195')).toBe(
          'true',
        );
        expect(truth('now.getDate() == 14 && timestamp("2026-07-14T22:30:15.25Z") == now')).toBe('true');
      }
    } finally {
      if (before === undefined) delete process.env['TZ'];
      else process.env['TZ'] = before;
    }
  });
});
