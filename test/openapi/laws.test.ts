import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { isJsonObject, type Json, type JsonObject } from '../../src/catalog/json.ts';
import { BailiwickError } from '../../src/errors.ts';
import { LOSS_REASONS, SKIP_REASONS } from '../../src/compile/openapi/reasons.ts';
import { createRandom, shuffleMembers } from '../support/random.ts';
import { compileText, fixture, propertiesOf, validator } from './support.ts';

const HELPDESK: JsonObject = parse(fixture('helpdesk.yaml'));

/** Operations a document declares, counted without the compiler: the mutations below do not break path items' references. */
function declaredOperations(document: Json): number {
  const paths = isJsonObject(document) && isJsonObject(document['paths']) ? document['paths'] : {};
  const items = Object.entries(paths).filter(([path, item]) => !path.startsWith('x-') && item !== null);
  const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
  return items
    .map(([, item]) =>
      isJsonObject(item) && typeof item['$ref'] !== 'string'
        ? Object.keys(item).filter((key) => methods.includes(key)).length
        : 1,
    )
    .reduce((sum, count) => sum + count, 0);
}

/** What every contribution promises, whatever the document. */
function expectSound(document: Json): void {
  const text = JSON.stringify(document);
  let contribution;
  try {
    contribution = compileText(text);
  } catch (error) {
    if (error instanceof BailiwickError && error.code === 'CONFIGURATION') return;
    throw error;
  }
  expect(contribution.operations).toBe(declaredOperations(document));
  expect(contribution.tools.length + contribution.skipped.length).toBe(contribution.operations);
  for (const skip of contribution.skipped) expect(Object.keys(SKIP_REASONS)).toContain(skip.reason);
  for (const loss of contribution.lossy) expect(Object.keys(LOSS_REASONS)).toContain(loss.reason);
  expect(new Set(contribution.tools.map((tool) => tool.name)).size).toBe(contribution.tools.length);
  for (const tool of contribution.tools) {
    expect(tool.name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    expect(tool.inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
    for (const key of ['$ref', 'oneOf', 'anyOf', 'allOf']) expect(tool.inputSchema).not.toHaveProperty(key);
    for (const key of Object.keys(propertiesOf(tool))) expect(key).toMatch(/^[a-zA-Z0-9_.-]{1,64}$/);
    validator(tool.inputSchema);
    if (tool.outputSchema !== undefined) validator(tool.outputSchema);
  }
}

test('the same document with its keys in another order compiles to the same bytes', () => {
  const expected = JSON.stringify(compileText(JSON.stringify(HELPDESK)));
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      expect(JSON.stringify(compileText(JSON.stringify(shuffleMembers(HELPDESK, createRandom(seed)))))).toBe(
        expected,
      );
    }),
    { numRuns: 30 },
  );
});

test('a document in JSON and in YAML compiles to the same bytes', () => {
  const fromYaml = compileText(fixture('helpdesk.yaml'));
  const fromJson = compileText(JSON.stringify(HELPDESK));
  expect(fromYaml.tools.length).toBeGreaterThan(0);
  expect(JSON.stringify(fromJson)).toBe(JSON.stringify(fromYaml));
});

test('garbage is refused with CONFIGURATION and a position, or compiled; nothing else', () => {
  const garbage = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.json({ maxDepth: 4 }),
    fc.stringMatching(/^[[\]{}:,\-&*!|>'"%@`?# \na-c0-9]{0,80}$/),
  );
  fc.assert(
    fc.property(
      garbage,
      fc.constantFrom('', 'openapi: 3.1.0\n', '{"openapi":"3.0.0","paths":'),
      (text, prefix) => {
        try {
          compileText(prefix + text);
        } catch (error) {
          if (!(error instanceof BailiwickError)) throw error;
          expect(error.code).toBe('CONFIGURATION');
          expect(error.message).toMatch(/^api\.yaml:[1-9]\d*:[1-9]\d* \S/);
        }
      },
    ),
    { numRuns: 200 },
  );
});

/** Paths to every value inside a document. */
function placesOf(value: Json, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, each]) => placesOf(each, [...path, key]))];
}

function valueAt(value: Json, [key, ...rest]: readonly (string | number)[]): Json {
  if (key === undefined) return value;
  const below = Array.isArray(value) ? value[Number(key)] : isJsonObject(value) ? value[key] : undefined;
  return valueAt(below ?? null, rest);
}

function replaceAt(value: Json, path: readonly (string | number)[], replacement: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return replacement;
  if (Array.isArray(value))
    return value.map((each, index) =>
      String(index) === String(key) ? replaceAt(each, rest, replacement) : each,
    );
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      name === key ? replaceAt(each, rest, replacement) : each,
    ]),
  );
}

const PLACES = placesOf(HELPDESK);
const REPLACEMENT: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    0,
    -1.5,
    '',
    'x',
    '[',
    [],
    {},
    [null],
    { $ref: '#' },
    { $ref: '#/' },
    { $ref: 'x' },
    { type: 'array' },
  ),
  fc.constantFrom(...PLACES).map((path) => ({
    $ref: `#/${path.map((each) => String(each).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`,
  })),
  fc.constantFrom(...PLACES).map((path) => valueAt(HELPDESK, path)),
  fc.json({ maxDepth: 2 }).map((text): Json => JSON.parse(text)),
);

test('whatever is replaced in a document, it is refused or every operation is accounted for and usable', () => {
  const mutation = fc.record({ path: fc.constantFrom(...PLACES), replacement: REPLACEMENT });
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
      // A path item that refers to another may declare any number of operations; it has a test of its own.
      const applied = mutations.filter(
        ({ path, replacement }) => !(path.length <= 2 && JSON.stringify(replacement).includes('$ref')),
      );
      expectSound(
        applied.reduce<Json>((value, { path, replacement }) => replaceAt(value, path, replacement), HELPDESK),
      );
    }),
    { numRuns: 80 },
  );
});

test('schemas that are wired at random, in circles too, come out usable', () => {
  const name = fc.constantFrom('A', 'B', 'C', 'D');
  const ref = name.map((each): Json => ({ $ref: `#/components/schemas/${each}` }));
  const { schema } = fc.letrec<{ schema: Json }>((tie) => ({
    schema: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      ref,
      fc.constantFrom<Json>({ type: 'string' }, { type: 'integer', nullable: true }, {}, true),
      tie('schema').map((inner): Json => ({ type: 'array', items: inner })),
      tie('schema').map((inner): Json => ({
        type: 'object',
        properties: { p: inner, q: { readOnly: true } },
        required: ['p', 'q'],
      })),
      fc
        .tuple(
          fc.constantFrom('allOf', 'anyOf', 'oneOf'),
          fc.array(tie('schema'), { minLength: 1, maxLength: 3 }),
        )
        .map(([keyword, branches]): Json => ({ [keyword]: branches })),
      tie('schema').map((inner): Json => ({ not: inner })),
    ),
  }));
  const schemas = fc.record({ A: schema, B: schema, C: schema, D: schema });
  fc.assert(
    fc.property(schemas, fc.constantFrom('3.0.3', '3.1.0'), fc.integer(), (components, openapi, seed) => {
      const media = { 'application/json': { schema: { $ref: '#/components/schemas/A' } } };
      const document: Json = {
        openapi,
        paths: {
          '/a': {
            post: { requestBody: { content: media }, responses: { 200: { content: media } } },
            get: { operationId: 'b' },
          },
        },
        components: { schemas: components },
      };
      expectSound(document);
      const contribution = compileText(JSON.stringify(document));
      expect(contribution.tools.map((tool) => tool.name)).toContain('b');
      expect(JSON.stringify(compileText(JSON.stringify(shuffleMembers(document, createRandom(seed)))))).toBe(
        JSON.stringify(contribution),
      );
      for (const tool of contribution.tools)
        validator(tool.inputSchema)({ body: { p: [{ p: null }] }, p: { p: 'x' } });
    }),
    { numRuns: 60 },
  );
});

test('a converted schema accepts exactly what the original accepts', () => {
  const name = fc.constantFrom('A', 'B', 'C');
  const leaf = fc.constantFrom<Json>(
    { type: 'string', maxLength: 1 },
    { type: ['integer', 'null'], minimum: 1 },
    { enum: ['x', null, 2, 'x'] },
    { const: 'x' },
    { type: 'array', prefixItems: [{ type: 'string' }], items: false },
    { type: 'object', additionalProperties: false, properties: { p: true } },
    { type: 'object', dependentRequired: { p: ['q'] }, propertyNames: { maxLength: 1 } },
    { type: 'object', patternProperties: { '^p': { type: 'string' } }, minProperties: 1 },
    false,
    {},
  );
  const { schema } = fc.letrec<{ schema: Json }>((tie) => ({
    schema: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      name.map((each): Json => ({ $ref: `#/components/schemas/${each}` })),
      tie('schema').map((inner): Json => ({ type: 'array', items: inner, uniqueItems: true })),
      tie('schema').map((inner): Json => ({
        properties: { p: inner },
        required: ['p'],
        unevaluatedProperties: false,
      })),
      tie('schema').map((inner): Json => ({ not: inner })),
      fc
        .array(tie('schema'), { minLength: 3, maxLength: 3 })
        .map((three): Json =>
          Object.fromEntries(['if', 'then', 'else'].map((key, index) => [key, three[index] ?? {}])),
        ),
      fc
        .tuple(
          fc.constantFrom('allOf', 'anyOf', 'oneOf'),
          fc.array(tie('schema'), { minLength: 1, maxLength: 3 }),
        )
        .map(([keyword, branches]): Json => ({ [keyword]: branches })),
    ),
  }));
  const values: Json[] = [
    null,
    0,
    2,
    'x',
    'xx',
    [],
    ['x'],
    ['x', 'x'],
    [2, null],
    {},
    { p: 'x' },
    { p: 2, q: [] },
    { p: { p: {} } },
  ];
  const schemas = fc.record({ A: schema, B: schema, C: schema });
  fc.assert(
    fc.property(schemas, (components) => {
      const body = { type: 'array', items: { $ref: '#/components/schemas/A' } };
      const requestBody = { required: true, content: { 'application/json': { schema: body } } };
      const document: Json = {
        openapi: '3.1.0',
        paths: { '/a': { post: { requestBody } } },
        components: { schemas: components },
      };
      const { tools, lossy } = compileText(JSON.stringify(document));
      const [tool] = tools;
      // A schema that is composed of itself has no meaning to compare with.
      fc.pre(tool !== undefined && lossy.length === 0);
      const original = validator({ ...body, components: { schemas: components } });
      const converted = validator(tool.inputSchema);
      for (const value of values) expect(converted({ body: [value] })).toBe(original([value]));
    }),
    { numRuns: 60 },
  );
});
