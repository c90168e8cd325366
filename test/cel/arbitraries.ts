import fc from 'fast-check';

/** What a text is about to be: of that type, or of a type that is not known. */
type Kind = 'bool' | 'int' | 'double' | 'text' | 'list' | 'any';

const MEMBERS = ['a', 'b', 'c', 'd', 'm', 'missing'];

/** Members of what conditions see: some are there, some are not, and most have a type that nobody expects. */
function paths(names: readonly string[]): fc.Arbitrary<string> {
  const root = fc.constantFrom('args', 'args', 'args', 'principal.claims', ...names, ...names);
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...MEMBERS).map((name) => `.${name}`) },
    { weight: 1, arbitrary: fc.constantFrom(...MEMBERS).map((name) => `["${name}"]`) },
    { weight: 1, arbitrary: fc.constantFrom('[0]', '[1]', '[-1]') },
  );
  const fixed = fc.constantFrom(
    'principal.groups',
    'principal.subject',
    'principal.team',
    'tool.tags',
    'tool.name',
    'call.ip',
    'args.a',
    'args.b',
    'args.m.a',
  );
  return fc.oneof(
    fixed,
    fc.tuple(root, fc.array(step, { maxLength: 2 })).map(([start, steps]) => start + steps.join('')),
  );
}

const LITERALS: Readonly<Record<Kind, fc.Arbitrary<string>>> = {
  bool: fc.constantFrom('true', 'false'),
  int: fc.constantFrom('0', '1', '2', '-1', '3', '9223372036854775807'),
  double: fc.constantFrom('0.5', '1.0', '-2.5', '1e3', '0.0'),
  text: fc.constantFrom('""', '"a"', '"b"', '"ab"', '"a,b"', "'é'", '"1"', 'r"\\d"'),
  list: fc.constantFrom('[]', '[1, 2]', '["a", "b"]', '[1, "a", null]', '[[1], [2]]'),
  any: fc.constantFrom('null', 'true', '1', '1.5', '"a"', '[1]', '{"a": 1}', 'b"ab"', '2u'),
};

const form = (parts: readonly fc.Arbitrary<string>[], write: (...parts: string[]) => string) =>
  fc.tuple(...parts).map((written) => write(...written));

/** Conditions and their parts as text: mostly of fitting types, so that most of them pass the type check. */
export function texts(kind: Kind = 'bool', depth = 4, names: readonly string[] = []): fc.Arbitrary<string> {
  const leaf = fc.oneof({ weight: 2, arbitrary: LITERALS[kind] }, { weight: 3, arbitrary: paths(names) });
  if (depth === 0) return leaf;
  const of = (inner: Kind, more: readonly string[] = []): fc.Arbitrary<string> =>
    fc.constant(null).chain(() => texts(inner, depth - 1, [...names, ...more]));
  const item = fc.constantFrom('x', 'y');
  const over = (macro: string, body: Kind): fc.Arbitrary<string> =>
    item.chain((name) =>
      form([of('list'), of(body, [name])], (list, text) => `(${list}).${macro}(${name}, ${text})`),
    );
  const shared = [
    form([of('bool'), of(kind), of(kind)], (a, b, c) => `(${a} ? ${b} : ${c})`),
    item.chain((name) =>
      form([of('any'), of(kind, [name])], (value, text) => `cel.bind(${name}, ${value}, ${text})`),
    ),
    form([of(kind)], (text) => `(${text})`),
  ];
  return fc.oneof(
    { weight: 2, arbitrary: leaf },
    { weight: 1, arbitrary: fc.oneof(...shared) },
    ...formsOf(),
  );

  function formsOf(): { weight: number; arbitrary: fc.Arbitrary<string> }[] {
    const forms = FORMS[kind]?.({ of, over, path: paths(names) }) ?? [];
    return forms.map((arbitrary) => ({ weight: 1, arbitrary }));
  }
}

interface Tools {
  readonly of: (kind: Kind, names?: readonly string[]) => fc.Arbitrary<string>;
  readonly over: (macro: string, body: Kind) => fc.Arbitrary<string>;
  readonly path: fc.Arbitrary<string>;
}

const ORDER = fc.constantFrom('<', '<=', '>', '>=');
const SAME = fc.constantFrom('==', '!=');

const FORMS: Partial<Record<Kind, (tools: Tools) => fc.Arbitrary<string>[]>> = {
  bool: ({ of, over, path }) => [
    form([of('bool'), of('bool')], (a, b) => `(${a} && ${b})`),
    form([of('bool'), of('bool')], (a, b) => `(${a} || ${b})`),
    form([of('bool')], (a) => `!(${a})`),
    form([of('any'), SAME, of('any')], (a, operator, b) => `${a} ${operator} (${b})`),
    form([path, SAME, of('any')], (a, operator, b) => `(${a} ${operator} (${b}))`),
    form([of('int'), SAME, of('int')], (a, operator, b) => `((${a}) ${operator} (${b}))`),
    form([of('int'), ORDER, of('int')], (a, operator, b) => `((${a}) ${operator} (${b}))`),
    form([of('double'), ORDER, of('int')], (a, operator, b) => `((${a}) ${operator} (${b}))`),
    form([of('text'), ORDER, of('text')], (a, operator, b) => `((${a}) ${operator} (${b}))`),
    form([of('any'), of('list')], (a, list) => `((${a}) in (${list}))`),
    form([of('text'), of('text')], (a, b) => `(${a}).startsWith(${b})`),
    form([of('text'), of('text')], (a, b) => `(${a}).contains(${b})`),
    form([of('text')], (a) => `(${a}).matches("^a+b?$")`),
    fc.constantFrom(
      'has(args.a)',
      'has(args.m.a)',
      'has(args.missing.a)',
      'has(call.ip)',
      'has(principal.claims.m.b)',
    ),
    over('exists', 'bool'),
    over('all', 'bool'),
    over('exists_one', 'bool'),
    form(
      [of('any'), fc.constantFrom('int', 'double', 'string', 'list', 'map')],
      (a, b) => `type(${a}) == ${b}`,
    ),
  ],
  int: ({ of }) => [
    form(
      [of('int'), fc.constantFrom('+', '-', '*', '/', '%'), of('int')],
      (a, b, c) => `((${a}) ${b} (${c}))`,
    ),
    form([of('list')], (a) => `size(${a})`),
    form([of('text')], (a) => `(${a}).size()`),
    form([of('text'), of('text')], (a, b) => `(${a}).indexOf(${b})`),
    form([of('int')], (a) => `-(${a})`),
    form([of('int')], (a) => `int(${a})`),
    form([fc.constantFrom('getHours', 'getMonth', 'getDayOfWeek', 'getFullYear')], (a) => `now.${a}()`),
    form([of('list')], (a) => `(${a})[0]`),
  ],
  double: ({ of }) => [
    form(
      [of('double'), fc.constantFrom('+', '-', '*', '/'), of('double')],
      (a, b, c) => `((${a}) ${b} (${c}))`,
    ),
    form([of('int')], (a) => `double(${a})`),
  ],
  text: ({ of }) => [
    form([of('text'), of('text')], (a, b) => `((${a}) + (${b}))`),
    form([of('text'), fc.constantFrom('lowerAscii', 'upperAscii', 'trim')], (a, b) => `(${a}).${b}()`),
    form([of('text'), of('int')], (a, b) => `(${a}).substring(${b})`),
    form([of('int')], (a) => `string(${a})`),
    form([of('list'), of('text')], (a, b) => `(${a}).join(${b})`),
  ],
  list: ({ of, over }) => [
    form([of('any'), of('any')], (a, b) => `[${a}, ${b}]`),
    form([of('list'), of('list')], (a, b) => `((${a}) + (${b}))`),
    form([of('text')], (a) => `(${a}).split(",")`),
    over('map', 'any'),
    over('filter', 'bool'),
  ],
  any: ({ of }) => [of('bool'), of('int'), of('text'), of('list'), of('double')],
};

const scalar = fc.constantFrom<unknown>(0, 1, 2, -1, 0.5, 'a', 'b', 'ab', 'a,b', '', 'é', true, false, null);

const json = fc.oneof(
  { weight: 3, arbitrary: scalar },
  fc.array(scalar, { maxLength: 3 }),
  fc.dictionary(fc.constantFrom('a', 'b'), scalar, { maxKeys: 2 }),
  fc.array(fc.dictionary(fc.constantFrom('a', 'b'), scalar, { maxKeys: 2 }), { maxLength: 2 }),
);

const map = fc.dictionary(fc.constantFrom('a', 'b'), scalar, { maxKeys: 2 });

/** What is absent, and has another type than expected; but `m` is a map where it is there. */
const object = fc
  .record({ a: json, b: json, c: json, d: json, m: map }, { requiredKeys: [] })
  .map((members) => members as Record<string, unknown>);

/** What conditions see when everything is known. */
export const variables = fc.record({
  args: object,
  principal: fc.record({
    issuer: fc.constant('config'),
    subject: fc.constantFrom('a', 'ab'),
    scopes: fc.constant(['read']),
    groups: fc.subarray(['a', 'b', 'c']),
    claims: object,
  }),
  tool: fc.record({
    kind: fc.constant('tool'),
    name: fc.constantFrom('a', 'b'),
    tags: fc.subarray(['a', 'b']),
  }),
  call: fc.constantFrom({ face: 'http', endpoint: '/mcp' }, { face: 'http', endpoint: '/mcp', ip: '1' }),
  now: fc.constantFrom(0, Date.UTC(2026, 5, 15, 13, 30)),
});

export type KnownVariables = typeof variables extends fc.Arbitrary<infer T> ? T : never;
