import { describe, expect, test } from 'vitest';
import type { ParameterStyle } from '../../src/catalog/binding.ts';
import type { Json } from '../../src/catalog/json.ts';
import { binding, parameter, planOf } from './fixtures.ts';

// OpenAPI 3.1.1, "Style Examples": parameter `color` with these values.
const STRING = 'blue';
const ARRAY = ['blue', 'black', 'brown'];
const OBJECT = { R: 100, G: 200, B: 150 };

function path(style: ParameterStyle, explode: boolean, value: Json, name = 'color'): string {
  const http = binding({ path: `/x{${name}}`, parameters: [parameter('path', name, { style, explode })] });
  return planOf(http, { [name]: value }).target.slice('/x'.length);
}

function query(
  style: ParameterStyle,
  explode: boolean,
  value: Json,
  allowReserved = false,
  name = 'color',
): string {
  const http = binding({ parameters: [parameter('query', name, { style, explode, allowReserved })] });
  return planOf(http, { [name]: value }).target.slice('/things'.length);
}

function header(explode: boolean, value: Json): string | undefined {
  const http = binding({ parameters: [parameter('header', 'color', { explode })] });
  return planOf(http, { color: value }).headers['color'];
}

function cookie(explode: boolean, value: Json): string | undefined {
  const http = binding({ parameters: [parameter('cookie', 'color', { explode })] });
  return planOf(http, { color: value }).headers['cookie'];
}

describe('path styles follow the table of OpenAPI 3.1.1', () => {
  test.for([
    ['matrix', false, '', ';color'],
    ['matrix', false, STRING, ';color=blue'],
    ['matrix', false, ARRAY, ';color=blue,black,brown'],
    ['matrix', false, OBJECT, ';color=R,100,G,200,B,150'],
    ['matrix', true, '', ';color'],
    ['matrix', true, STRING, ';color=blue'],
    ['matrix', true, ARRAY, ';color=blue;color=black;color=brown'],
    ['matrix', true, OBJECT, ';R=100;G=200;B=150'],
    ['label', false, '', '.'],
    ['label', false, STRING, '.blue'],
    ['label', false, ARRAY, '.blue,black,brown'],
    ['label', false, OBJECT, '.R,100,G,200,B,150'],
    ['label', true, STRING, '.blue'],
    ['label', true, ARRAY, '.blue.black.brown'],
    ['label', true, OBJECT, '.R=100.G=200.B=150'],
    ['simple', false, STRING, 'blue'],
    ['simple', false, ARRAY, 'blue,black,brown'],
    ['simple', false, OBJECT, 'R,100,G,200,B,150'],
    ['simple', true, STRING, 'blue'],
    ['simple', true, ARRAY, 'blue,black,brown'],
    ['simple', true, OBJECT, 'R=100,G=200,B=150'],
  ] satisfies [ParameterStyle, boolean, Json, string][])(
    '%s explode=%s %j is %s',
    ([style, explode, value, expected]) => {
      expect(path(style, explode, value)).toBe(expected);
    },
  );
});

describe('query styles follow the table of OpenAPI 3.1.1', () => {
  test.for([
    ['form', false, '', '?color='],
    ['form', false, STRING, '?color=blue'],
    ['form', false, ARRAY, '?color=blue,black,brown'],
    ['form', false, OBJECT, '?color=R,100,G,200,B,150'],
    ['form', true, '', '?color='],
    ['form', true, STRING, '?color=blue'],
    ['form', true, ARRAY, '?color=blue&color=black&color=brown'],
    ['form', true, OBJECT, '?R=100&G=200&B=150'],
    ['spaceDelimited', false, ARRAY, '?color=blue%20black%20brown'],
    ['spaceDelimited', false, OBJECT, '?color=R%20100%20G%20200%20B%20150'],
    ['pipeDelimited', false, ARRAY, '?color=blue%7Cblack%7Cbrown'],
    ['pipeDelimited', false, OBJECT, '?color=R%7C100%7CG%7C200%7CB%7C150'],
    ['deepObject', true, OBJECT, '?color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150'],
  ] satisfies [ParameterStyle, boolean, Json, string][])(
    '%s explode=%s %j is %s',
    ([style, explode, value, expected]) => {
      expect(query(style, explode, value)).toBe(expected);
    },
  );
});

describe('what the table leaves undefined has one documented form', () => {
  test.for([
    ['spaceDelimited', true, ARRAY, '?color=blue&color=black&color=brown'],
    ['pipeDelimited', true, ARRAY, '?color=blue&color=black&color=brown'],
    ['spaceDelimited', false, STRING, '?color=blue'],
    ['pipeDelimited', false, 'a|b', '?color=a%7Cb'],
    ['deepObject', false, OBJECT, '?color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150'],
    ['deepObject', true, STRING, '?color=blue'],
    ['deepObject', true, ARRAY, '?color%5B0%5D=blue&color%5B1%5D=black&color%5B2%5D=brown'],
    ['deepObject', true, ['blue', null, 'black'], '?color%5B0%5D=blue&color%5B1%5D=black'],
    ['deepObject', true, { a: { b: [1, 2] } }, '?color%5Ba%5D%5Bb%5D%5B0%5D=1&color%5Ba%5D%5Bb%5D%5B1%5D=2'],
    ['form', true, [{ a: 1 }], '?color=%7B%22a%22%3A1%7D'],
    ['form', false, [[1, 2], 3], '?color=%5B1%2C2%5D,3'],
  ] satisfies [ParameterStyle, boolean, Json, string][])(
    '%s explode=%s %j is %s',
    ([style, explode, value, expected]) => {
      expect(query(style, explode, value)).toBe(expected);
    },
  );
});

describe('headers and cookies follow simple and form', () => {
  test.for([
    [false, STRING, 'blue'],
    [false, ARRAY, 'blue,black,brown'],
    [false, OBJECT, 'R,100,G,200,B,150'],
    [true, ARRAY, 'blue,black,brown'],
    [true, OBJECT, 'R=100,G=200,B=150'],
    [false, 'Fri, 20 Nov 2026 "x"', 'Fri, 20 Nov 2026 "x"'],
    [false, '', ''],
  ] satisfies [boolean, Json, string][])('header explode=%s %j is %s', ([explode, value, expected]) => {
    expect(header(explode, value)).toBe(expected);
  });

  test.for([
    [false, STRING, 'color=blue'],
    [false, ARRAY, 'color=blue,black,brown'],
    [false, OBJECT, 'color=R,100,G,200,B,150'],
    [true, ARRAY, 'color=blue; color=black; color=brown'],
    [true, OBJECT, 'R=100; G=200; B=150'],
    [true, 'a;b c', 'color=a%3Bb%20c'],
    [true, '', 'color='],
  ] satisfies [boolean, Json, string][])('cookie explode=%s %j is %s', ([explode, value, expected]) => {
    expect(cookie(explode, value)).toBe(expected);
  });
});

describe('expansion follows the examples of RFC 6570', () => {
  // §3.2.1: the variables of the examples.
  const half = '50%';
  const list = ['red', 'green', 'blue'];
  const keys = { semi: ';', dot: '.', comma: ',' };

  test('simple string expansion (§3.2.2)', () => {
    expect(path('simple', false, 'Hello World!')).toBe('Hello%20World%21');
    expect(path('simple', false, half)).toBe('50%25');
    expect(path('simple', false, list)).toBe('red,green,blue');
    expect(path('simple', false, keys)).toBe('semi,%3B,dot,.,comma,%2C');
    expect(path('simple', true, keys)).toBe('semi=%3B,dot=.,comma=%2C');
    expect(path('simple', false, '/foo/bar')).toBe('%2Ffoo%2Fbar');
  });

  test('label expansion with dot-prefix (§3.2.5), but a dot inside an exploded member is encoded', () => {
    expect(path('label', false, 'fred')).toBe('.fred');
    expect(path('label', false, half)).toBe('.50%25');
    expect(path('label', false, list)).toBe('.red,green,blue');
    expect(path('label', true, list)).toBe('.red.green.blue');
    expect(path('label', false, keys)).toBe('.semi,%3B,dot,.,comma,%2C');
    expect(path('label', true, keys)).toBe('.semi=%3B.dot=%2E.comma=%2C');
  });

  test('path-style parameter expansion (§3.2.7)', () => {
    expect(path('matrix', false, half, 'half')).toBe(';half=50%25');
    expect(path('matrix', false, '', 'empty')).toBe(';empty');
    expect(path('matrix', false, list, 'list')).toBe(';list=red,green,blue');
    expect(path('matrix', true, list, 'list')).toBe(';list=red;list=green;list=blue');
    expect(path('matrix', false, keys, 'keys')).toBe(';keys=semi,%3B,dot,.,comma,%2C');
    expect(path('matrix', true, keys, 'keys')).toBe(';semi=%3B;dot=.;comma=%2C');
  });

  test('form-style query expansion (§3.2.8)', () => {
    expect(query('form', false, 'fred', false, 'who')).toBe('?who=fred');
    expect(query('form', false, half, false, 'half')).toBe('?half=50%25');
    expect(query('form', true, list, false, 'list')).toBe('?list=red&list=green&list=blue');
    expect(query('form', false, keys, false, 'keys')).toBe('?keys=semi,%3B,dot,.,comma,%2C');
    expect(query('form', true, keys, false, 'keys')).toBe('?semi=%3B&dot=.&comma=%2C');
  });

  test('undefined values are left out (§2.3)', () => {
    for (const value of [null, [], {}, [null], { a: null }]) {
      for (const style of ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject'] as const) {
        expect(query(style, true, value)).toBe('');
        expect(query(style, false, value)).toBe('');
      }
    }
    expect(query('form', true, ['a', null, 'b'])).toBe('?color=a&color=b');
  });
});

describe('allowReserved passes reserved characters, and never one that would end the value', () => {
  test('the example of OpenAPI 3.1.1 Appendix C', () => {
    const http = binding({
      parameters: [
        parameter('query', 'formulas', { allowReserved: true }),
        parameter('query', 'words', { style: 'spaceDelimited', explode: false }),
      ],
    });
    const args = { formulas: { a: 'x+y', b: 'x/y', c: 'x^y' }, words: ['math', 'is', 'fun'] };
    expect(planOf(http, args).target).toBe('/things?a=x%2By&b=x/y&c=x%5Ey&words=math%20is%20fun');
  });

  test('the RFC 3986 reserved set and percent-encoded triples', () => {
    expect(query('form', true, ":/?#[]@!$&'()*+,;=", true)).toBe("?color=:/?%23%5B%5D@!$%26'()*%2B,;%3D");
    expect(query('form', true, 'a%2Fb%', true)).toBe('?color=a%2Fb%25');
    expect(query('form', false, ['a,b', 'c/d'], true)).toBe('?color=a%2Cb,c/d');
    expect(query('form', true, 'ü 😀', true)).toBe('?color=%C3%BC%20%F0%9F%98%80');
  });

  test.for([
    ['simple', false, 'a:b@c', 'a:b@c'],
    ['simple', false, 'a/b?c#d[e]', 'a%2Fb%3Fc%23d%5Be%5D'],
    ['simple', false, 'a,b', 'a,b'],
    ['simple', false, ['a,b', 'c:d'], 'a%2Cb,c:d'],
    ['simple', true, { 'a=b': 'c=d' }, 'a%3Db=c%3Dd'],
    ['simple', false, 'a%2Fb%', 'a%2Fb%25'],
    ['label', true, ['a.b', 'c:d'], '.a%2Eb.c:d'],
    ['matrix', false, 'a;b=c', ';color=a%3Bb%3Dc'],
    ['matrix', true, { 'k;': 'v=,' }, ';k%3B=v%3D,'],
  ] satisfies [ParameterStyle, boolean, Json, string][])(
    'in a path, %s explode=%s %j is %s (OpenAPI 3.2)',
    ([style, explode, value, expected]) => {
      const parameters = [parameter('path', 'color', { style, explode, allowReserved: true })];
      const http = binding({ path: '/x{color}', parameters });
      expect(planOf(http, { color: value }).target).toBe(`/x${expected}`);
    },
  );

  test('in a cookie, where `;` and `,` never pass', () => {
    const http = binding({ parameters: [parameter('cookie', 'c', { allowReserved: true })] });
    expect(planOf(http, { c: 'd;e,f/g:h' }).headers['cookie']).toBe('c=d%3Be%2Cf/g:h');
  });
});

test('numbers are written in digits, whole ones without an exponent', () => {
  expect(query('form', true, [1e21, -0, 1.5, 1e-7, -12, 2 ** 53])).toBe(
    '?color=1000000000000000000000&color=0&color=1.5&color=1e-7&color=-12&color=9007199254740992',
  );
});

test('names are percent-encoded, as Appendix C of OpenAPI 3.1.1 asks', () => {
  expect(query('form', true, 'love!', false, '❤️')).toBe('?%E2%9D%A4%EF%B8%8F=love%21');
  expect(query('form', true, ['x'], false, 'expand[]')).toBe('?expand%5B%5D=x');
});
