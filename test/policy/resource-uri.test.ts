import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide } from '../../src/policy/decide.ts';
import { toLenientReading } from '../../src/policy/resource-uri.ts';
import { policy, principal, resourceTarget } from './fixtures.ts';

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
    const started = performance.now();
    for (const piece of ['%25', '../', '/', '%', '\\..', '%2e', 'a:', '?/'])
      toLenientReading(piece.repeat(20_000));
    expect(performance.now() - started).toBeLessThan(3000);
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
});
