import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/catalog/json.ts';
import { ALL_SOURCES, type Endpoint } from '../../src/gateway/endpoint.ts';
import type { Listing, ListKind, Place } from '../../src/gateway/list.ts';
import { pageOf } from '../../src/gateway/list-page.ts';
import { rejection } from '../support/clients.ts';

const HERE = { kind: 'tools' as const, endpoint: ALL_SOURCES };

/** A list of entries that say where they stand. */
function toListing(places: readonly Place[]): Listing {
  const entries = places.map(([source, own]): JsonObject => ({ source, own }));
  return {
    mode: 'full',
    tools: entries,
    resources: entries,
    resourceTemplates: entries,
    prompts: entries,
    digest: () => '',
    places: () => places,
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
const key = ([source, own]: Place): string => JSON.stringify([source, own]);

/** Places of a catalog: sorted, none twice; names of any characters. */
const places = fc
  .uniqueArray(
    fc.tuple(
      fc.constantFrom('a', 'ab', 'b', 'b-1'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }),
    ),
    { selector: key, maxLength: 40 },
  )
  .map((all) =>
    all
      .map(([source, own]): Place => [source, own.toWellFormed()])
      .toSorted((a, b) => compare(a[0], b[0]) || compare(a[1], b[1])),
  );

/** Reads a list to its end, where the list before each page is what `at` says. */
function readAll(at: (page: number) => Listing, pageSize: number): Place[] {
  const read: Place[] = [];
  let cursor: string | undefined;
  for (let page = 0; page === 0 || cursor !== undefined; page += 1) {
    const { entries, nextCursor } = pageOf(at(page), HERE, cursor, pageSize);
    read.push(...entries.map(({ source, own }) => [source, own] as unknown as Place));
    cursor = nextCursor;
  }
  return read;
}

test('the pages of a list that stays as it is are the list, whatever their size', () => {
  fc.assert(
    fc.property(places, fc.integer({ min: 1, max: 50 }), (all, pageSize) => {
      const listing = toListing(all);
      expect(readAll(() => listing, pageSize)).toEqual(all);
    }),
  );
});

test('a list that changes between its pages shows nothing twice and leaves out nothing that stayed', () => {
  fc.assert(
    fc.property(
      fc.array(places, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 8 }),
      (versions, pageSize) => {
        const listings = versions.map(toListing);
        const read = readAll((page) => listings[Math.min(page, listings.length - 1)]!, pageSize).map(key);
        expect(new Set(read).size).toBe(read.length);
        const stayed = versions[0]!
          .map(key)
          .filter((one) => versions.every((all) => all.map(key).includes(one)));
        expect(read).toEqual(expect.arrayContaining(stayed));
      },
    ),
  );
});

test('without a page size a list is one page', () => {
  const listing = toListing([
    ['a', '1'],
    ['a', '2'],
  ]);
  expect(pageOf(listing, HERE, undefined, undefined)).toEqual({ entries: listing.tools });
});

const LIST = toListing([
  ['a', '1'],
  ['a', '2'],
  ['b', '1'],
]);

const cursorOf = (kind: ListKind, endpoint: Endpoint): string =>
  pageOf(LIST, { kind, endpoint }, undefined, 1).nextCursor ?? '';

test.each([
  ['an empty one', ''],
  ['one of another list', cursorOf('prompts', ALL_SOURCES)],
  ['one of another endpoint', cursorOf('tools', { kind: 'source', source: 'a' })],
  ['one with something after it', `${cursorOf('tools', ALL_SOURCES)}=`],
  ['one that lacks its end', cursorOf('tools', ALL_SOURCES).slice(0, -2)],
  ['one with spaces', Buffer.from('[1, "tools", "/mcp", "a", "1"]').toString('base64url')],
  ['one of another version', Buffer.from('[2,"tools","/mcp","a","1"]').toString('base64url')],
  ['a number', Buffer.from('1').toString('base64url')],
  ['a very long one', 'A'.repeat(1_000_000)],
])('a cursor that was not given out for this list is refused: %s', async (_what, cursor) => {
  const error = await rejection((async () => pageOf(LIST, HERE, cursor, 1))());
  expect(error).toMatchObject({ code: 'INVALID_PARAMS' });
  expect(error.message).not.toContain(cursor || 'cursor was');
});

test('no text makes reading a list fail in another way, or reads what the list does not hold', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary' }), fc.base64String(), fc.json()),
      fc.boolean(),
      (text, encoded) => {
        const cursor = encoded ? Buffer.from(text).toString('base64url') : text;
        try {
          expect(LIST.tools).toEqual(expect.arrayContaining([...pageOf(LIST, HERE, cursor, 2).entries]));
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_PARAMS' });
        }
      },
    ),
  );
});
