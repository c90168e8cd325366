import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toClosingReadings, toLenientReading, toReadings } from '../../src/policy/resource-uri.ts';
import { decide, policy, principal, resourceTarget } from './fixtures.ts';
import { startCpuTime } from '../support/cpu-time.ts';

describe('the lenient reading of a URI', () => {
  test.each([
    ['file:///a/b', 'file:///a/b'],
    ['FILE:///a/B', 'file:///a/B'],
    ['demo://Host/A', 'demo://host/A'],
    ['file:///a/%62', 'file:///a/b'],
    ['file:///a/%2562', 'file:///a/b'],
    ['file:///a/../b', 'file:///b'],
    ['file:///a/./b', 'file:///a/b'],
    ['file:///../../b', 'file:///b'],
    ['file:///a/%2e%2E/b', 'file:///b'],
    ['file:///a//b', 'file:///a/b'],
    ['file:///a\\..\\b', 'file:///b'],
    ['file:///a/%5c..%2fb', 'file:///b'],
    ['file:///a/%3f/../../b', 'file:///b'],
    ['file:///a/..', 'file:///'],
    ['file:///a/..?x', 'file:///?x'],
    ['file:///a/.#x', 'file:///a/#x'],
    ['file:///a/?x=..', 'file:///a/?x=..'],
    ['file:///a/b/.', 'file:///a/b/'],
    ['file:///100%', 'file:///100%'],
    ['file:///%zz', 'file:///%zz'],
    ['demo://r/{id}', 'demo://r/{id}'],
    ['Mailto:A@b', 'mailto:A@b'],
    ['', ''],
  ])('%s is %s', (uri, reading) => {
    expect(toLenientReading(uri)).toBe(reading);
  });

  test('is its own reading, and never holds a dot segment, whatever the text', () => {
    const piece = fc.constantFrom(
      '/',
      '..',
      '.',
      'a',
      '%2e',
      '%2f',
      '%252e',
      '\\',
      '//',
      '?',
      '..?',
      '%',
      '%5c',
      '#',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const reading = toLenientReading(`file:///${pieces.join('')}`);
        expect(toLenientReading(reading)).toBe(reading);
        expect(reading.split('/')).not.toContain('..');
      }),
      { numRuns: 1000 },
    );
  });

  test('of a hostile URI takes no time to speak of', () => {
    const cpuTime = startCpuTime();
    for (const piece of ['%25', '../', '/', '%', '\\..', '%2e', 'a:', '?/'])
      toLenientReading(piece.repeat(20_000));
    expect(cpuTime()).toBeLessThan(3000);
  });
});

describe('the readings of a URI', () => {
  test.each([
    ['file:///a/b', ['file:///a/b']],
    ['FILE:/a/b', ['file:/a/b', 'file:///a/b']],
    ['notes/1', ['notes/1']],
    ['demo://a/{id}', ['demo://a/{id}']],
    ['https://H:443/a%20b', ['https://h:443/a b', 'https://h/a b']],
    [' x:\ta ', [' x:\ta ', 'x:a']],
    ['no scheme\n', ['no scheme\n', 'no scheme']],
  ])('of %j are %j', (uri, readings) => {
    expect(toReadings(uri)).toEqual(readings);
  });

  test('that close are also those of its path', () => {
    expect(toClosingReadings('demo://a/b/?c#d')).toEqual([
      'demo://a/b/?c#d',
      'demo://a/b/?c',
      'demo://a/b/',
      'demo://a/b',
    ]);
  });

  test('are not told where it is endlessly encoded, or longer than a URI is', () => {
    expect(toReadings(`file:///%${'25'.repeat(20)}2e`)).toHaveLength(14);
    expect(toReadings(`file:///%${'25'.repeat(100)}2e`)).toBeUndefined();
    expect(toReadings(`file:///${'a'.repeat(8000)}`)).toHaveLength(1);
    expect(toReadings(`file:///${'a'.repeat(9000)}`)).toBeUndefined();
    expect(toClosingReadings(`file:///${'a'.repeat(9000)}`)).toBeUndefined();
  });

  test('take no time to speak of, however hostile it is', () => {
    const cpuTime = startCpuTime();
    for (const piece of ['%25', '../', '\\..', '%2e', '..?', '\t', '%09', 'é', '%2525', 'a#?'])
      toClosingReadings(`https://h/${piece.repeat(4000)}`.slice(0, 8000));
    expect(cpuTime()).toBeLessThan(3000);
  });
});

describe('resources under policy', () => {
  const set = policy(`
policy: p
scopes: { files: { source: files, resource: "file:///pub/*" } }
rules:
  - { id: open, effect: permit, who: { groups: admins }, what: { source: files } }
  - { id: no-secrets, effect: deny, what: { resource: ["file:///pub/secret*", "file:///etc/*"] } }
`);
  const reader = principal({ scopes: ['files'] });
  const admin = principal({ groups: ['admins'] });

  test('are opened by a glob over their URI', () => {
    expect(decide(set, reader, resourceTarget('file:///pub/a/b')).effect).toBe('permit');
    expect(decide(set, reader, resourceTarget('file:///pub/a%20b')).effect).toBe('permit');
    expect(decide(set, reader, resourceTarget('file:///private/a')).effect).toBe('deny');
  });

  test.each([
    'file:///pub/secret',
    'file:///pub/%73ecret',
    'file:///pub/%2573ecret',
    'file:///pub//secret',
    'file:///pub/./secret',
    'file:///x/../pub/secret',
    'FILE:///etc/passwd',
    'file:///%65tc/passwd',
    'file:\\\\\\etc\\passwd',
  ])('are denied whatever the spelling: %s', (uri) => {
    expect(decide(set, admin, resourceTarget(uri))).toMatchObject({
      effect: 'deny',
      rules: ['p/no-secrets'],
    });
  });

  test.each([
    'file:///pub/../private/a',
    'file:///pub/%2e%2e/private/a',
    'file:///pub/..%2fprivate',
    'FILE:///pub/a',
  ])('are not opened by a spelling that a server may read as something else: %s', (uri) => {
    expect(decide(set, reader, resourceTarget(uri))).toMatchObject({ effect: 'deny', reason: 'no-rule' });
  });

  test('may be written in a policy as encoded as the server lists them', () => {
    const exact = policy('policy: p\nscopes: { s: { resource: "x://h/a%20b/%7Bc%7D" } }\n');
    const holder = principal({ scopes: ['s'] });
    expect(decide(exact, holder, resourceTarget('x://h/a%20b/%7Bc%7D')).effect).toBe('permit');
    expect(decide(exact, holder, resourceTarget('x://h/a b/{c}')).effect).toBe('deny');
  });

  test.each([
    ' file:///etc/passwd',
    '\u0000file:///etc/passwd',
    'file:/etc/passwd',
    'file:etc/passwd',
    'File:\\etc\\passwd',
    'file://localhost/etc/passwd',
    'file://LOCALHOST/etc/passwd',
    'file://%6cocalhost/etc/passwd',
    'fi\tle:///etc/passwd',
    'file:///et\rc/passwd',
    'file:///e\ntc/passwd',
    'file:///e%09tc/passwd',
    'file:///e%2509tc/passwd',
    'file:///%6\t5tc/passwd',
    'file:///x/.\t./etc/passwd',
    'file:///x/%2\te%2e/etc/passwd',
    'file:///x/..?/../etc/passwd',
  ])('are denied where a URL parser reads what is denied: %j', (uri) => {
    expect(decide(set, admin, resourceTarget(uri))).toMatchObject({
      effect: 'deny',
      rules: ['p/no-secrets'],
    });
  });

  test.each([
    'file:///pub/.\t./private/a',
    'file:///pub/.\n./private/a',
    'file:///pub/.\r./private/a',
    'file:///pub/.%09./private/a',
    'file:///pub/.%2509./private/a',
    'file:///pub/%2\te%2e/private/a',
    'file:///pub/..\t',
    'file:///pub/.. ',
    'file:///pub/.. ?x',
    'file:///pub/a%252fb/..//../',
    'file:///pub/a\\b/..//../',
    'file:///pub/.%2e #x',
    'file:///pub/..?x',
    'file:///pub/..#x',
    'file:///pub/..%3fx',
    'file:///pub/..%23x',
  ])('are not opened where a URL parser reads something else: %j', (uri) => {
    expect(decide(set, reader, resourceTarget(uri))).toMatchObject({ effect: 'deny', reason: 'no-rule' });
  });

  const ends = [
    '',
    ' ',
    '\n',
    '%20',
    '#',
    '#x',
    '?',
    '?x',
    '%3Fx',
    '%23',
    '/',
    '/.',
    '/./',
    '/x/..',
    '?x/../y',
  ];

  test.each(ends)('are denied by their one URI whatever stands at its end: %j', (end) => {
    const exact = policy(`
policy: p
rules:
  - { id: all, effect: permit }
  - { id: no, effect: deny, what: { resource: "file:///exact.txt" } }
`);
    const uri = `file:///exact.txt${end}`;
    expect(decide(exact, reader, resourceTarget(uri))).toMatchObject({ effect: 'deny', rules: ['p/no'] });
    expect(decide(exact, reader, resourceTarget('file:///exact.txt.md')).effect).toBe('permit');
    expect(decide(exact, reader, resourceTarget('file:///x?exact.txt')).effect).toBe('permit');
  });

  test.each(ends)('need an approval by their one URI whatever stands at its end: %j', (end) => {
    const exact = policy(`
policy: p
rules:
  - { id: all, effect: permit }
  - { id: ask, effect: approve, what: { resource: "file:///dir/" } }
`);
    expect(decide(exact, reader, resourceTarget(`file:///dir${end}`)).effect).toBe('approve');
    expect(decide(exact, reader, resourceTarget(`file:/dir/${end}`)).effect).toBe('approve');
    expect(decide(exact, reader, resourceTarget('file:///dir/a')).effect).toBe('permit');
  });

  test('are closed and not opened where their URI has more readings than can be told', () => {
    const uri = `file:///pub/%${'25'.repeat(100)}2e`;
    expect(decide(set, reader, resourceTarget(uri)).effect).toBe('deny');
    expect(decide(set, admin, resourceTarget(uri))).toMatchObject({ rules: ['p/no-secrets'] });
  });

  test.each([
    ['https://h:443/a/*', 'https://h:443/a/b'],
    ['https://bücher.example/*', 'https://bücher.example/a'],
    ['https://*.example/*', 'https://WWW.example/a'],
    ['file://localhost/*', 'file://localhost/a'],
    ['file:/a/*', 'file:/a/b'],
    ['file://*Private*', 'file:///Private/a'],
    ['https://h*', 'https://host'],
    ['https://h/?q=*', 'https://h/?q=https://z/#a'],
    ['demo://a/{id}', 'demo://a/{id}'],
    ['https://{host}/{+path}{?q}', 'https://{host}/{+path}{?q}'],
    ['notes/*', 'notes/a b'],
    ['*', 'no scheme %'],
  ])('are opened by %s: %s', (glob, uri) => {
    const given = policy(`policy: p\nrules: [{ id: r, effect: permit, what: { resource: "${glob}" } }]\n`);
    expect(decide(given, reader, resourceTarget(uri)).effect).toBe('permit');
  });

  test('are denied by a glob whose host is a wildcard, in every case of the scheme', () => {
    const given = policy(`
policy: p
rules:
  - { id: all, effect: permit }
  - { id: no, effect: deny, what: { resource: "file://*Private*" } }
`);
    for (const uri of ['file:///Private', 'FILE:///Private', 'file:/Private/x'])
      expect(decide(given, reader, resourceTarget(uri)).effect).toBe('deny');
    expect(decide(given, reader, resourceTarget('file:///Public')).effect).toBe('permit');
  });
});
