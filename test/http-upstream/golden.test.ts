import { expect, test } from 'vitest';
import type { ParameterLocation, ParameterStyle } from '../../src/catalog/binding.ts';
import type { Json } from '../../src/catalog/json.ts';
import { binding, faultOf, parameter, planOf } from './fixtures.ts';

/*
 * Every place with every style it has, `explode`, `allowReserved` and kind of value: OpenAPI 3.2 "Style Examples" and Appendixes C
 * to E, RFC 6570 §3.2, and Swagger 2.0 `collectionFormat`. `null`: refused, because the place cannot say it.
 */

// A reserved character, a space, and the separator of most styles.
const STRING = 'a:b c';
const ARRAY = ['a:b', 'c,d'];
const OBJECT = { k: 'a:b', m: 'c,d' };

type Row = [
  place: ParameterLocation,
  style: ParameterStyle,
  explode: boolean,
  allowReserved: boolean,
  string: string | null,
  array: string | null,
  object: string | null,
];

function targetOf([place, style, explode, allowReserved]: Row, value: Json): string | undefined {
  const parameters = [parameter(place, 'p', { style, explode, allowReserved })];
  const { target, headers } = planOf(binding({ path: place === 'path' ? '/{p}' : '/', parameters }), {
    p: value,
  });
  if (place === 'path') return target.slice(1);
  if (place === 'query') return target.slice(2);
  return place === 'header' ? headers['p'] : headers['cookie'];
}

test.for<Row>([
  ['path', 'simple', false, false, 'a%3Ab%20c', 'a%3Ab,c%2Cd', 'k,a%3Ab,m,c%2Cd'],
  ['path', 'simple', false, true, 'a:b%20c', 'a:b,c%2Cd', 'k,a:b,m,c%2Cd'],
  ['path', 'simple', true, false, 'a%3Ab%20c', 'a%3Ab,c%2Cd', 'k=a%3Ab,m=c%2Cd'],
  ['path', 'simple', true, true, 'a:b%20c', 'a:b,c%2Cd', 'k=a:b,m=c%2Cd'],
  ['path', 'label', false, false, '.a%3Ab%20c', '.a%3Ab,c%2Cd', '.k,a%3Ab,m,c%2Cd'],
  ['path', 'label', false, true, '.a:b%20c', '.a:b,c%2Cd', '.k,a:b,m,c%2Cd'],
  ['path', 'label', true, false, '.a%3Ab%20c', '.a%3Ab.c%2Cd', '.k=a%3Ab.m=c%2Cd'],
  ['path', 'label', true, true, '.a:b%20c', '.a:b.c,d', '.k=a:b.m=c,d'],
  ['path', 'matrix', false, false, ';p=a%3Ab%20c', ';p=a%3Ab,c%2Cd', ';p=k,a%3Ab,m,c%2Cd'],
  ['path', 'matrix', false, true, ';p=a:b%20c', ';p=a:b,c%2Cd', ';p=k,a:b,m,c%2Cd'],
  ['path', 'matrix', true, false, ';p=a%3Ab%20c', ';p=a%3Ab;p=c%2Cd', ';k=a%3Ab;m=c%2Cd'],
  ['path', 'matrix', true, true, ';p=a:b%20c', ';p=a:b;p=c,d', ';k=a:b;m=c,d'],
  ['path', 'spaceDelimited', false, false, 'a%3Ab%20c', 'a%3Ab%20c%2Cd', 'k%20a%3Ab%20m%20c%2Cd'],
  ['path', 'pipeDelimited', false, false, 'a%3Ab%20c', 'a%3Ab%7Cc%2Cd', 'k%7Ca%3Ab%7Cm%7Cc%2Cd'],
  ['path', 'tabDelimited', false, false, 'a%3Ab%20c', 'a%3Ab%09c%2Cd', 'k%09a%3Ab%09m%09c%2Cd'],
  ['query', 'form', false, false, 'p=a%3Ab%20c', 'p=a%3Ab,c%2Cd', 'p=k,a%3Ab,m,c%2Cd'],
  ['query', 'form', false, true, 'p=a:b%20c', 'p=a:b,c%2Cd', 'p=k,a:b,m,c%2Cd'],
  ['query', 'form', true, false, 'p=a%3Ab%20c', 'p=a%3Ab&p=c%2Cd', 'k=a%3Ab&m=c%2Cd'],
  ['query', 'form', true, true, 'p=a:b%20c', 'p=a:b&p=c,d', 'k=a:b&m=c,d'],
  ['query', 'spaceDelimited', false, false, 'p=a%3Ab%20c', 'p=a%3Ab%20c%2Cd', 'p=k%20a%3Ab%20m%20c%2Cd'],
  ['query', 'spaceDelimited', false, true, 'p=a:b%20c', 'p=a:b%20c,d', 'p=k%20a:b%20m%20c,d'],
  ['query', 'spaceDelimited', true, false, 'p=a%3Ab%20c', 'p=a%3Ab&p=c%2Cd', 'k=a%3Ab&m=c%2Cd'],
  ['query', 'spaceDelimited', true, true, 'p=a:b%20c', 'p=a:b&p=c,d', 'k=a:b&m=c,d'],
  ['query', 'pipeDelimited', false, false, 'p=a%3Ab%20c', 'p=a%3Ab%7Cc%2Cd', 'p=k%7Ca%3Ab%7Cm%7Cc%2Cd'],
  ['query', 'pipeDelimited', false, true, 'p=a:b%20c', 'p=a:b%7Cc,d', 'p=k%7Ca:b%7Cm%7Cc,d'],
  ['query', 'pipeDelimited', true, false, 'p=a%3Ab%20c', 'p=a%3Ab&p=c%2Cd', 'k=a%3Ab&m=c%2Cd'],
  ['query', 'pipeDelimited', true, true, 'p=a:b%20c', 'p=a:b&p=c,d', 'k=a:b&m=c,d'],
  ['query', 'tabDelimited', false, false, 'p=a%3Ab%20c', 'p=a%3Ab%09c%2Cd', 'p=k%09a%3Ab%09m%09c%2Cd'],
  ['query', 'tabDelimited', false, true, 'p=a:b%20c', 'p=a:b%09c,d', 'p=k%09a:b%09m%09c,d'],
  ['query', 'tabDelimited', true, false, 'p=a%3Ab%20c', 'p=a%3Ab&p=c%2Cd', 'k=a%3Ab&m=c%2Cd'],
  ['query', 'tabDelimited', true, true, 'p=a:b%20c', 'p=a:b&p=c,d', 'k=a:b&m=c,d'],
  [
    'query',
    'deepObject',
    true,
    false,
    'p=a%3Ab%20c',
    'p%5B0%5D=a%3Ab&p%5B1%5D=c%2Cd',
    'p%5Bk%5D=a%3Ab&p%5Bm%5D=c%2Cd',
  ],
  ['query', 'deepObject', true, true, 'p=a:b%20c', 'p%5B0%5D=a:b&p%5B1%5D=c,d', 'p%5Bk%5D=a:b&p%5Bm%5D=c,d'],
  ['header', 'simple', false, false, 'a:b c', null, null],
  ['header', 'simple', true, false, 'a:b c', null, null],
  ['header', 'spaceDelimited', false, false, 'a:b c', 'a:b c,d', 'k a:b m c,d'],
  ['header', 'pipeDelimited', false, false, 'a:b c', 'a:b|c,d', 'k|a:b|m|c,d'],
  ['header', 'tabDelimited', false, false, 'a:b c', 'a:b\tc,d', 'k\ta:b\tm\tc,d'],
  ['cookie', 'form', false, false, 'p=a%3Ab%20c', 'p=a%3Ab,c%2Cd', 'p=k,a%3Ab,m,c%2Cd'],
  ['cookie', 'form', false, true, 'p=a:b%20c', 'p=a:b,c%2Cd', 'p=k,a:b,m,c%2Cd'],
  ['cookie', 'form', true, false, 'p=a%3Ab%20c', 'p=a%3Ab; p=c%2Cd', 'k=a%3Ab; m=c%2Cd'],
  ['cookie', 'form', true, true, 'p=a:b%20c', 'p=a:b; p=c%2Cd', 'k=a:b; m=c%2Cd'],
  ['cookie', 'cookie', false, false, 'p=a:b c', null, null],
  ['cookie', 'cookie', true, false, 'p=a:b c', 'p=a:b; p=c,d', 'k=a:b; m=c,d'],
])('%s, %s, explode %s, allowReserved %s', async (row) => {
  const [, , , , string, array, object] = row;
  for (const [value, expected] of [
    [STRING, string],
    [ARRAY, array],
    [OBJECT, object],
  ] as const) {
    if (expected !== null) expect(targetOf(row, value)).toBe(expected);
    else expect((await faultOf(() => targetOf(row, value))).code).toBe('INVALID_ARGUMENTS');
  }
});
