import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toCsvLine } from '../../src/cli/csv.ts';
import { describeWhat } from '../../src/cli/audit/describe.ts';
import { describeEvent } from '../../src/cli/audit/describe-event.ts';
import { toMoment } from '../../src/cli/audit/moment.ts';
import { createRowTable } from '../../src/cli/audit/row-table.ts';
import { cut, visible, widthOf } from '../../src/cli/audit/safe-text.ts';

const NOW = Date.UTC(2026, 10, 21, 12);

describe('moments', () => {
  test.each([
    ['15m', false, '2026-11-21T11:45:00.000Z'],
    ['2h ago', false, '2026-11-21T10:00:00.000Z'],
    ['7d', true, '2026-11-14T12:00:00.000Z'],
    ['2026-11-20', false, '2026-11-20T00:00:00.000Z'],
    ['2026-11-20', true, '2026-11-20T23:59:59.999Z'],
    ['2026-11-20T08:30Z', false, '2026-11-20T08:30:00.000Z'],
    ['2026-11-20T08:30:00.5+02:00', false, '2026-11-20T06:30:00.500Z'],
  ])('%s (end of a span: %s) is %s', (text, isEnd, expected) => {
    expect(toMoment('--since', text, NOW, isEnd)).toBe(expected);
  });

  test('any text is a moment or a usage error', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[0-9]{1,12}[smhdwTZ:+-]{0,3}[0-9]{0,3}$/));
    fc.assert(
      fc.property(text, fc.boolean(), (one, isEnd) => {
        try {
          expect(toMoment('--since', one, NOW, isEnd)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        } catch (error) {
          expect(error).toMatchObject({ code: 'USAGE' });
        }
      }),
    );
  });
});

describe('text of somebody else', () => {
  test('is never wider than its columns, and says where it was cut', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary' }),
      fc.constant('日本語のツール'),
    );
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 30 }), (one, columns) => {
        const safe = visible(one);
        const shown = cut(safe, columns);
        expect(widthOf(shown)).toBeLessThanOrEqual(columns);
        if (shown !== safe) expect(shown.endsWith('…')).toBe(true);
      }),
    );
  });

  test.each([
    ['plain', 5],
    ['日本', 4],
    ['é', 1],
    ['👍🏽', 2],
  ])('%s takes %i columns', (text, columns) => {
    expect(widthOf(text)).toBe(columns);
  });

  test('of a mebibyte on one letter is cut in no time', () => {
    expect(cut(`a${'\u0301'.repeat(1_000_000)}b`, 10)).toMatch(/…$/);
  });
});

test('a table keeps to the width of the terminal, and stays aligned with wide characters', () => {
  const columns = [
    { heading: 'NAME', cell: ([name = '']: string[]) => name, most: 8 },
    { heading: 'N', cell: ([, count = '']: string[]) => count, side: 'right' as const },
    { heading: 'WHY', cell: ([, , why = '']: string[]) => why },
  ];
  const rows = [
    ['日本語', '1', 'because'],
    ['a-very-long-name', '22', 'for many reasons'],
  ];
  const table = createRowTable<string[]>(columns, 20);
  const lines = [...rows.flatMap(table.add), ...table.end()];
  expect(lines).toEqual(['NAME       N  WHY', '日本語     1  becau…', 'a-very-…  22  for m…']);
});

test('a line of CSV has its texts quoted as RFC 4180 says, and begins no formula', () => {
  expect(toCsvLine(['a', 'b,c', 'say "x"', 'two\nlines', 5, -5, true, undefined, { a: 1 }])).toBe(
    'a,"b,c","say ""x""","two\nlines",5,-5,true,,"{""a"":1}"\r\n',
  );
  for (const start of ['=', '+', '-', '@', '\t', '\r', '＝']) {
    expect(toCsvLine([`${start}1`])).toMatch(/^"?'/);
  }
});

test.each([
  [{ change: 'cut', chain: 'c', bytes: 12 }, 'chain c put in order: 12 bytes of an unfinished line cut off'],
  [
    { change: 'removed', until: '2026-11-01', removed: [{ chain: 'a' }, { chain: 'a' }, { chain: 'b' }] },
    'old files removed: 3, with records until 2026-11-01, of a, b',
  ],
])('a repair is told in words: %j', (detail, text) => {
  const chain = { v: 1, chain: 'c', seq: 1, prev: '', hash: '', time: '' } as const;
  expect(describeEvent({ ...chain, type: 'repair', detail })).toBe(text);
});

test.each([
  [undefined, 'signed in'],
  [{ what: 'client registered', client: 'c-1' }, 'client registered: c-1'],
  [{ what: 'login refused', client: 'c-1' }, 'sign-in refused, for client c-1'],
  [{ what: 'consent refused', client: 'c-1' }, 'consent refused to client c-1'],
  [
    { what: 'consent', client: 'c-1', scopes: ['mcp', 'notes:read'] },
    'consent given to client c-1, scopes mcp notes:read',
  ],
  [{ what: 'something later', client: 'c-1' }, 'signin  what="something later" client=c-1'],
])('what happens when somebody signs in is told for what it is: %j', (detail, text) => {
  const chain = { v: 1, chain: 'c', seq: 1, prev: '', hash: '', time: '' } as const;
  expect(describeEvent({ ...chain, type: 'signin', ...(detail && { detail }) })).toBe(text);
});

test.each([
  [{ kind: 'tool', source: 'files', name: 'read' }, 'files_read'],
  [{ kind: 'resource', source: 'files', name: 'demo://a' }, 'files: demo://a'],
  [{ kind: 'prompt', source: 'files', name: 'greet' }, 'files: greet'],
  [{ kind: 'model', source: 'openai', name: 'gpt' }, 'gpt'],
  [{ kind: 'resource', name: 'demo://unknown' }, 'demo://unknown'],
] as const)('what was called is shown with its source: %o', (target, shown) => {
  expect(describeWhat({ target })).toBe(shown);
});
