import { expect, test } from 'vitest';
import { compareWithExpected } from './expectations.ts';
import { formatDetails, formatRow } from './report.ts';
import { readChecks } from './suite.ts';

const passing = readChecks('tools-list', [{ id: 'a', status: 'SUCCESS' }]);
const warned = readChecks('caching', [
  { id: 'a', status: 'WARNING' },
  { id: 'b', status: 'SUCCESS' },
]);
const failing = readChecks('ping', [
  { id: 'a', status: 'SUCCESS' },
  { id: 'b', status: 'FAILURE', errorMessage: 'no answer\nat line 3' },
]);

test('a scenario passes when none of its checks is a failure, warnings or not', () => {
  expect([passing.passes, warned.passes, failing.passes]).toEqual([true, true, false]);
  expect(failing.failures).toEqual(['b: no answer']);
});

test('a scenario that made no check does not pass', () => {
  expect(readChecks('empty', []).passes).toBe(false);
});

test('a failure without an entry is unexpected', () => {
  expect(compareWithExpected([passing, failing], {}, 'direct', '2025-11-25')).toEqual({
    unexpected: ['ping'],
    stale: [],
  });
});

test('an entry counts for its configuration and revision only', () => {
  const expected = { direct: { '2025-11-25': { ping: 'because' } } };
  expect(compareWithExpected([failing], expected, 'direct', '2025-11-25').unexpected).toEqual([]);
  expect(compareWithExpected([failing], expected, 'direct', '2026-07-28').unexpected).toEqual(['ping']);
  expect(compareWithExpected([failing], expected, 'other', '2025-11-25').unexpected).toEqual(['ping']);
});

test('an entry that passes, or that names no required scenario, is stale', () => {
  const expected = { direct: { '2025-11-25': { 'tools-list': 'because', gone: 'because' } } };
  expect(compareWithExpected([passing], expected, 'direct', '2025-11-25').stale).toEqual([
    'tools-list',
    'gone',
  ]);
});

test('a row says configuration, revision and score, with the warnings beside them', () => {
  const row = { configuration: 'direct', revision: '2025-11-25', notScored: [], stale: [] } as const;
  expect(formatRow({ ...row, required: [passing, failing], unexpected: [] })).toBe('direct  2025-11-25  1/2');
  expect(formatRow({ ...row, required: [warned], unexpected: [] })).toBe(
    'direct  2025-11-25  1/1  (1 warning)',
  );
  expect(formatDetails({ ...row, required: [failing], unexpected: ['ping'] })).toEqual([
    '  ✗ ping (UNEXPECTED)',
    '      b: no answer',
  ]);
});
