import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { toSpendTable, type SpendRow, type SpendSums } from '../../src/gateway/ledger/spend-table.ts';
import { toNanoUsd } from '../../src/text/nano-usd.ts';
import { connect } from '../support/clients.ts';
import { KEYS, notesFiles, POLICY, startApi, startGateway } from '../support/gateway.ts';
import { rowsOf, settled } from './support.ts';

/** A gateway before the notes API, with limits and settings of the source. */
async function start(apiUrl: string, limits: string, { source = '', state = '{ memory: true }' } = {}) {
  return startGateway({
    ...notesFiles(apiUrl, `state: ${state}\n`, source),
    'policies/notes.policy.yaml': `${POLICY}limits:\n${limits}`,
  });
}

type Gateway = Awaited<ReturnType<typeof start>>;

async function spendOf({ app }: Gateway) {
  const today = toSpendTable(new Date().toISOString().slice(0, 10));
  const rows = await rowsOf(app.store, today, Date.now());
  return rows.map(({ row, sums }) => ({
    ...(JSON.parse(row) as SpendRow),
    ...(sums as unknown as SpendSums),
  }));
}

async function outcomesOf(gateway: Gateway) {
  await gateway.close();
  return (await gateway.records()).filter(({ type }) => type === 'call.outcome' || type === 'call.refused');
}

/** An API that answers every request with this. */
function answering(body: unknown, status = 200) {
  return startApi((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
}

const READ = { name: 'notes_list_notes', arguments: {} };

test.each(['{ memory: true }', '{ sqlite: state.db }'])(
  '1,000 parallel calls of 0.10 USD against 5 USD: exactly 50 reach the API (%s)',
  async (state) => {
    await using api = await startApi();
    await using gateway = await start(api.url, '  - { id: month, budget: { usd: 5, per: month } }', {
      source: ', price: 0.1',
      state,
    });
    await using client = await connect('v2 modern', gateway.endpoint, KEYS.reader);

    const results = await Promise.all(Array.from({ length: 1_000 }, () => client.callTool(READ)));

    expect(api.received).toHaveLength(50);
    const refused = results.filter(({ isError }) => isError);
    expect(refused).toHaveLength(950);
    expect(refused[0]?.structuredContent).toMatchObject({
      error: { code: 'LIMIT_EXCEEDED', rules: ['notes/month'], retryAfterMs: expect.any(Number) },
    });
    expect(await spendOf(gateway)).toMatchObject([{ name: 'list_notes', calls: 50, nanoUsd: toNanoUsd(5) }]);
  },
);

test('a refusal says what to do, and is recorded with the limits that refused', async () => {
  await using api = await startApi();
  await using gateway = await start(
    api.url,
    '  - { id: slow, by: principal, rate: { calls: 1, per: minute } }',
  );
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.reader);
  await client.callTool(READ);

  const { content, isError } = await client.callTool(READ);

  expect(isError).toBe(true);
  expect(content).toMatchObject([
    {
      text: expect.stringMatching(
        /^LIMIT_EXCEEDED: limit notes\/slow: 1 call per minute, for principal reader; try again in \d+ s$/,
      ),
    },
  ]);
  expect(api.received).toHaveLength(1);
  const [, refused] = await outcomesOf(gateway);
  expect(refused).toMatchObject({
    type: 'call.refused',
    principal: { subject: 'reader', key: expect.stringMatching(/^[0-9a-f]{12}$/) },
    result: { status: 'refused', code: 'LIMIT_EXCEEDED' },
    detail: { limits: ['notes/slow'], retryAfterMs: expect.any(Number) },
  });
});

test('the price is read from what the API itself answered, whatever the caller selects', async () => {
  await using api = await answering({ usage: { cost: 0.03 }, data: [1, 2, 3] });
  await using gateway = await start(api.url, '  - { id: day, budget: { usd: 1, per: day } }', {
    source: ', price: { perCall: 0.001, field: /usage/cost, max: 0.05 }',
  });
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.reader);

  await client.callTool(READ);
  const free = '{ usage: { cost: `0` } }';
  const { structuredContent } = await client.callTool({ ...READ, arguments: { select: free } });

  expect(structuredContent).toEqual({ result: { usage: { cost: 0 } } });
  expect(await spendOf(gateway)).toMatchObject([{ calls: 2, nanoUsd: toNanoUsd(0.062), bound: 0 }]);
  const outcomes = await outcomesOf(gateway);
  expect(outcomes.map(({ cost }) => cost)).toEqual([
    { nanoUsd: toNanoUsd(0.031) },
    { nanoUsd: toNanoUsd(0.031) },
  ]);
});

test.each([
  ['does not say it', { data: 1 }, 200, 0.05, 1],
  ['says something else than a number', { usage: { cost: '0.01' } }, 200, 0.05, 1],
  ['says less than nothing', { usage: { cost: -1 } }, 200, 0.05, 1],
  ['says more than there is money', { usage: { cost: 1e300 } }, 200, 0.05, 1],
  ['says more than the most', { usage: { cost: 0.4 } }, 200, 0.4, 0],
  ['says it in an error', { usage: { cost: 0.02 } }, 500, 0.02, 0],
  ['says less than a nano-USD', { usage: { cost: 1e-12 } }, 200, 1e-9, 0],
])('where the API %s, a call costs what is right', async (_, body, status, usd, bound) => {
  await using api = await answering(body, status);
  await using gateway = await start(api.url, '  - { id: day, budget: { usd: 1, per: day } }', {
    source: ', price: { field: /usage/cost, max: 0.05 }',
  });
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.reader);

  await client.callTool(READ);

  expect(await spendOf(gateway)).toMatchObject([{ calls: 1, nanoUsd: toNanoUsd(usd), bound }]);
  expect(gateway.log.some((line) => line.includes('more than the most that is configured'))).toBe(usd > 0.05);
  const [outcome] = await outcomesOf(gateway);
  expect(outcome?.cost).toEqual({ nanoUsd: toNanoUsd(usd), ...(bound === 1 && { bound: true }) });
});

test('tools have prices of their own by name, and tokens', async () => {
  await using api = await answering({ tokens: 70 });
  await using gateway = await start(api.url, '  - { id: tokens, rate: { tokens: 100, per: hour } }', {
    source: ", price: 0.5, prices: { 'list_*': { tokens: { field: /tokens, max: 100 } }, '*': 0.25 }",
  });
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.writer);

  await client.callTool({ name: 'notes_create_note', arguments: { text: 'x' } });
  await client.callTool(READ);
  const refused = await client.callTool(READ);

  expect(refused.structuredContent).toMatchObject({
    error: { code: 'LIMIT_EXCEEDED', rules: ['notes/tokens'] },
  });
  const rows = await spendOf(gateway);
  expect(rows.map(({ name, ...sums }) => [name, sums.nanoUsd, sums.outputTokens])).toEqual(
    expect.arrayContaining([
      ['create_note', toNanoUsd(0.25), 0],
      ['list_notes', 0, 70],
    ]),
  );
});

test('a call that could not be sent costs nothing; one that may have been sent costs the most', async () => {
  let answer = breakConnection;
  const api = await startApi((_request, response) => answer(response));
  await using gateway = await start(api.url, '  - { id: one, budget: { usd: 0.1, per: day } }', {
    source: ', timeout: 300, price: { field: /cost, max: 0.05 }',
  });
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.reader);

  await client.callTool(READ);
  expect(await spendOf(gateway)).toMatchObject([{ calls: 1, nanoUsd: toNanoUsd(0.05), bound: 1 }]);
  answer = () => {};
  await client.callTool(READ);
  expect(await spendOf(gateway)).toMatchObject([{ calls: 2, nanoUsd: toNanoUsd(0.1), bound: 2 }]);
  expect((await client.callTool(READ)).structuredContent).toMatchObject({
    error: { code: 'LIMIT_EXCEEDED' },
  });

  await gateway.write(
    'policies/notes.policy.yaml',
    `${POLICY}limits:\n  - { id: two, budget: { usd: 0.05, per: day } }`,
  );
  await gateway.reload();
  await api[Symbol.asyncDispose]();
  for (let attempt = 0; attempt < 3; attempt += 1) {
    expect((await client.callTool(READ)).structuredContent).toMatchObject({
      error: { code: 'UPSTREAM_UNAVAILABLE' },
    });
  }
  expect(await spendOf(gateway)).toMatchObject([{ calls: 2, nanoUsd: toNanoUsd(0.1), bound: 2 }]);
  const outcomes = await outcomesOf(gateway);
  expect(outcomes.map(({ result, cost }) => [result?.status, cost])).toEqual([
    ['upstream-error', { nanoUsd: toNanoUsd(0.05), bound: true }],
    ['upstream-error', { nanoUsd: toNanoUsd(0.05), bound: true }],
    ['refused', undefined],
    ['upstream-error', undefined],
    ['upstream-error', undefined],
    ['upstream-error', undefined],
  ]);
});

test('a call that is given up makes room for the next one', async () => {
  let running = 0;
  let most = 0;
  await using api = await startApi((_request, response) => {
    running += 1;
    most = Math.max(most, running);
    response.on('close', () => (running -= 1));
  });
  await using gateway = await start(api.url, '  - { id: two, concurrency: 2 }');
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.reader);

  for (let round = 1; round <= 5; round += 1) {
    const giveUp = new AbortController();
    const options = { signal: giveUp.signal } as never;
    let refused = 0;
    const attempt = async (): Promise<void> => {
      const { structuredContent } = await client.callTool(READ, options);
      expect(structuredContent).toMatchObject({ error: { code: 'LIMIT_EXCEEDED', rules: ['notes/two'] } });
      refused += 1;
    };
    const calls = Promise.allSettled(Array.from({ length: 6 }, attempt));
    await until(() => api.received.length === 2 * round && refused === 4);
    giveUp.abort();
    await calls;
    await until(async () => (await spendOf(gateway))[0]?.calls === 2 * round);
  }
  expect(most).toBe(2);
  const outcomes = await outcomesOf(gateway);
  expect(outcomes.filter(({ result }) => result?.status === 'cancelled')).toHaveLength(10);
});

test('a change of a price counts from the next call on, and connects nothing anew', async () => {
  await using api = await startApi();
  await using gateway = await start(api.url, '  - { id: day, budget: { usd: 1, per: day } }', {
    source: ', price: 0.1',
  });
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.reader);
  await client.callTool(READ);
  const upstream = gateway.app.gateway.current().upstreams.get('notes');
  await gateway.write(
    'bailiwick.yaml',
    notesFiles(api.url, 'state: { memory: true }\n', ', price: 0.25')['bailiwick.yaml']!,
  );
  await gateway.reload();
  await client.callTool(READ);
  await settled();
  expect(gateway.app.gateway.current().upstreams.get('notes')).toBe(upstream);
  expect(await spendOf(gateway)).toMatchObject([{ calls: 2, nanoUsd: toNanoUsd(0.35) }]);
});

function breakConnection(response: ServerResponse): void {
  response.destroy();
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5));
}
