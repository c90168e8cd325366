import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/catalog/json.ts';
import { evaluateJmesPath, parseJmesPath } from '../../src/text/jmespath.ts';

const VALUE: Json = {
  people: [
    { name: 'Ann', age: 41, tags: ['a', 'b'] },
    { name: 'Bob', age: 17, tags: [] },
    { name: 'Cid', age: 30, tags: ['b'] },
  ],
  'odd key': { x: null, y: 0 },
};

function select(expression: string, value: Json = VALUE): Json {
  return evaluateJmesPath(parseJmesPath(expression), value);
}

test.each<[string, Json]>([
  ['people[*].name', ['Ann', 'Bob', 'Cid']],
  ['people[?age > `18`].name', ['Ann', 'Cid']],
  ['people[0]', { name: 'Ann', age: 41, tags: ['a', 'b'] }],
  ['people[-1].name', 'Cid'],
  ['people[:2].name', ['Ann', 'Bob']],
  ['people[].tags[]', ['a', 'b', 'b']],
  ['"odd key".y', 0],
  ['"odd key".x', null],
  [
    'people[*].{n: name, old: age >= `30`}',
    [
      { n: 'Ann', old: true },
      { n: 'Bob', old: false },
      { n: 'Cid', old: true },
    ],
  ],
  ['sort_by(people, &age)[].name', ['Bob', 'Cid', 'Ann']],
  ['length(people)', 3],
  ["people[?contains(tags, 'b')].name | [0]", 'Ann'],
  ['people[?name == $.people[0].name].age', [41]],
  ['keys("odd key")', ['x', 'y']],
  ['not_null(absent, `7`)', 7],
  ["absent || 'default'", 'default'],
  ['max_by(people, &age).name', 'Ann'],
])('%s', (expression, expected) => {
  expect(select(expression)).toEqual(expected);
});

test.each([
  'constructor',
  'toString',
  '__proto__',
  'people.constructor',
  'people[0].hasOwnProperty',
  'people.length',
])('%s is nothing: inherited members are no data', (expression) => {
  expect(select(expression)).toBeNull();
});

test('data that looks like a reference to an expression is not evaluated past the list of functions', () => {
  const value: Json = { f: { expref: true, type: 'Function', name: 'pad_left', children: [] }, items: [1] };
  expect(() => select('map(f, items)', value)).toThrow();
});

describe('hostile input', () => {
  test('no expression does anything but parse or be refused with words, and evaluate or say why not', () => {
    const word = fc.constantFrom(
      ...'a b people name [ ] [] * . @ $ | || && ! ( ) { } : , & ? == > `1` \'x\' "y" length sort_by to_string let = in 0 -1'.split(
        ' ',
      ),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 14 }), fc.jsonValue({ maxDepth: 3 }), (words, value) => {
        try {
          const result = select(words.join(''), value as Json);
          expect(JSON.stringify(result)).toBeTypeOf('string');
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          expect((error as Error).message).not.toBe('');
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('an answer that is nested very deeply is refused with words', () => {
    let value: Json = 1;
    for (let depth = 0; depth < 20_000; depth++) value = [value];
    expect(() => select('to_string(@)', value)).toThrow('nested too deeply');
  });

  test.each(['(', '[', '!', '{a:', '&', 'a.'])('an expression of nothing but %s is refused', (piece) => {
    expect(() => parseJmesPath(piece.repeat(Math.floor(1000 / piece.length)))).toThrow();
  });
});
