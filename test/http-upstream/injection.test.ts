import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/catalog/json.ts';
import { BailiwickError } from '../../src/errors.ts';
import { binding, faultOf, HEADER_KEY, parameter, planOf, QUERY_KEY, COOKIE_KEY } from './fixtures.ts';

const part = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '.',
    '..',
    '%2e',
    '%2E%2e',
    '/',
    '\\',
    '//evil.test',
    'http://evil.test/',
    '@evil.test',
    ':80',
    '?a=1',
  ),
  fc.constantFrom(
    '#',
    '\r\n',
    '\r\nX-Evil: 1\r\n\r\n',
    '\0',
    ';',
    '&admin=true',
    '=',
    ',',
    '{id}',
    '...',
    '\u2028',
  ),
);
const joined = fc.array(part, { maxLength: 4 }).map((parts) => parts.join(''));
const value: fc.Arbitrary<Json> = fc.oneof(
  joined,
  fc.constantFrom(null, true, false, 0, -0, 1e21, ''),
  fc.array(joined, { maxLength: 4 }),
  fc.dictionary(joined, joined, { maxKeys: 4 }),
  fc.jsonValue().map(toJson),
);

/** What a caller can send: `-0` and the like do not survive JSON. */
function toJson(given: unknown): Json {
  return JSON.parse(JSON.stringify(given));
}

/** The plan, or `undefined` where the arguments are refused; any other error fails the property. */
function planOrRefusal(work: () => ReturnType<typeof planOf>): ReturnType<typeof planOf> | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof BailiwickError && error.code === 'INVALID_ARGUMENTS') return undefined;
    throw error;
  }
}

describe('no argument changes the route', () => {
  for (const style of ['simple', 'label', 'matrix', 'pipeDelimited'] as const) {
    for (const [explode, allowReserved] of [
      [false, false],
      [true, false],
      [true, true],
    ] as const) {
      test(`of a path with ${style} parameters, explode ${explode}, allowReserved ${allowReserved}, not even for a server that resolves dot segments`, () => {
        const http = binding({
          path: '/v1/{a}/sub/{b}{c}/end',
          parameters: ['a', 'b', 'c'].map((name) =>
            parameter('path', name, { style, explode, allowReserved }),
          ),
        });
        let accepted = 0;
        fc.assert(
          fc.property(value, value, value, (a, b, c) => {
            const plan = planOrRefusal(() => planOf(http, { a, b, c }, { url: 'http://api.test:8080/base' }));
            if (plan === undefined) return;
            accepted += 1;
            // WHATWG parsing resolves `..` and `%2e%2e` and reads `\` as `/`, as many servers and proxies do.
            const url = new URL(plan.url);
            expect(url.origin).toBe('http://api.test:8080');
            expect(url.username + url.password + url.search + url.hash).toBe('');
            expect(url.href).toBe(plan.url);
            const segments = url.pathname.split('/');
            expect(segments).toHaveLength(7);
            expect([segments[1], segments[2], segments[4], segments[6]]).toEqual([
              'base',
              'v1',
              'sub',
              'end',
            ]);
            expect(segments[3]).not.toBe('');
          }),
          { numRuns: 300 },
        );
        expect(accepted).toBeGreaterThan(50);
      });
    }
  }

  test('a value that is a dot segment, or makes one together with its neighbours, is refused with its pointer', async () => {
    const http = binding({
      path: '/x/{a}{b}/y',
      parameters: [parameter('path', 'a', { argument: 'a/1' }), parameter('path', 'b', { style: 'label' })],
    });
    const fault = await faultOf(() => planOf(http, { 'a/1': '.', b: '' }));
    expect(fault.code).toBe('INVALID_ARGUMENTS');
    expect(fault.message).toContain('changes the route');
    const single = binding({ path: '/x/{a}', parameters: [parameter('path', 'a', { argument: 'a/1' })] });
    for (const dots of ['.', '..']) {
      const refused = await faultOf(() => planOf(single, { 'a/1': dots }));
      expect(refused.code).toBe('INVALID_ARGUMENTS');
      expect(refused.data).toEqual({ pointer: '/a~11' });
    }
    expect(planOf(single, { 'a/1': '...' }).target).toBe('/x/...');
    expect(planOf(single, { 'a/1': '../admin' }).target).toBe('/x/..%2Fadmin');
  });

  test('a dot segment with path parameters behind it is one, and refused', async () => {
    const path = [parameter('path', 'a', { style: 'matrix', allowReserved: true })];
    const fault = await faultOf(() => planOf(binding({ path: '/x/..{a}/y', parameters: path }), { a: 'b' }));
    expect(fault.data).toEqual({ pointer: '/a' });
    const reserved = binding({
      path: '/x/{a}',
      parameters: [parameter('path', 'a', { allowReserved: true })],
    });
    const refused = await faultOf(() => planOf(reserved, { a: '..;b' }));
    expect(refused.data).toEqual({ pointer: '/a' });
  });

  test('a path template does not lead out of the base URL', async () => {
    for (const path of ['/../admin', '/a/%2E%2e/b', '/..;x/admin']) {
      const fault = await faultOf(() => planOf(binding({ path }), {}));
      expect(fault.code).toBe('CONFIGURATION');
      expect(fault.message).toContain('leads out of the base URL');
    }
  });

  test('an empty or missing path value is refused with its pointer', async () => {
    const http = binding({ path: '/x/{id}', parameters: [parameter('path', 'id')] });
    for (const args of [{}, { id: '' }, { id: null }, { id: [] }, { id: {} }, { id: [''] }] as JsonObject[]) {
      const fault = await faultOf(() => planOf(http, args));
      expect(fault.code).toBe('INVALID_ARGUMENTS');
      expect(fault.data).toEqual({ pointer: '/id' });
    }
  });
});

describe('no argument reaches beyond its own place', () => {
  test('a query argument adds no path, no fragment and no parameter under another declared or fixed name', () => {
    const http = binding({
      path: '/',
      fixedQuery: [['Action', 'List']],
      security: [[QUERY_KEY]],
      parameters: [
        parameter('query', 'filter'),
        parameter('query', 'admin'),
        parameter('query', 'deep', { style: 'deepObject' }),
      ],
    });
    const names = fc.constantFrom(
      'admin',
      'Admin',
      'Action',
      'action',
      'api_key',
      'API_KEY',
      'deep',
      'filter',
      'free',
    );
    const args = fc.record({
      filter: fc.dictionary(fc.oneof(names, joined), joined),
      deep: fc.dictionary(joined, joined),
    });
    fc.assert(
      fc.property(args, (given) => {
        const plan = planOrRefusal(() =>
          planOf(http, given, { credentials: { queryKey: { apiKey: 'secret' } } }),
        );
        if (plan === undefined) return;
        const url = new URL(plan.url);
        expect(url.pathname + url.hash).toBe('/');
        const keys = [...url.searchParams.keys()].map((key) => key.toLowerCase());
        expect(keys.filter((key) => key === 'action')).toHaveLength(1);
        expect(keys.filter((key) => key === 'api_key')).toHaveLength(1);
        expect(keys).not.toContain('admin');
      }),
    );
  });

  test.for([
    ['filter', { filter: { admin: true } }],
    ['filter', { filter: { ADMIN: true } }],
    ['filter', { filter: { Action: 'Delete' } }],
    ['filter', { filter: { api_key: 'mine' } }],
    ['filter', { filter: { 'admin[]': true } }],
    ['filter', { filter: { 'Action[0]': 'Delete' } }],
    ['filter', { filter: { 'api_key[]': 'mine' } }],
    ['jar', { jar: { 'sid[]': 'mine' } }],
    ['jar', { jar: { sid: 'mine' } }],
    ['own', { own: 'mine' }],
  ] as const)('%s cannot pass for another parameter or a credential: %j', async ([argument, args]) => {
    const http = binding({
      fixedQuery: [['Action', 'List']],
      security: [[QUERY_KEY, COOKIE_KEY, HEADER_KEY]],
      parameters: [
        parameter('query', 'filter'),
        parameter('query', 'admin'),
        parameter('cookie', 'jar'),
        parameter('header', 'x-api-key', { argument: 'own' }),
      ],
    });
    const credentials = {
      queryKey: { apiKey: 'secret' },
      session: { apiKey: 'secret' },
      key: { apiKey: 'secret' },
    };
    const fault = await faultOf(() => planOf(http, args, { credentials }));
    expect(fault.code).toBe('INVALID_ARGUMENTS');
    expect(fault.data).toEqual({ pointer: `/${argument}` });
  });

  test('a query that a caller writes as one text is parted at no other character than `&`', () => {
    const whole = parameter('querystring', 'q', { mediaType: 'application/x-www-form-urlencoded' });
    const http = binding({ path: '/', parameters: [whole, parameter('query', 'admin')] });
    expect(new URL(planOf(http, { q: 'a=1;admin=true&b=2' }).url).search).toBe('?a=1%3Badmin=true&b=2');
  });

  test('a member that holds its delimiter is refused, so one value never arrives as two', async () => {
    const refused: [Parameters<typeof parameter>[2], 'query' | 'header', Json][] = [
      [{ style: 'spaceDelimited', explode: false }, 'query', ['a b']],
      [{ style: 'pipeDelimited', explode: false }, 'query', ['a|b']],
      [{ style: 'deepObject' }, 'query', { 'a][b': 'c' }],
      [{}, 'header', ['a,b']],
      [{ explode: true }, 'header', { 'a=b': 'c' }],
    ];
    for (const [overrides, place, given] of refused) {
      const http = binding({ parameters: [parameter(place, 'x', overrides)] });
      expect((await faultOf(() => planOf(http, { x: given }))).data).toEqual({ pointer: '/x' });
    }
  });

  test('a header argument injects no header: what is sent is the argument, one line, or nothing', () => {
    const http = binding({ parameters: [parameter('header', 'X-Note'), parameter('cookie', 'note')] });
    fc.assert(
      fc.property(value, (note) => {
        const plan = planOrRefusal(() => planOf(http, { 'X-Note': note, note }));
        if (plan === undefined) return;
        const expected = ['accept', 'accept-encoding', 'cookie', 'user-agent', 'x-note'];
        expect(expected).toEqual(expect.arrayContaining(Object.keys(plan.headers)));
        // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
        for (const text of Object.values(plan.headers)) expect(text).not.toMatch(/[\0-\x08\x0A-\x1F\x7F]/);
      }),
    );
  });

  test.for([
    ['a line break', 'a\r\nX-Evil: 1'],
    ['a bare line feed', 'a\nb'],
    ['NUL', 'a\0b'],
    ['a character outside ISO 8859-1', '日本'],
    ['white space that HTTP would drop', ' a'],
  ] as const)('a header value with %s is refused with its pointer', async ([, text]) => {
    const http = binding({ parameters: [parameter('header', 'X-Note')] });
    const fault = await faultOf(() => planOf(http, { 'X-Note': text }));
    expect(fault.code).toBe('INVALID_ARGUMENTS');
    expect(fault.data).toEqual({ pointer: '/X-Note' });
  });

  test.for([
    'Host',
    'content-length',
    'Transfer-Encoding',
    'Authorization',
    'Cookie',
    'Accept',
    'Content-Type',
    'Connection',
  ])('the header %s is never set by an argument', async (name) => {
    const http = binding({ parameters: [parameter('header', name)] });
    expect((await faultOf(() => planOf(http, { [name]: 'x' }))).code).toBe('INVALID_ARGUMENTS');
  });

  test('half of a surrogate pair is refused, because it would arrive as another character', async () => {
    const http = binding({ parameters: [parameter('query', 'q')] });
    expect((await faultOf(() => planOf(http, { q: 'a\uD800' }))).data).toEqual({ pointer: '/q' });
  });
});
