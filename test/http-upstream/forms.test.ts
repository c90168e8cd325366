import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BodyBinding, FormNesting, PartEncoding } from '../../src/catalog/binding.ts';
import type { Json, JsonObject } from '../../src/catalog/json.ts';
import { decodeQuery, type Shape } from './decoder.ts';
import { binding, faultOf, planOf } from './fixtures.ts';
import { readPairs, readTree, type Tree } from './form-decoder.ts';

const FORM = 'application/x-www-form-urlencoded';

interface FormOptions {
  readonly encoding?: Record<string, PartEncoding>;
  readonly nesting?: FormNesting;
  readonly required?: boolean;
}

/** A form of these fields. */
function formOf(names: readonly string[], { required = false, ...rules }: FormOptions = {}): BodyBinding {
  const properties = names.map((name) => ({ argument: name, name }));
  return { mediaType: FORM, format: 'form', ...rules, shape: { kind: 'properties', required, properties } };
}

const WHOLE: BodyBinding = { mediaType: FORM, format: 'form', shape: { kind: 'whole', argument: 'body' } };

function send(args: JsonObject, options?: FormOptions): string | null {
  return planOf(binding({ method: 'POST', body: formOf(Object.keys(args), options) }), args).body;
}

describe('fields are written as OpenAPI 3.1.1 and 3.2 say', () => {
  test.for<[JsonObject, FormOptions, string]>([
    [{ a: 'x y', b: 1, c: true }, {}, 'a=x%20y&b=1&c=true'],
    [{ a: '', b: null, c: false, d: 0 }, {}, 'a=&c=false&d=0'],
    [{ l: ['x', 'y'] }, {}, 'l=x&l=y'],
    [{ l: [], o: {} }, {}, 'o=%7B%7D'],
    [{ l: ['x', null, 'y'] }, {}, 'l=x&l=y'],
    [{ o: { b: 1 } }, {}, 'o=%7B%22b%22%3A1%7D'],
    [{ l: [{ a: 1 }, { a: 2 }] }, {}, 'l=%7B%22a%22%3A1%7D&l=%7B%22a%22%3A2%7D'],
    [{ l: [[1, 2], 3] }, {}, 'l=%5B1%2C2%5D&l=3'],
    // 3.2, "URL Encoded Form with JSON Values": a string that is JSON keeps its quotation marks.
    [{ id: 'f81' }, { encoding: { id: { contentType: 'application/json' } } }, 'id=%22f81%22'],
    [{ l: ['x', 'y'] }, { encoding: { l: { style: 'form', explode: true } } }, 'l=x&l=y'],
    [{ l: ['x', 'y,z'] }, { encoding: { l: { style: 'form', explode: false } } }, 'l=x,y%2Cz'],
    [{ l: ['x', 'y'] }, { encoding: { l: { style: 'spaceDelimited', explode: false } } }, 'l=x%20y'],
    [{ l: ['x', 'y'] }, { encoding: { l: { style: 'pipeDelimited', explode: false } } }, 'l=x%7Cy'],
    [{ l: ['x', 'y'] }, { encoding: { l: { style: 'tabDelimited', explode: false } } }, 'l=x%09y'],
    [{ l: ['x'] }, { encoding: { l: { style: 'deepObject', explode: true } } }, 'l%5B0%5D=x'],
    [
      { m: { a: { b: ['x'] } } },
      { encoding: { m: { style: 'deepObject', explode: true } } },
      'm%5Ba%5D%5Bb%5D%5B0%5D=x',
    ],
    [{ o: { a: 1, b: 2 } }, { encoding: { o: { style: 'form', explode: true } } }, 'a=1&b=2'],
    [
      { u: 'a/b?c&d' },
      { encoding: { u: { style: 'form', explode: true, allowReserved: true } } },
      'u=a/b?c%26d',
    ],
  ])('%j with %j is %s', ([args, options, expected]) => {
    expect(send(args, options)).toBe(expected);
  });

  test.for<[FormNesting, string]>([
    ['standard', 'a=%7B%22b%22%3A1%7D&l=x&l=y&m=%7B%22n%22%3A[1]%7D'],
    ['brackets', 'a[b]=1&l[0]=x&l[1]=y&m[0][n][0]=1'],
    ['php', 'a[b]=1&l[]=x&l[]=y&m[0][n][]=1'],
    ['dots', 'a.b=1&l.0=x&l.1=y&m.0.n.0=1'],
  ])('the profile %s', ([nesting, expected]) => {
    const body = send({ a: { b: 1 }, l: ['x', 'y'], m: [{ n: [1] }] }, { nesting });
    expect(body?.replaceAll('%5B', '[').replaceAll('%5D', ']')).toBe(expected);
  });

  test('what a field says of itself counts more than the profile', () => {
    const encoding = {
      a: { contentType: 'application/json' },
      l: { style: 'form', explode: false },
    } as const;
    expect(send({ a: { b: 1 }, l: [1, 2] }, { nesting: 'brackets', encoding })).toBe(
      'a=%7B%22b%22%3A1%7D&l=1,2',
    );
  });
});

describe('a form arrives as the arguments that were given', () => {
  const text = fc.string({ unit: 'binary' });
  const hostile = fc.oneof(
    text,
    fc.constantFrom('&', '=', '+', '%', '%26', ' ', ';', '#', '\r\n', '\0', 'a=b&c=d', '😀', '"', ''),
  );
  const word = fc.string({ unit: 'grapheme', minLength: 1 });

  function treeOf(key: fc.Arbitrary<string>): fc.Arbitrary<Tree> {
    return fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        hostile,
        fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
        fc.dictionary(key, tie('tree'), { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
      ),
    })).tree;
  }

  for (const nesting of ['brackets', 'php', 'dots'] as const) {
    const legal = nesting === 'dots' ? /^[^.]+$/s : /^[^[\]]+$/s;
    const key = fc
      .oneof(word, fc.constantFrom('a', 'a b', '&', '=', '__proto__', 'ü'))
      .filter((one) => legal.test(one) && !/^\d+$/.test(one));
    test(`in the profile ${nesting}, however deep`, () => {
      fc.assert(
        fc.property(
          fc.dictionary(key, treeOf(key), { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
          (args) => {
            const body = send(args, { nesting });
            expect(readTree(readPairs(body ?? ''), nesting)).toEqual(args);
          },
        ),
        { numRuns: 200 },
      );
    });
  }

  test('in the standard profile, for a server that knows which fields are lists and which are JSON', () => {
    const record = fc.record({
      text: hostile,
      list: fc.array(hostile, { minLength: 1 }),
      object: fc.dictionary(hostile, hostile),
      objects: fc.array(fc.dictionary(hostile, hostile), { minLength: 1 }),
    });
    fc.assert(
      fc.property(record, (args) => {
        const fields = Map.groupBy(readPairs(send(args) ?? ''), ([name]) => name);
        const values = (name: string): string[] => (fields.get(name) ?? []).map(([, value]) => value);
        expect(values('text')).toEqual([args.text]);
        expect(values('list')).toEqual(args.list);
        expect(values('object').map((one) => JSON.parse(one) as unknown)).toEqual([plain(args.object)]);
        expect(values('objects').map((one) => JSON.parse(one) as unknown)).toEqual(args.objects.map(plain));
      }),
    );
  });

  test('and an independent parser of forms reads the same pairs', () => {
    fc.assert(
      fc.property(fc.dictionary(hostile, fc.array(hostile, { minLength: 1 }), { minKeys: 1 }), (args) => {
        const body = send(plain(args)) ?? '';
        expect([...new URLSearchParams(body)]).toEqual(readPairs(body));
      }),
    );
  });

  for (const style of ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject'] as const) {
    for (const explode of [false, true]) {
      for (const shape of ['primitive', 'array', 'object'] satisfies Shape[]) {
        if (style === 'deepObject' && (shape !== 'object' || !explode)) continue;
        if (style.endsWith('Delimited') && explode) continue;
        test(`with an encoding of ${style}, explode ${explode}, ${shape}`, () => {
          const separator = {
            form: undefined,
            spaceDelimited: ' ',
            pipeDelimited: '|',
            deepObject: undefined,
          }[style];
          const isWhole = (one: string): boolean =>
            shape === 'primitive' || separator === undefined || !one.includes(separator);
          const member = hostile.filter(isWhole);
          const key = member.filter((one) => one !== '' && one !== 'q' && !/[[\]]/.test(one));
          const value: fc.Arbitrary<string | string[] | Record<string, string>> =
            shape === 'primitive'
              ? member
              : shape === 'array'
                ? fc.array(member, { minLength: 1 })
                : fc.dictionary(key, member, { minKeys: 1, noNullPrototype: true });
          fc.assert(
            fc.property(value, (q) => {
              const body = send({ q }, { encoding: { q: { style, explode } } });
              expect(decodeQuery(body ?? '', style, explode, shape, 'q')).toEqual(plain(q));
            }),
          );
        });
      }
    }
  }
});

describe('a form as one argument', () => {
  test('is written field by field, or as it is where it is text already', () => {
    const http = binding({ method: 'POST', body: WHOLE });
    expect(planOf(http, { body: { a: 1, l: ['x', 'y'] } }).body).toBe('a=1&l=x&l=y');
    expect(planOf(http, { body: 'a=1&b=2' }).body).toBe('a=1&b=2');
    expect(planOf(http, { body: {} }).body).toBe('');
    expect(planOf(http, {}).body).toBeNull();
    expect(planOf(http, { body: {} }).headers['content-type']).toBe(FORM);
  });

  test.for<[Json]>([[7], [null], [['a']], [true]])(
    'is refused where it has no fields: %j',
    async ([body]) => {
      const fault = await faultOf(() => planOf(binding({ method: 'POST', body: WHOLE }), { body }));
      expect([fault.code, fault.data]).toEqual(['INVALID_ARGUMENTS', { pointer: '/body' }]);
    },
  );
});

test('an optional form without an argument is not sent, a required one is sent empty', () => {
  const args = {};
  expect(planOf(binding({ method: 'POST', body: formOf(['a']) }), args).body).toBeNull();
  const required = planOf(binding({ method: 'POST', body: formOf(['a'], { required: true }) }), args);
  expect(required.body).toBe('');
  expect(required.headers['content-type']).toBe(FORM);
});

test('a value cannot pass for a field that the call leaves out, in whatever case', async () => {
  for (const format of ['form', 'multipart'] as const) {
    const encoding = { filter: { style: 'form', explode: true }, deep: { style: 'deepObject' } } as const;
    const names = ['filter', 'deep', 'admin', 'deep[x]'];
    const body: BodyBinding = { ...formOf(names, { encoding }), mediaType: 'multipart/form-data', format };
    for (const args of [{ filter: { ADMIN: true } }, { filter: { admin: 1 } }, { deep: { x: 1 } }]) {
      const fault = await faultOf(() => planOf(binding({ method: 'POST', body }), args));
      expect(fault.message).toContain('which is not its own');
    }
  }
});

test.for<[JsonObject, FormOptions]>([
  [{ o: { 'a[b': 1 } }, { nesting: 'brackets' }],
  [{ o: { 'a.b': 1 } }, { nesting: 'dots' }],
  [{ o: { p: 1 }, p: 'own' }, { encoding: { o: { style: 'form', explode: true } } }],
  [{ o: ['a b'] }, { encoding: { o: { style: 'spaceDelimited', explode: false } } }],
  [{ o: '\uD800' }, {}],
  [{ o: { '\uD800': 1 } }, { nesting: 'brackets' }],
])('a value that would arrive as another one is refused with its pointer: %j', async ([args, options]) => {
  const fault = await faultOf(() => send(args, options));
  expect([fault.code, fault.data]).toEqual(['INVALID_ARGUMENTS', { pointer: '/o' }]);
});

/** With the prototype that `toEqual` and JSON expect. */
function plain<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}
