import { expect, onTestFinished, test, vi } from 'vitest';
import { createArgumentRecorder } from '../../src/audit/mask/record-arguments.ts';
import type { RecordEntry } from '../../src/audit/record.ts';
import { createCatalog } from '../../src/catalog/catalog.ts';
import { BailiwickError } from '../../src/errors.ts';
import { callTool } from '../../src/gateway/call-tool.ts';
import { ALL_SOURCES } from '../../src/gateway/endpoint.ts';
import { createInFlight } from '../../src/gateway/in-flight.ts';
import { createPriceList } from '../../src/gateway/price.ts';
import { recordedCall } from '../../src/gateway/recorded-call.ts';
import { requestReference, resourceReference } from '../../src/gateway/reference.ts';
import type { Caller, Road } from '../../src/gateway/road.ts';
import { createSnapshot } from '../../src/gateway/snapshot.ts';
import { openMemory } from '../../src/state/memory/open-memory.ts';
import type { Upstream } from '../../src/upstream/upstream.ts';
import { catalogOf, policy, principal, tool } from '../policy/fixtures.ts';
import { breakable, createLog, newId, NOW, openLedger, spend } from './support.ts';

const POLICY = policy(`
policy: team
rules: [ { id: all, effect: permit, what: { source: crm } } ]
limits:
  - { id: one, concurrency: 1 }
  - { id: calls, budget: { calls: 3, per: day } }
`);

/** The road over a Ledger in memory; `record` is told every entry. */
function setUp(record: (entry: RecordEntry) => void = () => {}) {
  const home = openMemory({ logger: createLog().logger });
  const broken = breakable(home);
  const { ledger } = openLedger(broken.store);
  const entries: RecordEntry[] = [];
  const lookup = tool('crm', 'lookup');
  const upstream = { source: 'crm', request: async () => ({ contents: [] }) } as unknown as Upstream;
  const snapshot = createSnapshot({
    catalog: createCatalog([catalogOf('crm', { tools: [lookup], resources: ['crm://a'] })]),
    policy: POLICY,
    stale: new Map(),
    upstreams: new Map([['crm', upstream]]),
    settings: {
      maxResultBytes: 10_000,
      recordArguments: createArgumentRecorder({ arguments: 'digest', mask: [] }, []),
      questions: new Map(),
      prices: new Map([['crm', createPriceList({ price: 0.5 })]]),
    },
  });
  const road: Road = {
    record: async (entry) => {
      record(entry);
      entries.push(entry);
    },
    noteList: () => {},
    inFlight: createInFlight(),
    ledger,
    logger: createLog().logger,
    now: () => NOW,
    newId,
  };
  const caller: Caller = {
    principal: principal(),
    via: { face: 'cli' },
    endpoint: ALL_SOURCES,
    snapshot,
    context: { signal: new AbortController().signal },
  };
  const attempt = {
    target: { kind: 'tool' as const, source: 'crm', name: 'lookup' },
    args: {},
    charge: {
      target: { kind: 'tool' as const, tool: lookup },
      price: snapshot.settings.prices.get('crm')?.(lookup),
    },
  };
  const call = (invoke: Parameters<typeof recordedCall>[3] = async () => ({ result: {}, status: 'ok' })) =>
    recordedCall(road, caller, attempt, invoke).catch((error: unknown) => error);
  return { home, broken, road, caller, entries, call };
}

test('a call whose intent cannot be recorded is not sent, and costs nothing', async () => {
  const { home, call } = setUp(({ type }) => {
    if (type === 'call.intent') throw new BailiwickError('RECORD_UNAVAILABLE', 'the disk is full');
  });
  for (let attempt = 0; attempt < 5; attempt += 1) {
    expect(await call(async () => expect.fail('was sent'))).toMatchObject({ code: 'RECORD_UNAVAILABLE' });
  }
  expect(await spend(home)).toEqual([expect.not.objectContaining({ calls: expect.anything() })]);
});

test.each([
  ['an error of the upstream', new BailiwickError('UPSTREAM_ERROR', 'no'), 1],
  ['a fault of ours', new TypeError('oops'), 1],
  ['a cancellation', new BailiwickError('CANCELLED', 'gone'), 1],
  [
    'a connection that was refused',
    new BailiwickError('UPSTREAM_UNAVAILABLE', 'no', { nothingSent: true }),
    undefined,
  ],
])('%s is charged if anything was sent', async (_, error, calls) => {
  const { home, call, entries } = setUp();
  await call(async () => {
    throw error;
  });
  expect((await spend(home))[0]?.calls).toBe(calls);
  expect(entries.map(({ type, cost }) => [type, cost?.nanoUsd])).toEqual([
    ['call.intent', undefined],
    ['call.outcome', calls === undefined ? undefined : 500_000_000],
  ]);
  expect(await call()).toEqual({});
});

test('a call that its upstream answered costs what the answer says, whatever happens to the answer', async () => {
  const { home, call } = setUp();
  await call(async (_context, answered) => {
    answered({});
    throw new BailiwickError('UPSTREAM_PROTOCOL', 'the answer cannot be passed on');
  });
  expect(await spend(home)).toMatchObject([{ calls: 1, nanoUsd: 500_000_000 }]);
});

test('resources and prompts count like tools', async () => {
  const { home, road, caller } = setUp();
  const read = (uri: string) =>
    requestReference(road, caller, resourceReference(caller, uri), {
      method: 'resources/read',
      params: { uri },
    });
  const uri = 'crm+crm://a';
  for (let attempt = 0; attempt < 3; attempt += 1) await read(uri);
  await expect(read(uri)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  expect(await spend(home)).toMatchObject([{ kind: 'resource', source: 'crm', name: 'crm://a', calls: 3 }]);
});

test('while the store is away, what a hard limit guards is refused, and the record says which', async () => {
  const { broken, call, entries } = setUp();
  broken.goAway('before');
  expect(await call(async () => expect.fail('was sent'))).toMatchObject({ code: 'STATE_UNAVAILABLE' });
  expect(entries).toMatchObject([
    {
      type: 'call.refused',
      result: { status: 'refused', code: 'STATE_UNAVAILABLE' },
      detail: { limits: ['team/calls', 'team/one'], retryAfterMs: 5_000 },
    },
  ]);
});

test.each([
  ['one that costs something', new Map([['crm', createPriceList({ price: 0.5 })]]), 1],
  ['one that costs nothing', new Map(), 0],
] as const)('the text of an answer is read for a price, of %s', async (_, prices, times) => {
  const { road, caller } = setUp();
  const text = '{"usage":{"cost":1}}';
  const upstream = {
    source: 'crm',
    callTool: async () => ({ result: { content: [{ type: 'text', text }] }, status: 'ok' }),
  } as unknown as Upstream;
  const snapshot = createSnapshot({
    catalog: caller.snapshot.catalog,
    policy: POLICY,
    stale: new Map(),
    upstreams: new Map([['crm', upstream]]),
    settings: { ...caller.snapshot.settings, prices },
  });
  const parse = vi.spyOn(JSON, 'parse');
  onTestFinished(() => parse.mockRestore());
  await callTool(road, { ...caller, snapshot, name: 'crm_lookup', args: {} });
  expect(parse.mock.calls.filter(([given]) => given === text)).toHaveLength(times);
});
