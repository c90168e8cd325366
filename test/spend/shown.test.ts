import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chartSpend, PLAIN_WIDTH, withEmptyDays } from '../../src/cli/spend/chart.ts';
import { toCsv } from '../../src/cli/spend/csv.ts';
import { daysOf } from '../../src/cli/spend/days.ts';
import type { Dimension } from '../../src/cli/spend/dimensions.ts';
import { readSpend } from '../../src/cli/spend/read-spend.ts';
import { describeSpend, type SpendText } from '../../src/cli/spend/spend-text.ts';
import type { SpendRow } from '../../src/gateway/ledger/spend-table.ts';
import { addSpend, createMemoryStore, NOW, spendRow } from './support.ts';

const USD = 1_000_000_000;

/** Calls of the rows by name, on the days in order, with prices of their own. */
async function textOf(
  rows: readonly Partial<SpendRow>[],
  by: readonly Dimension[],
  members: Partial<SpendText> = {},
): Promise<SpendText> {
  const store = createMemoryStore();
  for (const [index, row] of rows.entries()) {
    await addSpend(store, `2026-11-0${(index % 9) + 1}`, spendRow(row), {
      calls: 1000 * (index + 1),
      nanoUsd: 1.5 * USD * index + index,
    });
  }
  const days = daysOf({ from: '2026-11-01', to: '2026-11-10' });
  const spend = await readSpend(store, { days, by, now: NOW, isWanted: () => true });
  return { spend, by, when: '2026-11-01 to 2026-11-10 (UTC)', top: 50, nameColumns: 40, ...members };
}

const TEAMS = [{ team: 'a' }, { team: 'customer-care', key: 'k' }, {}];

test('a table has names on the left, numbers on the right, and a total', async () => {
  expect(describeSpend(await textOf(TEAMS, ['team', 'key']))).toBe(
    `Spent 2026-11-01 to 2026-11-10 (UTC)

TEAM           KEY     CALLS  TOKENS          USD    SHARE
(none)         (none)  3,000       0  3.000000002   66.7 %
customer-care  k       2,000       0  1.500000001   33.3 %
a              (none)  1,000       0  0.000000000    0.0 %
total                  6,000       0  4.500000003  100.0 %`,
  );
});

test('a table adds up what is beyond its length', async () => {
  const text = await textOf(TEAMS, ['team'], { top: 1 });
  expect(describeSpend(text).split('\n').slice(3, 6)).toEqual([
    '(none)    3,000       0  3.000000002   66.7 %',
    '(2 more)  3,000       0  1.500000001   33.3 %',
    'total     6,000       0  4.500000003  100.0 %',
  ]);
});

test('calls whose cost is not known are told', async () => {
  const text = await textOf([{}], ['team']);
  const total = { ...text.spend.total, bound: 1_200n, lost: 1n };
  expect(
    describeSpend({ ...text, spend: { ...text.spend, total, unreadable: 2 } })
      .split('\n')
      .slice(-3),
  ).toEqual([
    '1,200 calls are charged at the most that they can cost, because what they did cost is not known.',
    '1 call ended with the process that made it, and counts as made; those with a price are among the calls above.',
    '2 rows of the store cannot be read by this version, and are not counted.',
  ]);
});

test('a chart has bars as long as what was spent, and every day', async () => {
  const text = await textOf([{}, {}, {}, {}], ['day']);
  const days = daysOf({ from: '2026-11-01', to: '2026-11-05' });
  expect(chartSpend({ ...text, spend: withEmptyDays(text.spend, days) }, 60)).toBe(
    `Spent 2026-11-01 to 2026-11-10 (UTC), in USD by day

2026-11-01  0.000000000
2026-11-02  1.500000001  ███████████▋
2026-11-03  3.000000002  ███████████████████████▎
2026-11-04  4.500000003  ███████████████████████████████████
2026-11-05  0.000000000`,
  );
});

test('a chart of what costs nothing is about calls', async () => {
  const text = await textOf([{}], ['principal']);
  expect(chartSpend(text, 30)).toBe(
    'Spent 2026-11-01 to 2026-11-10 (UTC), in calls by principal\n\nagent  1,000  ████████████████',
  );
});

test('a chart has no bar for what is beyond its length', async () => {
  const text = await textOf([{ team: 'a' }, { team: 'b' }, { team: 'c' }], ['team'], { top: 1 });
  expect(chartSpend(text, 40).split('\n').slice(2)).toEqual([
    `c         3.000000002  ${'█'.repeat(17)}`,
    '(2 more)  1.500000001',
  ]);
});

const HOSTILE = [
  '\u001B[31mred\u001B[0m\u001B]0;title\u0007',
  'a\nb\r\tc\u0000',
  '\u202Etxt.exe\u2066',
  'שלום עולם',
  'x'.repeat(5_000),
  `e${'\u0301'.repeat(500)}`,
  '漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字',
  '\uD800',
  '=HYPERLINK("http://x","y"),z',
  '+1',
  '-1',
  '@x',
  ' "quoted" ',
];

describe('names of somebody else', () => {
  test('steer no terminal and break no line, in a table and in a chart', async () => {
    const text = await textOf(
      HOSTILE.map((subject) => ({ subject })),
      ['principal'],
    );
    const shown = [describeSpend(text), chartSpend(text, PLAIN_WIDTH)];
    for (const one of shown) {
      expect(one.replaceAll('\u200E', '').replaceAll('\n', '')).not.toMatch(
        /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u,
      );
    }
    expect(shown[0]).toContain(String.raw`\u001b[31mred\u001b…\u001b]0;title\u0007`);
    expect(shown[0]).toContain('שלום עולם\u200E ');
    const lines = shown[0]?.split('\n') ?? [];
    expect(lines).toHaveLength(HOSTILE.length + 4);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(800);
  });

  test('are one field of one line in CSV, and no formula', async () => {
    const text = await textOf(
      HOSTILE.map((subject) => ({ subject })),
      ['principal'],
    );
    const csv = toCsv(text.spend, ['principal']);
    expect(csv.replaceAll('\r\n', '')).not.toMatch(/\p{Cc}/u);
    const rows = parseCsv(csv);
    expect(rows[0]).toEqual([
      'issuer',
      'subject',
      'calls',
      'inputTokens',
      'outputTokens',
      'usd',
      'lost',
      'bound',
    ]);
    expect(rows).toHaveLength(HOSTILE.length + 1);
    const subjects = rows.map(([, subject]) => subject);
    expect(subjects).toEqual(
      expect.arrayContaining([`'=HYPERLINK("http://x","y"),z`, "'+1", "'-1", "'@x", ' "quoted" ']),
    );
    expect(rows[1]).toEqual(['config', ' "quoted" ', '13000', '0', '0', '18.000000012', '0', '0']);
  });

  test('whatever they are, give as many lines of as many fields', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (name) => {
        const text = await textOf([{ name }, { team: 'x' }], ['tool', 'team']);
        const shown = describeSpend(text);
        expect(shown.split('\n')).toHaveLength(6);
        expect(shown.replaceAll(/[\n\u200E]/g, '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        const rows = parseCsv(toCsv(text.spend, ['tool', 'team']));
        expect(rows.map((row) => row.length)).toEqual([10, 10, 10]);
      }),
      { numRuns: 60 },
    );
  });
});

/** A reader of its own for RFC 4180, section 2. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const match of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy)) {
    const [, quoted, plain = '', end] = match;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
