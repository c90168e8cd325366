import { expect, test } from 'vitest';
import type { Contribution } from '../../src/catalog/entries.ts';
import { compileOpenApi } from '../../src/compile/openapi/compile.ts';
import { findReferencedDocuments, homeOf } from '../../src/compile/openapi/external/find-documents.ts';
import { objectAt, propertiesOf, toolNamed } from './support.ts';

/** Compiles `apis/openapi.yaml` with further documents; `paths` is YAML, of one line or several. */
function compileSplit(
  root: string,
  files: Record<string, string>,
  absent: Record<string, string> = {},
): Contribution {
  return compileOpenApi({
    source: 'api',
    file: 'apis/openapi.yaml',
    text: `openapi: 3.1.0\n${root}`,
    files: new Map(Object.entries(files)),
    absent: new Map(Object.entries(absent)),
  });
}

const BODY = (ref: string): string =>
  `paths: { /a: { post: { operationId: a, requestBody: { content: { application/json: { schema: { $ref: '${ref}' } } } } } } }`;

test('references lead to other documents, from there to others, and back', () => {
  const contribution = compileSplit(
    `paths:
  /pets: { $ref: 'paths/pets.yaml' }
components: { schemas: { Name: { type: string, maxLength: 9 } } }`,
    {
      'paths/pets.yaml': `
post:
  operationId: create_pet
  parameters: [ { $ref: '../../common/parameters.json#/limit' } ]
  requestBody: { content: { application/json: { schema: { $ref: '../schemas/pet.yaml#/Pet' } } } }`,
      'schemas/pet.yaml': `
Pet:
  type: object
  properties:
    name: { $ref: '../openapi.yaml#/components/schemas/Name' }
    parent: { $ref: '#/Pet' }
    tag: { $ref: './tag.yaml' }
default: { $ref: '#/Pet' }`,
      'schemas/tag.yaml': 'enum: [a, b]',
      '../common/parameters.json':
        '{"limit": {"name": "limit", "in": "query", "schema": {"type": "integer"}}}',
    },
  );
  expect(contribution.skipped).toEqual([]);
  const tool = toolNamed(contribution, 'create_pet');
  expect(Object.keys(propertiesOf(tool))).toEqual(['limit', 'name', 'parent', 'tag']);
  const definitions = objectAt(tool.inputSchema, '$defs');
  expect(Object.keys(definitions)).toEqual([
    'Name',
    expect.stringMatching(/^Pet_[0-9a-f]{6}$/),
    expect.stringMatching(/^tag_[0-9a-f]{6}$/),
  ]);
  expect(Object.values(definitions)).toEqual([
    { type: 'string', maxLength: 9 },
    expect.objectContaining({ type: 'object' }),
    { enum: ['a', 'b'] },
  ]);
});

test.each([
  ['a whole file', 'pet.yaml'],
  ['a whole file with an empty fragment', './pet.yaml#'],
  ['a file by a longer way', 'x/../pet.yaml#/'.slice(0, -1)],
  ['a file with a blank in its name', 'my%20pets.yaml#/Pet'],
  ['a file by its absolute path', 'file:///srv/pet.yaml'],
  ['a file with backslashes', 'old\\pet.yaml'],
  ['escapes in the fragment', 'odd.yaml#/a~1b~0c/%7Bid%7D'],
  ['an anchor', 'odd.yaml#marked'],
  ['a URL', 'https://schemas.example.com/v1/pet.json'],
  ['a neighbour of a URL', 'https://schemas.example.com/v1/index.json#/Pet'],
  ['a definition behind another reference', 'odd.yaml#/indirect/Pet'],
])('a reference to %s resolves', (_what, ref) => {
  const pet = 'type: object\nproperties: { name: { type: string } }';
  const contribution = compileSplit(BODY(ref), {
    'pet.yaml': pet,
    'my pets.yaml': `Pet: { ${pet.replace('\n', ', ')} }`,
    '/srv/pet.yaml': pet,
    'old/pet.yaml': pet,
    'odd.yaml': `a/b~c: { '{id}': { $ref: pet.yaml } }\nm: { $anchor: marked, ${pet.replace('\n', ', ')} }\nindirect: { $ref: 'my%20pets.yaml' }`,
    'https://schemas.example.com/v1/pet.json': '{"type":"object","properties":{"name":{"type":"string"}}}',
    'https://schemas.example.com/v1/index.json': '{"Pet":{"$ref":"pet.json"}}',
  });
  expect(contribution.skipped).toEqual([]);
  expect(propertiesOf(toolNamed(contribution, 'a'))).toEqual({ name: { type: 'string' } });
});

test('a document that names its own URI is found by it, and so are its neighbours', () => {
  const contribution = compileSplit(
    `$self: https://api.example.com/v1/openapi.yaml
${BODY('https://api.example.com/v1/schemas/pet.yaml')}
components: { schemas: { Name: { type: string } } }`,
    {
      'schemas/pet.yaml':
        'type: object\nproperties: { name: { $ref: "https://api.example.com/v1/openapi.yaml#/components/schemas/Name" } }',
    },
  );
  expect(contribution.skipped).toEqual([]);
});

test('sections that are references to files are read', () => {
  const contribution = compileSplit(
    'paths: { $ref: paths.yaml }\ncomponents: { schemas: { $ref: schemas.yaml }, securitySchemes: { $ref: missing.yaml } }',
    {
      'paths.yaml':
        '/a: { get: { operationId: a, parameters: [ { name: q, in: query, schema: { $ref: "openapi.yaml#/components/schemas/Q" } } ] } }',
      'schemas.yaml': 'Q: { type: string }',
    },
    { 'missing.yaml': 'which does not exist' },
  );
  expect(contribution.tools.map((tool) => tool.name)).toEqual(['a']);
  expect(contribution.warnings).toEqual([
    'apis/openapi.yaml: #/components/securitySchemes refers to missing.yaml, which does not exist; the section counts as absent',
  ]);
});

test('a reference to what is not there costs its operation, and says why', () => {
  const contribution = compileSplit(
    `paths:
  /a: { $ref: 'a.yaml' }
  /b: { $ref: 'b.yaml' }
  /c: { $ref: 'c.yaml' }
  /d: { get: { operationId: d } }`,
    { 'b.yaml': 'a: [' },
    { 'a.yaml': 'which does not exist' },
  );
  expect(contribution.tools.map((tool) => tool.name)).toEqual(['d']);
  expect(contribution.skipped).toEqual([
    {
      operation: '/a',
      reason: 'external-reference',
      detail: '#/paths/~1a refers to a.yaml, which does not exist',
    },
    {
      operation: '/b',
      reason: 'external-reference',
      detail: expect.stringMatching(
        /^#\/paths\/~1b refers to b\.yaml, which cannot be read \(b\.yaml:1:\d+ the document is not valid YAML/,
      ),
    },
    {
      operation: '/c',
      reason: 'external-reference',
      detail: '#/paths/~1c refers to c.yaml, which was not read',
    },
  ]);
});

test('references that lead back to themselves across documents are skipped', () => {
  const contribution = compileSplit('paths: { /a: { $ref: a.yaml }, /b: { $ref: "b.yaml#/x/y" } }', {
    'a.yaml': '$ref: "openapi.yaml#/paths/~1a"',
    'b.yaml': 'x: { $ref: "#/x/y" }',
  });
  expect(contribution.skipped.map(({ operation, reason }) => [operation, reason])).toEqual([
    ['/a', 'cyclic-reference'],
    ['/b', 'cyclic-reference'],
  ]);
});

test('what looks like a reference inside data stays as it is written', () => {
  const contribution = compileSplit(BODY('s/pet.yaml'), {
    's/pet.yaml': `type: object
properties:
  link: { type: object, default: { $ref: other.yaml }, enum: [ { $ref: other.yaml } ] }
  default: { $ref: 'name.yaml' }
  example: { $ref: 'name.yaml' }`,
    's/name.yaml': 'type: string',
  });
  expect(contribution.skipped).toEqual([]);
  const { link } = propertiesOf(toolNamed(contribution, 'a'));
  expect(link).toEqual({ type: 'object', default: { $ref: 'other.yaml' }, enum: [{ $ref: 'other.yaml' }] });
});

test('the same documents compile to the same bytes in whatever order they come', () => {
  const files = {
    'b.yaml': '$ref: c.yaml',
    'c.yaml': 'type: object\nproperties: { x: { $ref: "b.yaml#" } }',
  };
  const reversed = Object.fromEntries(Object.entries(files).toReversed());
  const [one, other] = [files, reversed].map((from) => JSON.stringify(compileSplit(BODY('b.yaml'), from)));
  expect(other).toBe(one);
});

test.each([
  ['plain', '$ref: a/b.yaml#/X # why', ['a/b.yaml']],
  ['quoted', `{ $ref: 'it''s.yaml', "$ref": "c.json" }`, ['c.json', "it's.yaml"]],
  ['JSON with escaped slashes', String.raw`{"$ref":"a\/b.json#\/X"}`, ['a/b.json']],
  ['on a later line', '$ref:\n    a.yaml\n"$ref": >-\n  b.yaml\n', ['a.yaml', 'b.yaml']],
  ['local, or the document itself', `$ref: '#/x'\n$ref: openapi.yaml#/x\n$ref: ./openapi.yaml`, []],
  [
    'a URL, once',
    `$ref: https://a.example/x.json#/1\n$ref: https://a.example/x.json#/2`,
    ['https://a.example/x.json'],
  ],
  ['no text', '$ref: { type: string }\n$ref: [a]\n$ref: *alias\n', []],
])('the documents that a text refers to are found: %s', (_what, text, expected) => {
  expect(findReferencedDocuments(text, '', homeOf('/srv/openapi.yaml', text))).toEqual(expected);
});
