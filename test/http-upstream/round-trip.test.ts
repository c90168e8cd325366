import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { binding, parameter, planOf } from './fixtures.ts';
import {
  decodeCookie,
  decodeHeader,
  decodePath,
  decodePlainCookie,
  decodeQuery,
  type Shape,
} from './decoder.ts';

const text = fc.string({ unit: 'binary' });
const hostile = fc.oneof(
  text,
  fc.constantFrom(
    '.',
    '..',
    '/',
    '../..',
    ',',
    ';',
    '=',
    '&',
    '%',
    '%2F',
    '%2e%2e',
    '+',
    '#',
    '?',
    '[',
    ']',
    '\\',
    '|',
    ' ',
  ),
  fc.constantFrom('\r\nX-Evil: 1', '\0', '{', '}', '__proto__', 'constructor', 'ü', '😀', '"', "'"),
);
const filled = hostile.filter((value) => value !== '');
const shapes: Shape[] = ['primitive', 'array', 'object'];

function valueOf(shape: Shape, member: fc.Arbitrary<string>, key: fc.Arbitrary<string> = member) {
  if (shape === 'primitive') return member;
  if (shape === 'array') return fc.array(member, { minLength: 1, maxLength: 5 });
  return fc
    .uniqueArray(fc.tuple(key, member), { minLength: 1, maxLength: 5, selector: ([name]) => name })
    .map((entries) => Object.fromEntries(entries) as Record<string, string>);
}

describe('a server that knows the style recovers exactly the argument', () => {
  for (const shape of shapes) {
    for (const explode of [false, true]) {
      for (const style of ['simple', 'label', 'matrix'] as const) {
        test(`in the path, ${style}, explode ${explode}, ${shape}`, () => {
          const http = binding({
            path: '/x/a{p}z/y',
            parameters: [parameter('path', 'p', { style, explode })],
          });
          fc.assert(
            fc.property(valueOf(shape, filled), (value) => {
              const { target } = planOf(http, { p: value });
              const segments = target.split('/');
              expect(segments).toHaveLength(4);
              const segment = segments[2]!.slice(1, -1);
              expect(decodePath(segment, style, explode, shape, 'p')).toEqual(value);
            }),
          );
        });
      }

      for (const style of [
        'form',
        'spaceDelimited',
        'pipeDelimited',
        'tabDelimited',
        'deepObject',
      ] as const) {
        if (style === 'deepObject' && (shape !== 'object' || !explode)) continue;
        if (style.endsWith('Delimited') && explode) continue;
        test(`in the query, ${style}, explode ${explode}, ${shape}`, () => {
          const http = binding({ parameters: [parameter('query', 'q', { style, explode })] });
          const delimiter = {
            spaceDelimited: ' ',
            pipeDelimited: '|',
            tabDelimited: '\t',
            form: '',
            deepObject: '',
          }[style];
          const member =
            delimiter === '' || shape === 'primitive'
              ? hostile
              : hostile.filter((one) => !one.includes(delimiter));
          const key = style === 'deepObject' ? member.filter((one) => !/[[\]]/.test(one)) : member;
          const own = key.filter((one) => one.toLowerCase() !== 'q');
          fc.assert(
            fc.property(valueOf(shape, member, own), (value) => {
              const { target } = planOf(http, { q: value });
              expect(target.startsWith('/things?')).toBe(true);
              expect(target).not.toContain('#');
              expect(decodeQuery(target.slice('/things?'.length), style, explode, shape, 'q')).toEqual(value);
            }),
          );
        });
      }

      test(`in a cookie, style cookie, explode ${explode}, ${shape}`, () => {
        const http = binding({ parameters: [parameter('cookie', 'c', { style: 'cookie', explode })] });
        const printable = fc.string({
          unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
        });
        const sendable = printable.filter((one) => one.trim() === one && !one.includes(';'));
        const member =
          shape === 'primitive' || explode ? sendable : sendable.filter((one) => !one.includes(','));
        const key = explode ? fc.stringMatching(/^[a-bd-z0-9_-]{1,5}$/) : member;
        fc.assert(
          fc.property(valueOf(shape, member, key), (value) => {
            const { headers } = planOf(http, { c: value });
            expect(decodePlainCookie(headers['cookie']!, explode, shape, 'c')).toEqual(value);
          }),
        );
      });

      test(`in a cookie, form, explode ${explode}, ${shape}`, () => {
        const http = binding({ parameters: [parameter('cookie', 'c', { explode })] });
        const own = hostile.filter((one) => one.toLowerCase() !== 'c');
        fc.assert(
          fc.property(valueOf(shape, hostile, own), (value) => {
            const { headers } = planOf(http, { c: value });
            expect(decodeCookie(headers['cookie']!, explode, shape, 'c')).toEqual(value);
          }),
        );
      });

      test(`in a header, simple, explode ${explode}, ${shape}`, () => {
        const http = binding({ parameters: [parameter('header', 'X-H', { explode })] });
        const latin = fc.string({
          unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
        });
        const sendable = latin.filter((one) => one.trim() === one && !/[\x7F-\x9F\xA0]/.test(one));
        const member = shape === 'primitive' ? sendable : sendable.filter((one) => !/[,=]/.test(one));
        fc.assert(
          fc.property(valueOf(shape, member), (value) => {
            const { headers } = planOf(http, { 'X-H': value });
            expect(decodeHeader(headers['x-h']!, explode, shape)).toEqual(value);
          }),
        );
      });
    }
  }

  test.for(['spaceDelimited', 'pipeDelimited', 'tabDelimited'] as const)(
    'with the separators of Swagger 2.0 outside a query: %s',
    (style) => {
      const separator = { spaceDelimited: ' ', pipeDelimited: '|', tabDelimited: '\t' }[style];
      const encoded = encodeURIComponent(separator);
      const http = binding({
        path: '/x/{p}',
        parameters: [
          parameter('path', 'p', { style, explode: false }),
          parameter('header', 'H', { style, explode: false }),
        ],
      });
      const word = fc.stringMatching(/^[!-z}~]{1,8}$/).filter((one) => one !== '.' && one !== '..');
      fc.assert(
        fc.property(fc.array(word, { minLength: 1 }), (list) => {
          const { target, headers } = planOf(http, { p: list, H: list });
          expect(target.slice('/x/'.length).split(encoded).map(decodeURIComponent)).toEqual(list);
          expect(headers['h']?.split(separator)).toEqual(list);
        }),
      );
    },
  );

  test('with allowReserved, wherever the value is not percent-encoded already', () => {
    const member = hostile.filter((one) => !/%[0-9A-Fa-f]{2}/.test(one));
    for (const explode of [false, true]) {
      for (const style of ['simple', 'label', 'matrix'] as const) {
        const path = binding({
          path: '/x/a{p}z',
          parameters: [parameter('path', 'p', { style, explode, allowReserved: true })],
        });
        for (const shape of ['array', 'object'] as const) {
          const own = member.filter((one) => one !== '');
          fc.assert(
            fc.property(valueOf(shape, own), (value) => {
              const segments = planOf(path, { p: value }).target.split('/');
              expect(segments).toHaveLength(3);
              expect(decodePath(segments[2]!.slice(1, -1), style, explode, shape, 'p')).toEqual(value);
            }),
          );
        }
      }
      const http = binding({ parameters: [parameter('query', 'q', { explode, allowReserved: true })] });
      fc.assert(
        fc.property(valueOf('array', member), (value) => {
          const { target } = planOf(http, { q: value });
          expect(decodeQuery(target.slice('/things?'.length), 'form', explode, 'array', 'q')).toEqual(value);
        }),
      );
    }
  });
});

test('a content parameter arrives as the same JSON in every place', () => {
  const places = ['path', 'query', 'header', 'cookie'] as const;
  const http = binding({
    path: '/x/{p}',
    parameters: places.map((place) =>
      parameter(place, place[0]!, { argument: place, mediaType: 'application/json' }),
    ),
  });
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = JSON.parse(JSON.stringify(value));
      const { target, headers } = planOf(http, { path: json, query: json, header: json, cookie: json });
      const [path = '', query = ''] = target.split('?');
      expect(JSON.parse(decodeURIComponent(path.slice('/x/'.length)))).toEqual(json);
      expect(JSON.parse(decodeURIComponent(query.slice('q='.length)))).toEqual(json);
      expect(JSON.parse(headers['h']!)).toEqual(json);
      expect(JSON.parse(decodeURIComponent(headers['cookie']!.slice('c='.length)))).toEqual(json);
    }),
  );
});
