import { expect, test } from 'vitest';
import type { RecordEntry } from '../../src/audit/record.ts';
import { recordPrincipal } from '../../src/gateway/describe-call.ts';
import { createEventAppender } from '../../src/gateway/events/append-event.ts';
import { createLastTold } from '../../src/gateway/events/last-told.ts';
import { createLimitRecorder } from '../../src/gateway/events/record-limits.ts';
import { createListRecorder } from '../../src/gateway/events/record-lists.ts';
import { createSigninRecorder } from '../../src/gateway/events/record-signins.ts';
import type { Listing, ListKind } from '../../src/gateway/list.ts';
import type { Caller } from '../../src/gateway/road.ts';
import type { Snapshot } from '../../src/gateway/snapshot.ts';
import type { Principal } from '../../src/identity/principal.ts';
import { keptLog } from './support.ts';

const HOUR = 3_600_000;

const AGENT: Principal = {
  issuer: 'config',
  subject: 'agent',
  scopes: [],
  groups: [],
  claims: {},
  key: 'a1b2c3d4e5f6',
};

const SNAPSHOT = { policy: { digest: 'p' }, catalog: { digest: 'c' } } as Snapshot;

function listing(digest: string): Listing {
  return {
    mode: 'full',
    tools: [{}],
    resources: [],
    resourceTemplates: [],
    prompts: [],
    digest: () => digest,
    places: () => [],
  };
}

function caller(via: Partial<Caller['via']> = {}): Omit<Caller, 'context'> {
  return { principal: AGENT, via: { face: 'http', ...via }, endpoint: { kind: 'all' }, snapshot: SNAPSHOT };
}

function recorder() {
  const clock = { time: 100 * HOUR };
  const disk = { isFull: false };
  const entries: RecordEntry[] = [];
  const logger = keptLog();
  const append = createEventAppender({
    record: async (entry) => {
      if (disk.isFull) throw new Error('full');
      entries.push(entry);
    },
    logger,
  });
  return { clock, disk, entries, logger, append, now: () => clock.time };
}

test('a session is recorded once for what it was shown, and again when that changes', () => {
  const { entries, ...deps } = recorder();
  const note = createListRecorder(deps);
  for (let round = 0; round < 50; round += 1) {
    note(caller({ session: 's1' }), 'tools', listing('d1'));
    note(caller({ session: 's1' }), 'prompts', listing('d2'));
    deps.clock.time += HOUR;
  }
  note(caller({ session: 's2' }), 'tools', listing('d1'));
  note(caller({ session: 's1' }), 'tools', listing('d3'));
  note(caller({ session: 's1' }), 'tools', listing('d3'));
  expect(entries.map(({ via, detail }) => [via?.session, detail?.['list'], detail?.['digest']])).toEqual([
    ['s1', 'tools', 'd1'],
    ['s1', 'prompts', 'd2'],
    ['s2', 'tools', 'd1'],
    ['s1', 'tools', 'd3'],
  ]);
  expect(entries[0]).toMatchObject({
    type: 'list',
    principal: { subject: 'agent', key: 'a1b2c3d4e5f6' },
    policy: 'p',
    catalog: 'c',
    detail: { endpoint: '/mcp', count: 1 },
  });
});

test('a client without a session is recorded once an hour for what it was shown', () => {
  const { entries, ...deps } = recorder();
  const note = createListRecorder(deps);
  const kinds: ListKind[] = ['tools'];
  for (let minute = 0; minute < 120; minute += 1) {
    for (const kind of kinds) note(caller({ clientName: 'one' }), kind, listing('d1'));
    deps.clock.time += HOUR / 60;
  }
  note(caller({ clientName: 'two' }), 'tools', listing('d1'));
  expect(entries.map(({ via }) => via?.clientName)).toEqual(['one', 'one', 'two']);
});

test('a list or a sign-in that could not be recorded is recorded the next time, and the log says so once', async () => {
  const { entries, disk, logger, ...deps } = recorder();
  const noteList = createListRecorder(deps);
  const noteSignin = createSigninRecorder(deps);
  disk.isFull = true;
  for (let round = 0; round < 5; round += 1) {
    noteList(caller(), 'tools', listing('d1'));
    noteSignin(AGENT, { face: 'http', ip: '192.0.2.1' });
    await new Promise(setImmediate);
  }
  disk.isFull = false;
  noteList(caller(), 'tools', listing('d1'));
  noteSignin(AGENT, { face: 'http', ip: '192.0.2.1' });
  expect(entries.map(({ type }) => type)).toEqual(['list', 'signin']);
  expect(logger.messages).toEqual(['a list record could not be written']);
});

test('a credential is recorded at its first use from each address in each hour, and a clock that jumps back costs one more', () => {
  const { entries, clock, ...deps } = recorder();
  const note = createSigninRecorder({ ...deps, now: () => clock.time });
  const use = (): void => {
    for (const ip of ['192.0.2.1', '192.0.2.2', '192.0.2.1']) note(AGENT, { face: 'http', ip });
    note({ ...AGENT, key: 'ffffffffffff' }, { face: 'http', ip: '192.0.2.1' });
  };
  use();
  use();
  expect(entries.map(({ principal, via }) => `${principal?.key} ${via?.ip}`)).toEqual([
    'a1b2c3d4e5f6 192.0.2.1',
    'a1b2c3d4e5f6 192.0.2.2',
    'ffffffffffff 192.0.2.1',
  ]);
  clock.time -= 5 * HOUR;
  use();
  expect(entries).toHaveLength(6);
});

test('a flood of sign-ins from everywhere ends in one record for the rest of the hour', () => {
  const { entries, ...deps } = recorder();
  const note = createSigninRecorder({ ...deps, maxSignins: 10 });
  for (let host = 0; host < 1_000; host += 1) note(AGENT, { face: 'http', ip: `2001:db8::${host}` });
  expect(entries).toHaveLength(11);
  expect(entries.at(-1)).toEqual({ type: 'signin', via: { face: 'http' }, detail: { others: true } });
  deps.clock.time += HOUR;
  note(AGENT, { face: 'http', ip: '192.0.2.1' });
  expect(entries).toHaveLength(12);
});

test('what was told is remembered within a bound, the least recently asked about goes first', () => {
  const told = createLastTold(2);
  expect([
    told.isNews('a', '1'),
    told.isNews('b', '1'),
    told.isNews('a', '1'),
    told.isNews('c', '1'),
  ]).toEqual([true, true, false, true]);
  expect([told.isNews('a', '1'), told.isNews('b', '1')]).toEqual([false, true]);
});

test('a reservation that was lost is recorded with its call', () => {
  const { entries, append } = recorder();
  createLimitRecorder(append).onLost({ id: 'c1', charged: { month: 5 } });
  expect(entries).toEqual([{ type: 'limit', call: 'c1', detail: { change: 'lost', charged: { month: 5 } } }]);
});

test('on whose behalf a principal acts is recorded with it', () => {
  const act = { subject: 'service', act: { subject: 'scheduler' } };
  expect(recordPrincipal({ ...AGENT, claims: { region: 'eu' }, act })).toEqual({
    issuer: 'config',
    subject: 'agent',
    groups: [],
    scopes: [],
    key: 'a1b2c3d4e5f6',
    act,
  });
});
