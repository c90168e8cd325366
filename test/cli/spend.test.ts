import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { SPEND_SCHEMA } from '../../src/cli/spend/spend-schema.ts';
import { openStore } from '../../src/state/open-store.ts';
import type { Store } from '../../src/state/store.ts';
import { addSpend, spendRow } from '../spend/support.ts';
import { freePort } from '../support/child-process.ts';
import { bailiwick, type Outcome } from '../support/command-line.ts';
import { runWith } from '../support/in-process.ts';
import { createFolder, notesFiles, startApi } from '../support/gateway.ts';

const FILES = {
  'bailiwick.yaml': 'ledger: { timeZone: Europe/Berlin }\nsources: {}\n',
  'policies/p.policy.yaml': `policy: p
limits:
  - { id: all, budget: { usd: 10, per: month } }
`,
};

const QUIET = { debug() {}, info() {}, warn() {}, error() {} };

/** A folder with a configuration and a state file, in which a gateway would have counted. */
async function createSpent() {
  const workspace = await createFolder(FILES);
  const sqlite = path.join(workspace.folder, '.bailiwick/state.db');
  const store = await openStore({ sqlite, localShare: 0.1 }, { logger: QUIET, now: Date.now });
  await addSpend(store, '2026-10-01', spendRow({ team: 'care' }), { calls: 20, nanoUsd: 40_000_000 });
  await addSpend(store, '2026-10-31', spendRow({ team: 'care', name: 'refund' }), {
    calls: 2,
    nanoUsd: 2_500_000_000,
    bound: 1,
  });
  await addSpend(store, '2026-10-31', spendRow({ subject: 'bot' }), { calls: 3 });
  await addSpend(store, '2026-11-01', spendRow({ subject: '\u001B[2J=evil()' }), { calls: 5 });
  return { ...workspace, store };
}

async function spend(folder: string, ...args: string[]): Promise<string> {
  return printed(await runWith(folder, ['spend', ...args]));
}

function printed({ status, out, err }: Outcome): string {
  expect([status, err]).toEqual([0, '']);
  return out;
}

async function withSpent(work: (folder: string, store: Store) => Promise<void>): Promise<void> {
  const workspace = await createSpent();
  try {
    await work(workspace.folder, workspace.store);
  } finally {
    await workspace.store.close();
    await workspace[Symbol.asyncDispose]();
  }
}

test('spend prints a table, a chart, CSV and JSON of a state file that a gateway has open', async () => {
  await withSpent(async (folder) => {
    const [table, chart, csv, json] = await Promise.all([
      bailiwick(folder, ['spend', '--by', 'team,tool', '--from', '2026-10', '--to', '2026-10']).then(printed),
      spend(folder, '--by', 'team', '--from', '2026-10', '--to', '2026-10', '--chart'),
      spend(folder, '--by', 'principal', '--from', '2026-10', '--to', '2026-11', '--csv'),
      spend(folder, '--by', 'day', '--from', '2026-10', '--to', '2026-11', '--tool', 'helpdesk/l*', '--json'),
    ]);
    expect(table).toBe(`Spent 2026-10-01 to 2026-10-31 (Europe/Berlin)

TEAM    TOOL                   CALLS  TOKENS   USD    SHARE
care    helpdesk_refund            2       0  2.50   98.4 %
care    helpdesk_list_tickets     20       0  0.04    1.6 %
(none)  helpdesk_list_tickets      3       0  0.00    0.0 %
total                             25       0  2.54  100.0 %

1 call is charged at the most that it can cost, because what it did cost is not known.
`);
    expect(chart).toBe(`Spent 2026-10-01 to 2026-10-31 (Europe/Berlin), in USD by team

care    2.54  ${'█'.repeat(66)}
(none)  0.00

1 call is charged at the most that it can cost, because what it did cost is not known.
`);
    expect(csv).toBe(
      [
        'issuer,subject,calls,inputTokens,outputTokens,usd,lost,bound',
        'config,agent,22,0,0,2.54,0,1',
        String.raw`config,\u001b[2J=evil(),5,0,0,0,0,0`,
        'config,bot,3,0,0,0,0,0',
        '',
      ].join('\r\n'),
    );
    const document: unknown = JSON.parse(json);
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(SPEND_SCHEMA);
    expect([validate(document), validate.errors]).toEqual([true, null]);
    const none = { inputTokens: 0, outputTokens: 0, lost: 0, bound: 0 };
    expect(document).toEqual({
      from: '2026-10-01',
      to: '2026-11-30',
      timeZone: 'Europe/Berlin',
      by: ['day'],
      rows: [
        { day: '2026-10-01', calls: 20, usd: '0.04', ...none },
        { day: '2026-10-31', calls: 3, usd: '0', ...none },
        { day: '2026-11-01', calls: 5, usd: '0', ...none },
      ],
      total: { calls: 28, usd: '0.04', ...none },
      unreadable: 0,
    });
  });
});

test('spend --budgets says what is left, and an empty span that nothing was spent', async () => {
  await withSpent(async (folder) => {
    const [budgets, nothing] = await Promise.all([
      spend(folder, '--budgets'),
      spend(folder, '--from', '2026-09', '--to', '2026-09'),
    ]);
    expect(budgets).toMatch(
      /^LIMIT +WHO +AMOUNT +RESETS +SPENT +HELD +USED\np\/all +all together +10 USD per month +\d{4}-\d\d-01 00:00 Europe\/Berlin +0 +0 +0\.0 %\n$/,
    );
    expect(nothing).toBe('nothing was spent 2026-09-01 to 2026-09-30 (Europe/Berlin)\n');
  });
});

test('what calls cost is what spend says, and what is left of a budget', async () => {
  await using api = await startApi();
  const files = notesFiles(api.url, '', ', price: 0.002');
  await using workspace = await createFolder({
    ...files,
    'policies/limits.policy.yaml':
      'policy: limits\nlimits: [{ id: month, budget: { usd: 0.0025, per: month, by: principal } }]\n',
  });
  const call = (): Promise<Outcome> =>
    runWith(workspace.folder, ['call', 'notes_list_notes', '--as', 'reader']);
  const statuses = [await call(), await call()].map(({ status }) => status);
  expect([statuses, api.received.length]).toEqual([[0, 1], 1]);
  const [table, budgets] = await Promise.all([
    spend(workspace.folder, '--by', 'principal,tool'),
    spend(workspace.folder, '--budgets'),
  ]);
  expect(table).toMatch(/^reader +notes_list_notes +1 +0 +0\.002 +100\.0 %$/m);
  expect(budgets).toMatch(/^limits\/month +principal reader +0\.0025 USD per month .* +0\.002 +0 +80\.0 %$/m);
});

test('spend makes no state file, and says that there is none', async () => {
  await using workspace = await createFolder(FILES);
  const { status, out, err } = await runWith(workspace.folder, ['spend']);
  expect([status, out]).toEqual([0, expect.stringMatching(/^nothing was spent /)]);
  expect(err).toMatch(/^there is no state file .*state\.db yet/);
  expect(await readdir(workspace.folder)).toEqual(['bailiwick.yaml', 'policies']);
});

test.each([
  [['--by', 'team,tol'], '--by: tol is none of team, principal'],
  [['--json', '--csv'], '--json and --csv: choose one of them'],
  [['--budgets', '--chart'], '--budgets is about this moment'],
  [['--budgets', '--team', 'care', '--top', '3'], 'not with --'],
])('spend %j is refused with what to write', async (args, message) => {
  await using workspace = await createFolder(FILES);
  const { status, err } = await runWith(workspace.folder, ['spend', ...args]);
  expect([status, err]).toEqual([2, expect.stringContaining(message)]);
});

test('spend says which Redis it cannot reach, and why, in one line', async () => {
  const port = await freePort();
  await using workspace = await createFolder({
    'bailiwick.yaml': `state: { redis: { url: 'redis://user:secret@127.0.0.1:${port}' } }\nsources: {}\n`,
  });
  const { status, out, err } = await runWith(workspace.folder, ['spend', '--log-level', 'silent']);
  expect([status, out]).toEqual([3, '']);
  expect(err).toBe(
    `bailiwick: the store that this gateway shares with others cannot be reached now: Redis at 127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}\n`,
  );
});

test('spend says that there is nothing to read where state is in memory', async () => {
  await using workspace = await createFolder({
    'bailiwick.yaml': 'state: { memory: true }\nsources: {}\n',
  });
  const { status, out, err } = await runWith(workspace.folder, ['spend']);
  expect([status, out]).toEqual([2, '']);
  expect(err).toContain('state.memory is on: what is spent is known to the running gateway alone');
});
