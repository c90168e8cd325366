import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toCall } from '../../src/audit/read/call.ts';
import type { Entry } from '../../src/audit/read/join-calls.ts';
import type { AuditRecord, RecordEntry } from '../../src/audit/record.ts';
import {
  createSearchFollower,
  type FollowedSearch,
  type FollowOptions,
} from '../../src/audit/searches/follow.ts';
import { createSearchSummary } from '../../src/audit/searches/summary.ts';
import { toSearch } from '../../src/audit/searches/search.ts';

const WINDOW = 1000;
const START = Date.UTC(2026, 10, 21);

/** Something that a caller did at a time. */
type Event =
  | { kind: 'search'; at: number; who: string; told: string[][] }
  | { kind: 'call'; at: number; who: string; tool: string };

function toRecord(at: number, who: string, entry: Partial<RecordEntry>): AuditRecord {
  const [subject = '', session] = who.split('/');
  return {
    v: 1,
    seq: 1,
    prev: '',
    hash: '',
    chain: 'c',
    time: new Date(START + at).toISOString(),
    type: 'list',
    principal: { issuer: 'config', subject, groups: [], scopes: [] },
    via: { face: 'http', ...(session !== undefined && { session }) },
    ...entry,
  };
}

function toEntry(event: Event): Entry {
  if (event.kind === 'call') {
    const [source = '', name = ''] = event.tool.split('/');
    const call = toRecord(event.at, event.who, {
      type: 'call.intent',
      target: { kind: 'tool', source, name },
    });
    return { kind: 'call', call: toCall(call) };
  }
  const { told } = event;
  const queries = told.map((_, index) => `question ${index}`);
  return {
    kind: 'event',
    record: toRecord(event.at, event.who, {
      args: { digest: 'sha256:0', masked: { queries } },
      detail: { list: 'found', found: told, count: told.flat().length },
    }),
  };
}

function follow(events: readonly Event[], options: Partial<FollowOptions> = {}): FollowedSearch[] {
  const follower = createSearchFollower({ windowMs: WINDOW, ...options });
  const all = events.flatMap((event) => follower.take(toEntry(event)));
  return [...all, ...follower.end(START + (events.at(-1)?.at ?? 0))].toSorted((a, b) => a.time - b.time);
}

/** What each search led to, found by looking at every search for every call. */
function naively(events: readonly Event[]): Map<Event, Set<string>> {
  const led = new Map<Event, Set<string>>();
  for (const [index, call] of events.entries()) {
    if (call.kind === 'search') led.set(call, new Set());
    if (call.kind !== 'call') continue;
    const before = events
      .slice(0, index)
      .filter((one) => one.kind === 'search' && one.who === call.who && call.at - one.at <= WINDOW);
    const told = before.filter((one) => one.kind === 'search' && one.told.flat().includes(call.tool));
    const search = told.at(-1) ?? before.at(-1);
    if (search) led.get(search)?.add(call.tool);
  }
  return led;
}

const tool = fc.constantFrom('s/a', 's/b', 's/c', 't/a', 't/b');
const who = fc.constantFrom('dana', 'dana/1', 'dana/2', 'kim');
const event = fc.oneof(
  fc.record({
    kind: fc.constant('search' as const),
    at: fc.integer({ min: 0, max: 600 }),
    who,
    told: fc.array(fc.uniqueArray(tool, { maxLength: 4 }), { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ kind: fc.constant('call' as const), at: fc.integer({ min: 0, max: 600 }), who, tool }),
);
/** Steps of time add up, so that windows end in between. */
const events = fc.array(event, { maxLength: 40 }).map((list): Event[] => {
  let time = 0;
  return list.map((one) => ({ ...one, at: (time += one.at) }));
});

describe('calls are put to the searches before them', () => {
  test('as looking at every search for every call does', () => {
    fc.assert(
      fc.property(events, (list) => {
        const followed = follow(list);
        const naive = naively(list);
        expect(followed).toHaveLength(naive.size);
        const expected = [...naive].map(([{ at }, tools]) => `${START + at} ${[...tools].join()}`);
        const actual = followed.map(({ time, calls }) => `${time} ${calls.map((c) => c.target).join()}`);
        expect(actual.toSorted()).toEqual(expected.toSorted());
        for (const { calls, search } of followed) {
          for (const { target, ranks } of calls) {
            expect(ranks).toEqual(
              search.told.map((told) => (told.includes(target) ? told.indexOf(target) + 1 : undefined)),
            );
          }
        }
        const end = START + (list.at(-1)?.at ?? 0);
        for (const { time, isOpen } of followed) expect(isOpen).toBe(time + WINDOW > end);
      }),
      { numRuns: 300 },
    );
  });

  test('and every search comes to exactly one thing', () => {
    fc.assert(
      fc.property(events, (list) => {
        const summary = createSearchSummary();
        for (const followed of follow(list)) summary.add(followed);
        const { searches, led, ranks } = summary.current();
        expect(led.told + led.otherwise + led.nothing + led.open).toBe(searches);
        expect(ranks.first).toBeLessThanOrEqual(ranks.topFive);
        expect(ranks.topFive).toBeLessThanOrEqual(led.told);
      }),
    );
  });

  test('and memory is bounded: the oldest are given up, none is lost', () => {
    const list = Array.from({ length: 3000 }, (_, index): Event => ({
      kind: 'search',
      at: index,
      who: 'dana',
      told: [[`s/${'x'.repeat(200)}`]],
    }));
    const follower = createSearchFollower({ windowMs: 1e9, maxHeld: 100_000 });
    const given = list.flatMap((one) => follower.take(toEntry(one)));
    expect(given.length).toBeGreaterThan(2_700);
    expect(given.length + follower.end(START + 3000).length).toBe(3000);
  });

  test('and the lists are bounded: what is beyond is counted', () => {
    const summary = createSearchSummary();
    for (let index = 0; index < 21_000; index += 1) {
      const search = { queries: [`question ${index}`], told: [[`s/t${index}`]], count: 1 };
      const calls = [{ target: `s/other${index}`, ranks: [undefined] }];
      summary.add({ time: index, search, calls, isOpen: false });
    }
    const { searches, led, unanswered, missing, leftOut } = summary.current();
    expect([searches, led.otherwise]).toEqual([21_000, 21_000]);
    expect([unanswered.length, missing.length]).toEqual([5_000, 20_000]);
    expect(leftOut).toBe(16_000 + 1_000 + 1_000);
  });

  test.each([
    ['a resource of a template that was told', 'resource', 'tickets://T-1/log', 1],
    ['a resource of another template', 'resource', 'customers://C-1', undefined],
    ['a prompt', 'prompt', 'triage', 2],
  ] as const)('%s', (_, kind, name, rank) => {
    const told = ['template desk/tickets://{id}/{+part}', 'prompt desk/triage'];
    const follower = createSearchFollower({ windowMs: WINDOW });
    follower.take(toEntry({ kind: 'search', at: 0, who: 'dana', told: [told] }));
    const record = toRecord(5, 'dana', { type: 'call.intent', target: { kind, source: 'desk', name } });
    follower.take({ kind: 'call', call: toCall(record) });
    expect(follower.end(START + 2000)).toMatchObject([
      { calls: [{ target: `${kind} desk/${name}`, ranks: [rank] }], isOpen: false },
    ]);
  });

  test.each([
    ['a model', { target: { kind: 'model', source: 's', name: 'a' } }],
    ['what cannot be seen', { type: 'call.refused', result: { status: 'refused', code: 'UNKNOWN_TOOL' } }],
    ['many refusals in one', { type: 'call.refused', detail: { count: 9, codes: { POLICY_DENIED: 9 } } }],
    ['a subscription', { detail: { method: 'resources/subscribe' } }],
    ['nobody’s', { principal: undefined }],
    ['another client’s', { via: { face: 'http', clientName: 'other' } }],
    ['a person’s at the command line', { via: { face: 'cli' } }],
  ] as const)('a call that is %s belongs to none', (_, more) => {
    const follower = createSearchFollower({ windowMs: WINDOW });
    follower.take(toEntry({ kind: 'search', at: 0, who: 'dana', told: [['s/a']] }));
    const intent = {
      type: 'call.intent',
      target: { kind: 'tool', source: 's', name: 'a' },
      ...more,
    } as const;
    follower.take({ kind: 'call', call: toCall(toRecord(1, 'dana', intent as Partial<RecordEntry>)) });
    expect(follower.end(START + 1)).toMatchObject([{ calls: [] }]);
  });
});

test('whatever a record holds, it is a search or it is none, and is summed up', () => {
  const member = fc.oneof(
    fc.jsonValue(),
    fc.array(fc.array(fc.string())),
    fc.integer(),
    fc.constant('found'),
  );
  fc.assert(
    fc.property(
      fc.record({ list: fc.constantFrom('found', 'tools'), found: member, count: member, folded: member }),
      fc.oneof(fc.jsonValue(), fc.record({ queries: member, query: member })),
      (detail, masked) => {
        const record = toRecord(0, 'dana', { detail, args: { digest: 'd', masked } });
        const search = toSearch(record);
        expect(search === undefined).toBe(detail.list !== 'found');
        const follower = createSearchFollower({ windowMs: WINDOW });
        follower.take({ kind: 'event', record });
        const summary = createSearchSummary();
        for (const one of follower.end(START)) summary.add(one);
        const { searches, folded } = summary.current();
        expect(searches + Math.min(folded, 1)).toBe(search ? 1 : 0);
      },
    ),
  );
});
