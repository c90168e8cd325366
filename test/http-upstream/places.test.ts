import { describe, expect, test } from 'vitest';
import type { HttpBinding, ParameterStyle } from '../../src/catalog/binding.ts';
import type { Json } from '../../src/catalog/json.ts';
import { binding, parameter, planOf, QUERY_KEY } from './fixtures.ts';

// The values of OpenAPI 3.2, "Style Examples".
const STRING = 'blue';
const ARRAY = ['blue', 'black', 'brown'];
const OBJECT = { R: 100, G: 200, B: 150 };

const jar = (explode: boolean, value: Json, name = 'color'): string | undefined => {
  const http = binding({ parameters: [parameter('cookie', name, { style: 'cookie', explode })] });
  return planOf(http, { [name]: value }).headers['cookie'];
};

describe('style cookie of OpenAPI 3.2 passes values unchanged', () => {
  test.for([
    [false, STRING, 'color=blue'],
    [false, '', 'color='],
    [false, ARRAY, 'color=blue,black,brown'],
    [false, OBJECT, 'color=R,100,G,200,B,150'],
    [true, STRING, 'color=blue'],
    [true, ARRAY, 'color=blue; color=black; color=brown'],
    [true, OBJECT, 'R=100; G=200; B=150'],
    [true, 'a%20b c="d"', 'color=a%20b c="d"'],
    [true, null, undefined],
  ] satisfies [boolean, Json, string | undefined][])('explode=%s %j is %s', ([explode, value, expected]) => {
    expect(jar(explode, value)).toBe(expected);
  });

  test.for<[boolean, Json]>([
    [true, 'a;b'],
    [true, 'a\r\nb'],
    [true, ' a'],
    [true, 'ü'],
    [false, ['a,b']],
    [true, { 'a=b': 'c' }],
    [true, { 'a b': 'c' }],
  ])('explode=%s refuses %j', ([explode, value]) => {
    expect(() => jar(explode, value)).toThrow(/color/);
  });
});

describe('the separators of Swagger 2.0 work in every place', () => {
  test.for([
    ['spaceDelimited', 'blue%20black', 'blue black'],
    ['pipeDelimited', 'blue%7Cblack', 'blue|black'],
    ['tabDelimited', 'blue%09black', 'blue\tblack'],
  ] satisfies [ParameterStyle, string, string][])('%s', ([style, encoded, raw]) => {
    const http = binding({
      path: '/x/{p}',
      parameters: [
        parameter('path', 'p', { style, explode: false }),
        parameter('query', 'q', { style, explode: false }),
        parameter('header', 'H', { style, explode: false }),
        parameter('cookie', 'c', { style, explode: false }),
      ],
    });
    const list = ['blue', 'black'];
    const plan = planOf(http, { p: list, q: list, H: list, c: list });
    expect(plan.target).toBe(`/x/${encoded}?q=${encoded}`);
    expect(plan.headers['h']).toBe(raw);
    expect(plan.headers['cookie']).toBe(`c=${encoded}`);
    const separator = raw.slice(4, 5);
    for (const argument of ['p', 'q', 'H', 'c']) {
      const args = { p: 'a', [argument]: [`a${separator}b`, 'c'] };
      expect(() => planOf(http, args)).toThrow('which separates the members');
    }
  });
});

describe('content parameters are written as their media type says', () => {
  test.for([
    ['application/json', { lat: 10, long: 60 }, '?p=%7B%22lat%22%3A10%2C%22long%22%3A60%7D'],
    ['application/json', 'a', '?p=%22a%22'],
    ['application/x-www-form-urlencoded', { a: 'x y', l: [1, 2] }, '?p=a%3Dx%2520y%26l%3D1%26l%3D2'],
    ['text/plain', 'a b', '?p=a%20b'],
    ['application/jsonpath', '$.a.b[1:1]', '?p=%24.a.b%5B1%3A1%5D'],
  ] satisfies [string, Json, string][])('%s %j is %s', ([mediaType, value, expected]) => {
    const http = binding({ parameters: [parameter('query', 'p', { mediaType })] });
    expect(planOf(http, { p: value }).target).toBe(`/things${expected}`);
  });
});

const whole = (mediaType: string, value: Json, more: Partial<HttpBinding> = {}): string => {
  const http = binding({ parameters: [parameter('querystring', 'q', { mediaType })], ...more });
  return planOf(http, { q: value }, { credentials: { queryKey: { apiKey: 'secret' } } }).target;
};

describe('a querystring parameter is the whole query (OpenAPI 3.2)', () => {
  test.for([
    ['application/x-www-form-urlencoded', { foo: 'a + b', bar: true }, '?foo=a%20%2B%20b&bar=true'],
    ['application/x-www-form-urlencoded', { l: [1, 2], o: { a: 1 } }, '?l=1&l=2&o=%7B%22a%22%3A1%7D'],
    ['application/x-www-form-urlencoded', {}, ''],
    ['application/x-www-form-urlencoded', 'a=1&b=x y#z', '?a=1&b=x%20y%23z'],
    [
      'application/json',
      { numbers: [1, 2], flag: null },
      '?%7B%22numbers%22%3A%5B1%2C2%5D%2C%22flag%22%3Anull%7D',
    ],
    ['application/jsonpath', '$.a.b[1:1]', '?%24.a.b%5B1%3A1%5D'],
    ['text/plain', 'a=1&admin=2', '?a%3D1%26admin%3D2'],
  ] satisfies [string, Json, string][])('%s %j is %s', ([mediaType, value, expected]) => {
    expect(whole(mediaType, value)).toBe(`/things${expected}`);
  });

  test('but not the part that the path fixes, nor the credential', () => {
    const more: Partial<HttpBinding> = { fixedQuery: [['Action', 'List']], security: [[QUERY_KEY]] };
    expect(whole('application/x-www-form-urlencoded', { a: 1 }, more)).toMatch(
      /^\/things\?Action=List&a=1&api_key=/,
    );
    for (const value of [{ action: 'Delete' }, { api_key: 'mine' }, 'a=1&%61ction=Delete']) {
      expect(() => whole('application/x-www-form-urlencoded', value, more)).toThrow('not its own');
    }
    const parameters = [parameter('querystring', 'q', {}), parameter('query', 'admin')];
    expect(() => planOf(binding({ parameters }), { q: { Admin: true } })).toThrow('not its own');
  });
});
