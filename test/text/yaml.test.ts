import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readYaml, type YamlDocument, type YamlRules } from '../../src/text/yaml.ts';
import { startCpuTime } from '../support/cpu-time.ts';

const RULES: YamlRules = {
  maxLength: 1_000_000,
  maxDepth: 64,
  maxValues: 50_000,
  maxFlaws: 50,
  exact: false,
};

function read(text: string, rules: Partial<YamlRules> = {}): YamlDocument {
  return readYaml(text, { ...RULES, ...rules });
}

/** Each problem as `line:column kind pointer detail`. */
function problemsOf(text: string, rules: Partial<YamlRules> = {}): string[] {
  return read(text, rules).problems.map(({ line, column, kind, path, detail }) =>
    `${line}:${column} ${kind} /${path.join('/')} ${detail}`.trimEnd(),
  );
}

describe('what YAML says', () => {
  test('is what JSON says, where it is JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!text.includes('"__proto__"') && !text.includes('"<<"'));
        expect(read(text)).toMatchObject({ problems: [], value: JSON.parse(text) });
      }),
    );
  });

  test.each([
    ['', null],
    ['# nothing yet\n', null],
    ['a:\nb: ~', { a: null, b: null }],
    ['1: yes\n0x10: no\ntrue: on', { 1: 'yes', '0x10': 'no', true: 'on' }],
    ['constructor: 1\ntoString: 2', { constructor: 1, toString: 2 }],
    ['[0x1F, 0o17, 017, 1_000, 2001-01-01]', [31, 15, 17, '1_000', '2001-01-01']],
  ])('of %j is the core schema of YAML 1.2', (text, value) => {
    expect(read(text)).toMatchObject({ problems: [], value });
  });

  test('by an alias is the anchor before it, also where it is read again', () => {
    expect(read('a: &x [one]\nb: &y [*x]\nc: &x two\nd: *y\ne: *x\n')).toMatchObject({
      problems: [],
      value: { a: ['one'], b: [['one']], c: 'two', d: [['one']], e: 'two' },
    });
  });
});

describe('what could mean less, or more, than it seems to is a problem', () => {
  test.each([
    ['a: 1\nb: { c: 1, c: 2 }\na: 3', ['2:12 duplicate-key /b/c c', '3:1 duplicate-key /a a']],
    ['1: a\n"1": b', ['2:1 duplicate-key /1 1']],
    ['__proto__: { a: 1 }', ['1:1 prototype-key /__proto__']],
    ['a: { "__proto__": { a: 1 } }', ['1:6 prototype-key /a/__proto__']],
    ['a: &a { b: 1 }\nc: { <<: *a }', ['2:6 merge-key /c/<<']],
    ['a: { ? [b] : c }', ['1:8 key-not-text /a']],
    ['a: !include b.yaml', ['1:4 tag /']],
    ['a: 1\n---\nb: 1', ['2:1 several-documents /']],
    ['a: [.inf, -.inf, .nan]', ['1:5 not-json /a/0', '1:11 not-json /a/1', '1:18 not-json /a/2']],
    ['a: &a [*a]', ['1:8 unknown-anchor /a/0 a']],
    ['a: { b: *c }\nd: &c 1', ['1:9 unknown-anchor /a/b c']],
  ])('%j', (text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
    expect(Object.hasOwn(Object.prototype, 'a')).toBe(false);
  });

  test('broken syntax is told in one line', () => {
    const [problem, ...more] = problemsOf('a: [');
    expect(problem).toMatch(/^1:5 syntax \/ .+$/);
    expect(more).toEqual([]);
  });

  test('of many complaints about the syntax, as many are passed on as the rules say', () => {
    const text = '- @\n'.repeat(60);
    expect(problemsOf(text, { maxFlaws: 50 })).toHaveLength(50);
    expect(problemsOf(text, { maxFlaws: 5 })).toEqual(problemsOf(text).slice(0, 5));
  });

  test.each([
    ['9007199254740991', []],
    ['9007199254740992', ['1:4 inexact-integer /a']],
    ['-9007199254740993', ['1:4 inexact-integer /a']],
    ['1.5e-7', []],
    ['-0.10', []],
    ['+.5', []],
    ['1e3', []],
    ['0x1F', []],
    ['0.1000000000000000055', ['1:4 inexact-decimal /a']],
    ['8388608.000000001', ['1:4 inexact-decimal /a']],
    ['1e-400', ['1:4 inexact-decimal /a']],
  ])('the number %s, where reading is to be exact', (number, problems) => {
    expect(problemsOf(`a: ${number}`, { exact: true })).toEqual(problems);
    expect(problemsOf(`a: ${number}`)).toEqual([]);
  });

  test.each(['null', '~', '?\n'])('the key %j, where reading is to be exact', (key) => {
    expect(problemsOf(`${key}: a`, { exact: true })).toEqual([expect.stringMatching(/ key-not-text \/$/)]);
    expect(problemsOf(`${key}: a`)).toEqual([]);
  });
});

describe('a value stands', () => {
  const document = read(`first: one
list:
  - a
  - { b: c, d: }
anchor: &anchor
  inside: [x, y]
alias: *anchor
`);
  const place = (...[path, part]: Parameters<YamlDocument['positionOf']>): string => {
    const { line, column } = document.positionOf(path, part);
    return `${line}:${column}`;
  };

  test.each([
    ['the document', [], '1:1', '1:1'],
    ['a member', ['first'], '1:8', '1:1'],
    ['an item', ['list', 0], '3:5', '3:5'],
    ['a member of an item', ['list', 1, 'b'], '4:10', '4:7'],
    ['a member of an anchor', ['anchor', 'inside', 1], '6:15', '6:15'],
    ['an alias, where it is written', ['alias'], '7:8', '7:1'],
    ['what is inside an alias, where that is written', ['alias', 'inside', 1], '6:15', '6:15'],
    ['index 0 of what is no list, as the thing itself', ['first', 0], '1:8', '1:1'],
  ])('%s', (_, path, value, key) => {
    expect([place(path), place(path, 'value'), place(path, 'key')]).toEqual([value, value, key]);
  });

  test.each([
    ['of the document', ['absent'], '1:1'],
    ['of a member, at its key', ['anchor', 'absent', 'deeper'], '5:1'],
    ['of an item, at the item', ['list', 1, 'absent'], '4:5'],
    ['of a list', ['list', 7], '2:1'],
    ['of text', ['first', 'absent'], '1:1'],
    ['of an alias, at its key', ['alias', 'absent'], '7:1'],
    ['with a name that objects have', ['anchor', 'constructor'], '5:1'],
  ])('nowhere, when it is absent, but what lacks it does: %s', (_, path, expected) => {
    expect([place(path), place(path, 'key')]).toEqual([expected, expected]);
  });

  test('nowhere in a text that was not read, which begins at 1:1', () => {
    expect(read('a: [').positionOf(['a'])).toEqual({ line: 1, column: 1 });
  });
});

describe('the limit', () => {
  test('of the length holds before the text is parsed', () => {
    expect(problemsOf('[[[', { maxLength: 2 })).toEqual(['1:1 too-long / 3']);
    expect(problemsOf('[]', { maxLength: 2 })).toEqual([]);
  });

  test('of the depth counts levels below the root, through aliases too', () => {
    expect(problemsOf('[[[]]]', { maxDepth: 2 })).toEqual([]);
    expect(problemsOf('[[[1]]]', { maxDepth: 2 })).toEqual(['1:4 too-deep /0/0/0 2']);
    expect(problemsOf('[&a [[]], [*a]]', { maxDepth: 2 })).toEqual(['1:6 too-deep /1/0/0 2']);
    expect(problemsOf(`${'['.repeat(10_000)}${']'.repeat(10_000)}`)[0]).toMatch(/ bottomless \/$/);
  });

  test('of the values counts those that aliases repeat', () => {
    expect(problemsOf('[1, 2, 3]', { maxValues: 4 })).toEqual([]);
    expect(problemsOf('[1, 2, 3]', { maxValues: 3 })).toEqual(['1:8 too-many-values /2 3']);
    expect(problemsOf('[&a [1, 2], *a]', { maxValues: 7 })).toEqual(['1:9 too-many-values /1/1 7']);
  });

  test('of the problems ends the reading', () => {
    expect(problemsOf(`[${'.nan, '.repeat(500)}]`)).toHaveLength(50);
  });
});

/** What it takes to read so many keys, in milliseconds. */
function timeOfKeys(count: number): number {
  const text = Array.from({ length: count }, (_, index) => `k${index}: 1`).join('\n');
  const cpuTime = startCpuTime();
  expect(problemsOf(text)).toEqual([]);
  return cpuTime();
}

test('keys are compared in linear time', () => {
  const few = Math.min(timeOfKeys(3_000), timeOfKeys(3_000));
  // Ten times the keys: a hundred times the time where each is compared with each.
  expect(timeOfKeys(30_000)).toBeLessThan(40 * few);
});

const PIECES = [
  '{ } [ ] " \' # ~ .inf 9007199254740993'.split(' '),
  'a: |b: |, |- |? |\n|\n  |\n---\n|\t|\0|&a |*a |&b |*b |!!x |__proto__: |<<: '.split('|'),
].flat();

test('any text is read, or refused with places inside it', () => {
  const piece = fc.constantFrom(...PIECES);
  const text = fc.oneof(
    fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(text, fc.boolean(), fc.array(fc.constantFrom('a', 'b', 0, 1)), (source, exact, path) => {
      const document = read(source, { exact });
      const lines = source.split('\n').length;
      for (const { line, column } of [...document.problems, document.positionOf(path)]) {
        expect(line).toBeGreaterThan(0);
        expect(line).toBeLessThanOrEqual(lines);
        expect(column).toBeGreaterThan(0);
      }
      if (document.problems.length === 0) expect(() => JSON.stringify(document.value)).not.toThrow();
    }),
    { numRuns: 1000 },
  );
});
