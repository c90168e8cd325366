import { posix } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide, policy, principal, resourceTarget } from './fixtures.ts';

const ANYONE = principal();
const RUNS = { numRuns: 3000 };

/** Which file servers read for a URI, each in its own way. undefined: it answers with an error. */
const SERVERS: readonly ((uri: string) => string | undefined)[] = [
  // A URL parser, and its path as it is or decoded.
  (uri) => pathOf(uri),
  (uri) => then(pathOf(uri), decode),
  (uri) => then(then(pathOf(uri), decode), posix.normalize),
  // Decoded first, once or until nothing is left of it, and parsed then.
  (uri) => then(decode(uri), pathOf),
  (uri) => then(then(then(decode(uri), pathOf), decode), posix.normalize),
  (uri) => pathOf(decodeAll(uri)),
  (uri) => then(then(pathOf(uri), decodeAll), (path) => pathOf(`file://${path}`)),
  // No URL parser at all.
  (uri) => takePath(uri),
  (uri) => then(/^file:\/\/(\/[^]*)$/i.exec(uri)?.[1], posix.normalize),
  (uri) => then(decode(uri), takePath),
  (uri) => takePath(decodeAll(uri)),
  (uri) => takePath(uri.trim().split(/[?#]/)[0] ?? ''),
  (uri) => then(takePath(uri.split(/[?#]/)[0] ?? ''), decode),
];

function pathOf(uri: string): string | undefined {
  const url = URL.parse(uri);
  return url?.protocol === 'file:' && url.host === '' ? url.pathname : undefined;
}

function takePath(uri: string): string | undefined {
  const path = /^file:\/\/(\/[^]*)$/i.exec(uri)?.[1];
  return path === undefined ? undefined : posix.normalize(path.replaceAll('\\', '/'));
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function decodeAll(text: string): string {
  const next = decode(text) ?? text;
  return next === text ? text : decodeAll(next);
}

function then<T>(value: string | undefined, next: (value: string) => T): T | undefined {
  return value === undefined ? undefined : next(value);
}

/** Where servers arrive, without a slash at the end. */
function filesOf(uri: string): string[] {
  return SERVERS.flatMap((server) => server(uri) ?? []).map((path) => path.replace(/\/$/, ''));
}

const SPLICES = [
  '\t',
  '\n',
  '\r',
  '/',
  '/.',
  '/./',
  '\\',
  '/x/..',
  '/%2e',
  '/x/%2E.',
  '/.\t/',
  '%09',
  '%2509',
];
const STARTS = [
  'file:///',
  'file:/',
  'file:',
  'FILE:///',
  'file://localhost/',
  'file:\\\\\\',
  ' file:///',
  'fi\tle:///',
];
const ENDS = ['', '', ' ', '\n', '#', '#x', '?', '?x', '?/..', '/', '/.', '%20', '%3fx', '%23'];

const PIECES = [
  'a',
  'secret',
  '5',
  '..',
  '.',
  '%2e',
  '%252e',
  '%2',
  '%',
  '?',
  '#',
  '%3f',
  '%23',
  '\t',
  '%09',
  ' ',
];
const UPS = [
  '..',
  '.\t.',
  '.\n.',
  '%2e.',
  '%2E%252e',
  '%2\te%2e',
  '.%09.',
  '..?',
  '..#',
  '.. ',
  '..%3f',
  '..%20#x',
];
const SLASHES = ['/', '/', '//', '/./', '%2f', '%252F', '\\', '%5c', '/\t', '\n/'];

/** Names, ways up and anything, between slashes. */
const tails = fc
  .array(
    fc.record({
      segment: fc.oneof(
        fc.constantFrom('a', 'b'),
        fc.constantFrom(...UPS),
        fc.array(fc.constantFrom(...PIECES), { maxLength: 4 }).map((pieces) => pieces.join('')),
      ),
      slash: fc.constantFrom(...SLASHES, ''),
    }),
    { maxLength: 5 },
  )
  .map((segments) => segments.map(({ segment, slash }) => segment + slash).join(''));

/** Edits of a path: a character encoded once or twice, or something put before it. */
const edits = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 0.999, noNaN: true }),
    edit: fc.oneof(fc.constantFrom(1, 2, 3), fc.constantFrom(...SPLICES)),
  }),
  { maxLength: 4 },
);

function apply(path: string, changes: readonly { at: number; edit: number | string }[]): string {
  return changes.reduce((text, { at, edit }) => {
    const index = Math.floor(at * text.length);
    const [head, character, tail] = [text.slice(0, index), text.charAt(index), text.slice(index + 1)];
    return head + (typeof edit === 'string' ? edit + character : encode(character, edit)) + tail;
  }, path);
}

function encode(character: string, times: number): string {
  const hex = character.charCodeAt(0).toString(16).padStart(2, '0');
  return `%${'25'.repeat(times - 1)}${hex}`;
}

const spellings = fc
  .tuple(fc.constantFrom(...STARTS), edits, fc.constantFrom(...ENDS))
  .map(([start, changes, end]) => start + apply('secret/s.txt', changes) + end);

test.each(['file:///secret/*', 'file:///secret/s.txt'])(
  'no spelling that some server reads as what is denied escapes the deny of %s',
  (glob) => {
    const set = policy(`
policy: p
rules:
  - { id: all, effect: permit }
  - { id: no, effect: deny, what: { resource: "${glob}" } }
`);
    let [denied, other] = [0, 0];
    fc.assert(
      fc.property(spellings, (uri) => {
        if (!filesOf(uri).includes('/secret/s.txt')) {
          other += 1;
          return;
        }
        denied += 1;
        expect(decide(set, ANYONE, resourceTarget(uri)).effect).toBe('deny');
      }),
      RUNS,
    );
    // The promise was put to the test.
    expect(denied).toBeGreaterThan(RUNS.numRuns / 4);
    expect(other).toBeGreaterThan(0);
  },
);

test('no spelling that some server reads as a file elsewhere is permitted by a prefix', () => {
  const set = policy(
    'policy: p\nrules: [{ id: r, effect: permit, what: { resource: "file:///public/*" } }]\n',
  );
  let [permitted, outside] = [0, 0];
  fc.assert(
    fc.property(tails, (tail) => {
      const uri = `file:///public/${tail}`;
      const isOutside = filesOf(uri).some((path) => !`${path}/`.startsWith('/public/'));
      if (isOutside) outside += 1;
      if (decide(set, ANYONE, resourceTarget(uri)).effect !== 'permit') return;
      permitted += 1;
      expect(isOutside).toBe(false);
    }),
    RUNS,
  );
  expect(permitted).toBeGreaterThan(RUNS.numRuns / 10);
  expect(outside).toBeGreaterThan(RUNS.numRuns / 10);
});
