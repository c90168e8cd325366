import { describe, expect, test } from 'vitest';
import { toDimensions } from '../../src/cli/spend/dimensions.ts';
import { daysOf, toDaySpan } from '../../src/cli/spend/days.ts';

const TODAY = '2026-11-21';

describe('the days of a report', () => {
  test.each([
    [undefined, undefined, '2026-11-01', '2026-11-21'],
    ['2026-10-05', undefined, '2026-10-05', '2026-11-21'],
    [undefined, '2026-10-05', '2026-10-01', '2026-10-05'],
    ['2026-02', '2026-02', '2026-02-01', '2026-02-28'],
    ['2028-02', '2028-02', '2028-02-01', '2028-02-29'],
    [undefined, '2026-12', '2026-12-01', '2026-12-31'],
    ['today', 'today', '2026-11-21', '2026-11-21'],
    ['yesterday', undefined, '2026-11-20', '2026-11-21'],
  ])('from %s to %s are %s to %s', (from, to, first, last) => {
    expect(toDaySpan({ from, to }, TODAY)).toEqual({ from: first, to: last });
  });

  test.each([
    ['2026-02-30', undefined, '--from: 2026-02-30 is no day; write a date like 2026-11-21'],
    ['2026-13', undefined, '--from: 2026-13 is no day'],
    ['21.11.2026', undefined, '--from: 21.11.2026 is no day'],
    ['', undefined, '--from:  is no day'],
    [undefined, 'tomorrow', '--to: tomorrow is no day'],
    ['2026-11-22', undefined, '--from 2026-11-22 is after --to 2026-11-21'],
    ['1970-01-01', undefined, 'at most 3660 days at once'],
  ])('from %s to %s are refused', (from, to, message) => {
    expect(() => toDaySpan({ from, to }, TODAY)).toThrow(message);
  });

  test('are every day once, over the end of a month and of a year', () => {
    expect(daysOf({ from: '2027-12-30', to: '2028-01-02' })).toEqual([
      '2027-12-30',
      '2027-12-31',
      '2028-01-01',
      '2028-01-02',
    ]);
    expect(daysOf({ from: '2028-01-01', to: '2028-12-31' })).toHaveLength(366);
  });
});

describe('what to tell apart', () => {
  test.each([
    [undefined, ['principal']],
    ['team', ['team']],
    [' day , tool,day', ['day', 'tool']],
  ])('%j is %j', (text, dimensions) => {
    expect(toDimensions(text, 'principal')).toEqual(dimensions);
  });

  test.each([
    ['', '--by:  is none of team, principal'],
    ['team,', '--by:  is none of'],
    ['tol', 'did you mean tool?'],
    ['Team', 'did you mean team?'],
    ['__proto__', '--by: __proto__ is none of'],
  ])('%j is refused', (text, message) => {
    expect(() => toDimensions(text, 'principal')).toThrow(message);
  });
});
