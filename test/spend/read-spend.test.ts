import { describe, expect, test } from 'vitest';
import { daysOf } from '../../src/cli/spend/days.ts';
import type { Dimension } from '../../src/cli/spend/dimensions.ts';
import { toSpendFilter, type SpendFilters } from '../../src/cli/spend/filters.ts';
import { readSpend, type Spend } from '../../src/cli/spend/read-spend.ts';
import { toSpendTable } from '../../src/gateway/ledger/spend-table.ts';
import type { Store } from '../../src/state/store.ts';
import { addSpend, createMemoryStore, NOW, spendRow } from './support.ts';

const DAYS = daysOf({ from: '2026-11-01', to: '2026-11-30' });

function read(store: Store, by: readonly Dimension[], filters: SpendFilters = {}): Promise<Spend> {
  return readSpend(store, { days: DAYS, by, now: NOW, isWanted: toSpendFilter(filters) });
}

/** Names and calls of each group. */
function shown({ groups }: Spend): string[] {
  return groups.map(({ labels, sums }) => `${labels.map((label) => label ?? '-').join(' ')}: ${sums.calls}`);
}

async function createFilled(): Promise<Store> {
  const store = createMemoryStore();
  await addSpend(store, '2026-10-31', spendRow(), { calls: 1000 });
  await addSpend(store, '2026-11-01', spendRow({ team: 'care' }), { calls: 1, nanoUsd: 5 });
  await addSpend(store, '2026-11-02', spendRow({ team: 'care', key: 'k1' }), { calls: 2, nanoUsd: 1 });
  await addSpend(store, '2026-11-02', spendRow({ subject: 'bot', client: 'cli' }), { calls: 4 });
  await addSpend(store, '2026-11-03', spendRow({ issuer: 'https://id', team: 'core' }), { calls: 8 });
  await addSpend(store, '2026-11-03', spendRow({ kind: 'resource', source: 'files', name: 'file:///a' }), {
    calls: 16,
  });
  await addSpend(store, '2026-11-30', spendRow({ kind: 'model', source: 'openai', name: 'large' }), {
    calls: 32,
    inputTokens: 10,
    outputTokens: 5,
  });
  return store;
}

describe('spend is added up', () => {
  test.each<[Dimension[], string[]]>([
    [['team'], ['care: 3', '-: 52', 'core: 8']],
    [['principal'], ['agent: 51', 'https://id#agent: 8', 'bot: 4']],
    [['key'], ['k1: 2', '-: 61']],
    [['client'], ['-: 59', 'cli: 4']],
    [['source'], ['helpdesk: 15', 'openai: 32', 'files: 16']],
    [['tool'], ['helpdesk_list_tickets: 15', 'model large: 32', 'resource file:///a: 16']],
    [['model'], ['-: 31', 'large: 32']],
    [['day'], ['2026-11-01: 1', '2026-11-02: 6', '2026-11-03: 24', '2026-11-30: 32']],
    [
      ['day', 'team'],
      [
        '2026-11-01 care: 1',
        '2026-11-02 care: 2',
        '2026-11-02 -: 4',
        '2026-11-03 -: 16',
        '2026-11-03 core: 8',
        '2026-11-30 -: 32',
      ],
    ],
  ])('by %j', async (by, groups) => {
    expect(shown(await read(await createFilled(), by))).toEqual(
      by[0] === 'day' ? groups : expect.arrayContaining(groups),
    );
  });

  test('the most money first, then the most tokens, then the most calls', async () => {
    expect(shown(await read(await createFilled(), ['principal', 'source']))).toEqual([
      'agent helpdesk: 3',
      'agent openai: 32',
      'agent files: 16',
      'https://id#agent helpdesk: 8',
      'bot helpdesk: 4',
    ]);
  });

  test.each<[SpendFilters, number]>([
    [{}, 63],
    [{ team: ['care'] }, 3],
    [{ team: ['care', 'core'] }, 11],
    [{ team: ['c*'] }, 11],
    [{ team: ['nobody'] }, 0],
    [{ principal: ['agent'] }, 59],
    [{ principal: ['config#agent'] }, 51],
    [{ principal: ['https://*'] }, 8],
    [{ key: ['k1'], team: ['core'] }, 0],
    [{ source: ['files'] }, 16],
    [{ tool: ['helpdesk_list_tickets'] }, 15],
    [{ tool: ['helpdesk/*'] }, 15],
    [{ tool: ['file:///a'] }, 16],
    [{ tool: ['*'] }, 31],
    [{ model: ['large'] }, 32],
  ])('only of %j', async (filters, calls) => {
    expect((await read(await createFilled(), ['day'], filters)).total.calls).toBe(BigInt(calls));
  });

  test('exactly, beyond what a number holds', async () => {
    const store = createMemoryStore();
    for (const name of ['a', 'b', 'c']) {
      await addSpend(store, '2026-11-01', spendRow({ name }), { nanoUsd: Number.MAX_SAFE_INTEGER });
    }
    expect((await read(store, ['source'])).total.nanoUsd).toBe(3n * BigInt(Number.MAX_SAFE_INTEGER));
  });

  test('without rows of which nothing is left', async () => {
    const store = createMemoryStore();
    await addSpend(store, '2026-11-01', spendRow(), { calls: 0 });
    expect(await read(store, ['principal'])).toMatchObject({ groups: [], unreadable: 0 });
  });

  test('and rows that are none of ours are counted, not guessed', async () => {
    const store = createMemoryStore();
    await addSpend(store, '2026-11-01', spendRow());
    const foreign = ['x', '[]', '{}', '{"issuer":1}', JSON.stringify({ ...spendRow(), kind: 'dream' })];
    for (const row of foreign) {
      await store.tally(
        { table: toSpendTable('2026-11-01'), row, add: { calls: 5 }, expiresAt: NOW * 2 },
        NOW,
      );
    }
    expect(await read(store, ['principal'])).toMatchObject({ total: { calls: 1n }, unreadable: 5 });
  });

  test('100,000 rows of few principals with one group for each, whatever their number', async () => {
    const store = pagesOf(100_000, 500);
    const started = process.memoryUsage().heapUsed;
    let most = 0;
    const spend = await readSpend(
      {
        ...store,
        rows: (...given) => {
          most = Math.max(most, process.memoryUsage().heapUsed - started);
          return store.rows(...given);
        },
      },
      { days: ['2026-11-01'], by: ['principal'], now: NOW, isWanted: () => true },
    );
    expect(spend.groups).toHaveLength(10);
    expect(spend.total.calls).toBe(100_000n);
    expect(most).toBeLessThan(100 * 1024 * 1024);
  });
});

/** A store that makes its rows when they are asked for. */
function pagesOf(count: number, size: number): Store {
  return {
    ...createMemoryStore(),
    rows: async (_table, { cursor }) => {
      const start = Number(cursor ?? 0);
      const rows = Array.from({ length: Math.min(size, count - start) }, (_, index) => ({
        row: JSON.stringify(spendRow({ subject: `s${index % 10}`, name: `tool_${start + index}` })),
        sums: { calls: 1 },
      }));
      return start + size < count ? { rows, cursor: String(start + size) } : { rows };
    },
  };
}
