import fc from 'fast-check';
import type { Json, JsonObject, JsonSchema } from '../../src/catalog/json.ts';

/*
 * Random input schemas as compilers make them (an object at the root, definitions that may refer to themselves, every keyword
 * that can be relaxed wrongly), and random arguments that have a fair chance to be valid.
 */

const KEYS = ['a', 'b', 'c', 'name', 'type', 'items', '$ref'];
const DEFINITIONS = ['A', 'B', 'C', 'sl/ash', 'ti~lde'];

const words = fc.constantFrom(
  undefined,
  'Short.',
  'The name of the thing. It is shown to everybody who may see the thing, and to nobody else at all.',
  `A long story ${'about nothing in particular '.repeat(12)}`,
);

const leaf: fc.Arbitrary<JsonSchema> = fc.oneof(
  fc.constantFrom<JsonSchema>(
    { type: 'string', title: 'A title', default: 'x' },
    { type: 'integer', minimum: 1 },
    { type: ['string', 'null'], pattern: '^x' },
    { type: 'boolean' },
    { const: 'x' },
    { type: 'array', minItems: 1 },
    { type: 'object', additionalProperties: { type: 'string' } },
    { type: 'object', additionalProperties: false, patternProperties: { '^a': { type: 'integer' } } },
    {},
  ),
  fc.integer({ min: 2, max: 90 }).map((size): JsonSchema => ({
    enum: Array.from({ length: size }, (_, index) => (index % 7 === 0 ? index : `v${index}`)),
  })),
);

const reference = fc
  .constantFrom(...DEFINITIONS)
  .map((name): JsonSchema => ({ $ref: `#/$defs/${name.replaceAll('~', '~0').replaceAll('/', '~1')}` }));

function objectOf(below: fc.Arbitrary<Json>): fc.Arbitrary<JsonSchema> {
  return fc
    .record({
      properties: fc.dictionary(fc.constantFrom(...KEYS), below, { maxKeys: 6 }),
      required: fc.subarray(KEYS),
      closed: fc.constantFrom(undefined, false, { type: 'string' }),
    })
    .map(({ properties, required, closed }) => {
      const known = required.filter((key) => Object.hasOwn(properties, key));
      return {
        type: 'object',
        properties,
        ...(known.length > 0 && { required: known }),
        ...(closed !== undefined && { additionalProperties: closed }),
      };
    });
}

const { schema } = fc.letrec<{ schema: Json }>((tie) => {
  const below = tie('schema');
  const list = fc.array(below, { minLength: 1, maxLength: 3 });
  return {
    schema: fc
      .tuple(
        fc.oneof(
          { depthSize: 'small', withCrossShrink: true },
          leaf,
          reference,
          objectOf(below),
          objectOf(below),
          below.map((items): Json => ({ type: 'array', items })),
          list.map((prefixItems): Json => ({ type: 'array', prefixItems, items: false })),
          fc
            .tuple(fc.constantFrom('allOf', 'anyOf', 'oneOf'), list)
            .map(([keyword, branches]): Json => ({ [keyword]: branches })),
          fc.tuple(list, list).map(([anyOf, oneOf]): Json => ({ anyOf, oneOf })),
          below.map((not): Json => ({ not })),
          fc
            .tuple(below, below, below)
            .map((three): Json =>
              Object.fromEntries(['if', 'then', 'else'].map((key, index) => [key, three[index] ?? {}])),
            ),
          objectOf(below).map((object): Json => ({ allOf: [object], unevaluatedProperties: false })),
          below.map((contains): Json => ({ type: 'array', items: {}, contains, maxContains: 1 })),
          below.map((each): Json => ({
            type: 'object',
            dependentSchemas: { a: each },
            propertyNames: { maxLength: 4 },
          })),
          fc.constant<Json>({ type: 'object', dependentRequired: { a: ['b'] } }),
        ),
        words,
      )
      .map(([each, description]) =>
        description === undefined || typeof each !== 'object'
          ? each
          : { description, ...(each as JsonObject) },
      ),
  };
});

/** The input schema of a tool: every definition that it may refer to is there. */
export const inputSchema: fc.Arbitrary<JsonSchema> = fc
  .record({
    root: objectOf(schema),
    definitions: fc.tuple(...DEFINITIONS.map(() => schema)),
  })
  .map(({ root, definitions }) => ({
    ...root,
    properties: Object.fromEntries(
      Object.entries(root['properties'] as JsonObject).filter(([key]) => key !== '$ref'),
    ),
    ...(Array.isArray(root['required']) && { required: root['required'].filter((key) => key !== '$ref') }),
    $defs: Object.fromEntries(DEFINITIONS.map((name, index) => [name, definitions[index] ?? {}])),
  }));

/** Values to try on a schema, made along it; `choose` picks a number below its argument. */
export function instanceOf(root: JsonSchema, choose: (below: number) => number): Json {
  const definitions = root['$defs'] as JsonObject;

  function make(schemaAt: Json | undefined, depth: number): Json {
    if (typeof schemaAt !== 'object' || schemaAt === null || Array.isArray(schemaAt))
      return choose(2) === 0 ? 'x' : 1;
    if (depth > 8) return choose(2) === 0 ? 'x' : {};
    const { $ref, enum: values, type } = schemaAt;
    if (typeof $ref === 'string') {
      const name = $ref.slice('#/$defs/'.length).replaceAll('~1', '/').replaceAll('~0', '~');
      return make(definitions[name], depth + 1);
    }
    if (schemaAt['const'] !== undefined) return schemaAt['const'];
    if (Array.isArray(values)) return values[choose(values.length)] ?? null;
    for (const keyword of ['oneOf', 'anyOf', 'allOf']) {
      const branches = schemaAt[keyword];
      if (Array.isArray(branches)) return make(branches[choose(branches.length)], depth + 1);
    }
    if (schemaAt['then'] !== undefined) return make(schemaAt[choose(2) === 0 ? 'then' : 'else'], depth + 1);
    switch (Array.isArray(type) ? type[choose(type.length)] : type) {
      case 'string':
        return 'x';
      case 'integer':
        return 1 + choose(3);
      case 'boolean':
        return choose(2) === 0;
      case 'null':
        return null;
      case 'array': {
        const { prefixItems, items } = schemaAt;
        if (Array.isArray(prefixItems)) return prefixItems.map((each) => make(each, depth + 1));
        return Array.from({ length: 1 + choose(2) }, () => make(schemaAt['contains'] ?? items, depth + 1));
      }
      case 'object':
        return makeObject(schemaAt, depth);
      default:
        return [null, 'x', 1, {}, ['x']][choose(5)] ?? null;
    }
  }

  function makeObject(object: JsonObject, depth: number): Json {
    const required = (object['required'] ?? []) as Json[];
    const entries = Object.entries((object['properties'] ?? {}) as JsonObject)
      .filter(([key]) => required.includes(key) || choose(3) > 0)
      .map(([key, each]): [string, Json] => [key, make(each, depth + 1)]);
    const extra: [string, Json][] = choose(4) === 0 ? [['extra', 'x']] : [];
    return Object.fromEntries([...entries, ...extra]);
  }

  return makeObject(root, 0);
}
