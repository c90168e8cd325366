import * as fc from 'fast-check';
import type { Json, JsonObject, JsonSchema } from '../../src/catalog/json.ts';
import type { Principal } from '../../src/identity/principal.ts';
import { principal } from '../policy/fixtures.ts';
import { objectSchema, type RuleText } from './fixtures.ts';

/** Schemas of each argument. Small, so that conditions and arguments meet often. */
const SCHEMAS: Readonly<Record<string, readonly JsonSchema[]>> = {
  a: [
    { type: 'string' },
    { enum: ['v', 'u', 'ux'] },
    {},
    { type: ['string', 'null'], minLength: 1 },
    { const: 'u' },
  ],
  c: [{ type: 'string' }, { enum: ['u', 2, null] }, { type: 'string', maxLength: 1 }],
  n: [
    { type: 'integer' },
    { type: 'integer', minimum: 0, maximum: 3 },
    { type: 'number', exclusiveMinimum: 0 },
    { enum: [3, 1, 'u'] },
    {},
  ],
  f: [
    { type: 'number' },
    { type: 'number', maximum: 2 },
    { anyOf: [{ type: 'number', minimum: 1 }, { type: 'null' }] },
  ],
  b: [{ type: 'boolean' }, { type: ['boolean', 'string'] }],
  l: [{ type: 'array', items: { type: 'string' } }, { type: 'array', maxItems: 1 }, {}],
  o: [
    objectSchema({ p: { type: 'string' }, q: { type: 'integer' } }),
    objectSchema({ p: { enum: ['u', 'v'] }, q: {} }, { required: ['p'], additionalProperties: false }),
    { $ref: '#/$defs/O' },
    { allOf: [{ $ref: '#/$defs/O' }, { required: ['q'] }] },
    { anyOf: [{ $ref: '#/$defs/O' }, { type: 'string' }] },
    {},
  ],
};

const DEFINITIONS: JsonObject = {
  O: objectSchema({ p: { type: 'string' }, q: { type: 'integer', minimum: 1 }, o: { $ref: '#/$defs/O' } }),
};

const VALUES: Readonly<Record<string, readonly (Json | undefined)[]>> = {
  a: [undefined, 'u', 'v', 'ux', '', 'x', 1, null],
  c: [undefined, 'u', 'v', 'w', 2, null],
  n: [undefined, 0, 1, 2, 3, 4, 1.5, 'u', null],
  f: [undefined, -1, 0.5, 1, 1.5, 2, 3, null],
  b: [undefined, true, false, 'u'],
  l: [undefined, [], ['u'], ['u', 'v'], ['w', 'w', 'u'], 'u'],
  o: [
    undefined,
    {},
    { p: 'u' },
    { p: 'v', q: 1 },
    { p: 'u', q: 3 },
    { q: 2 },
    { p: 'ux', q: 'u' },
    'u',
    null,
  ],
};

const NAMES: readonly string[] = Object.keys(SCHEMAS);

/** The most combinations that are tried. */
const MAX_UNIVERSE = 90;

/** Combinations of the values of these arguments: all of them, or some of every kind. */
export function universeOf(names: readonly string[]): JsonObject[] {
  const all = combinationsOf(names);
  const step = Math.ceil(all.length / MAX_UNIVERSE);
  return all.filter((_, index) => index % step === 0);
}

function combinationsOf(names: readonly string[]): JsonObject[] {
  return names.reduce<JsonObject[]>(
    (all, name) =>
      all.flatMap((args) =>
        (VALUES[name] ?? []).map((value) => (value === undefined ? args : { ...args, [name]: value })),
      ),
    [{}],
  );
}

const oneOf = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const text = (
  parts: TemplateStringsArray,
  ...arbitraries: readonly fc.Arbitrary<string>[]
): fc.Arbitrary<string> =>
  fc
    .tuple(...arbitraries)
    .map((values) => parts.reduce((all, part, index) => all + (values[index - 1] ?? '') + part));

const equality = oneOf('==', '!=');
const order = oneOf('<', '<=', '>', '>=');
const strings = oneOf('"u"', '"v"', '"ux"', '""', '"w"');
const numbers = oneOf('0', '1', '2', '3', '-1', '1.5', '2.0', '0.5');
const literals = fc.oneof(strings, numbers, oneOf('null', 'true'));
const lists = fc.oneof(
  fc.array(literals, { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
  oneOf('principal.claims.names', 'principal.claims.numbers'),
);

/** Conditions of the fragment over these arguments. */
function fragment(names: readonly string[]): fc.Arbitrary<string> {
  const paths = oneOf(
    ...names.flatMap((name) =>
      name === 'o' ? ['args.o.p', 'args.o.q', 'args.o', 'args["o"].p'] : [`args.${name}`],
    ),
  );
  return fc.oneof(
    { weight: 3, arbitrary: text`${paths} ${equality} ${literals}` },
    { weight: 3, arbitrary: text`${paths} ${order} ${fc.oneof(numbers, numbers, strings)}` },
    { weight: 3, arbitrary: text`${paths} in ${lists}` },
    { weight: 2, arbitrary: text`${paths}.startsWith(${strings})` },
    { weight: 2, arbitrary: text`has(${paths.filter((path) => !path.includes('['))})` },
    text`${literals} ${equality} ${paths}`,
    text`${paths} == ${lists}`,
    text`"x" in principal.groups`,
    names.includes('b') ? oneOf('args.b') : text`${paths} == true`,
    text`${paths} != null`,
    names.includes('o') ? text`"p" in args` : text`"${oneOf(...names)}" in args`,
  );
}

/** Conditions outside of it. */
function beyond(names: readonly string[]): fc.Arbitrary<string> {
  const paths = oneOf(...names.map((name) => `args.${name}`));
  return fc.oneof(
    text`${paths} ${fc.oneof(equality, order)} ${paths}`,
    text`size(args.l) ${order} ${oneOf('0', '1', '2')}`,
    text`size(${paths}) ${fc.oneof(equality, order)} ${oneOf('0', '1', '2')}`,
    text`${paths}.endsWith(${strings})`,
    text`${paths}.contains(${strings})`,
    text`${paths}.matches("^u")`,
    text`${strings} in ${paths}`,
    text`${paths}.all(x, x in ${lists})`,
    text`${paths}.exists(x, x == ${strings})`,
    text`${paths} + 1 < 3`,
    text`call.face == "http"`,
    text`now < timestamp("2030-01-01T00:00:00Z")`,
    text`call.ip == ${strings}`,
    text`cel.bind(x, ${paths}, x == ${literals})`,
    text`args == {${strings}: ${literals}}`,
    text`${paths} == {"p": ${strings}}`,
    text`${paths} in {"u": 1}`,
  );
}

function combined(atoms: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.letrec<{ condition: string; any: string }>((tie) => ({
    condition: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 4, arbitrary: atoms },
      { weight: 2, arbitrary: text`(${tie('condition')} && ${tie('condition')})` },
      { weight: 2, arbitrary: text`(${tie('condition')} || ${tie('condition')})` },
      text`!(${tie('condition')})`,
      text`(${tie('condition')} ? ${tie('condition')} : ${tie('condition')})`,
    ),
    any: fc.constant(''),
  })).condition;
}

const callers: fc.Arbitrary<Principal> = fc
  .record(
    { names: fc.subarray(['u', 'v', 'ux']), numbers: fc.subarray([1, 2, 1.5]) },
    { requiredKeys: ['names'] },
  )
  .chain((claims) => fc.subarray(['x', 'y']).map((groups) => principal({ claims, groups })));

const anySchemas: fc.Arbitrary<JsonSchema> = fc
  .tuple(
    fc.record(Object.fromEntries(NAMES.map((name) => [name, oneOf(...(SCHEMAS[name] ?? []))]))),
    fc.subarray([...NAMES], { maxLength: 2 }),
    oneOf<JsonObject>({}, {}, { additionalProperties: false }),
    fc.subarray([...NAMES], { minLength: 4 }),
  )
  .map(([properties, required, rest, given]) => ({
    ...objectSchema(Object.fromEntries(given.map((name) => [name, properties[name] as Json])), {
      ...rest,
      ...(required.length > 0 && { required: required.filter((name) => given.includes(name)) }),
    }),
    $defs: DEFINITIONS,
  }));

/** Few enough that each is compiled once. */
const SAMPLE = fc.sample(anySchemas, { numRuns: 80, seed: 20_261_121 });
const schemas = fc.constantFrom(...SAMPLE);

export interface Case {
  readonly names: readonly string[];
  readonly rules: readonly RuleText[];
  readonly caller: Principal;
  readonly schema: JsonSchema;
}

function cases(atomsOf: (names: readonly string[]) => fc.Arbitrary<string>): fc.Arbitrary<Case> {
  return fc.subarray([...NAMES], { minLength: 1, maxLength: 3 }).chain((names) => {
    const conditions = combined(atomsOf(names));
    const rule = fc.oneof(
      { weight: 6, arbitrary: conditions.map((when): RuleText => `permit ${when}`) },
      { weight: 5, arbitrary: conditions.map((when): RuleText => `deny ${when}`) },
      { weight: 1, arbitrary: conditions.map((when): RuleText => `approve ${when}`) },
      { weight: 1, arbitrary: fc.constant<RuleText>('permit') },
    );
    return fc.record({
      names: fc.constant(names),
      rules: fc
        .tuple(fc.array(rule, { maxLength: 3 }), conditions)
        .map(([rules, when]) => [`permit ${when}` as RuleText, ...rules]),
      caller: callers,
      schema: schemas,
    });
  });
}

export const insideCases: fc.Arbitrary<Case> = cases(fragment);

export const anyCases: fc.Arbitrary<Case> = cases((names) =>
  fc.oneof({ weight: 3, arbitrary: fragment(names) }, { weight: 4, arbitrary: beyond(names) }),
);
