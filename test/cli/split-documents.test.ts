import path from 'node:path';
import { expect, test } from 'vitest';
import { runWith } from '../support/in-process.ts';
import { createFolder } from '../support/gateway.ts';

const FILES = {
  'bailiwick.yaml': `sources:
  pets:
    openapi: apis/pets/openapi.yaml
    overlays: [apis/pets.overlay.yaml]
    references: [apis/common]
    url: http://127.0.0.1:9
`,
  'apis/pets/openapi.yaml': `openapi: 3.1.0
info: { title: Pets }
info: { title: Pets, version: '1' }
paths:
  /pets: { $ref: paths/pets.yaml }
  /secret: { $ref: ../../secret.yaml }
  /internal: { get: { operationId: internal } }
`,
  'apis/pets/paths/pets.yaml': `post:
  operationId: create_pet
  parameters: [ { $ref: '../../common/parameters.yaml#/trace' } ]
  requestBody: { content: { application/json: { schema: { $ref: '../schemas/pet.yaml' } } } }
`,
  'apis/pets/schemas/pet.yaml': 'type: object\nproperties: { name: { type: string } }\n',
  'apis/common/parameters.yaml': 'trace: { name: trace, in: header, schema: { type: string } }\n',
  'apis/pets.overlay.yaml': `overlay: 1.1.0
info: { title: Public, version: '1' }
actions:
  - target: $.paths['/internal']
    remove: true
  - target: $.paths['/gone']
    remove: true
`,
  'secret.yaml': 'get: { operationId: secret }\n',
};

test('a document of several files with an overlay compiles, and what may not be read is named', async () => {
  await using workspace = await createFolder(FILES);
  const { status, out } = await runWith(workspace.folder, ['compile', '--json']);
  const { sources } = JSON.parse(out) as {
    sources: { tools: unknown; skipped: unknown; warnings: string[] }[];
  };
  expect(status).toBe(0);
  expect(sources).toHaveLength(1);
  expect(sources[0]).toMatchObject({
    source: 'pets',
    operations: 2,
    tools: 1,
    skipped: [
      {
        operation: '/secret',
        reason: 'external-reference',
        detail: expect.stringContaining('name its folder in `references` of the source to allow it'),
      },
    ],
  });
  expect(sources[0]?.warnings.map((warning) => path.relative(workspace.folder, warning))).toEqual([
    'apis/pets/openapi.yaml:3:1 the key `info` is repeated; the last one counts',
    expect.stringMatching(/^apis\/pets\.overlay\.yaml:6:13 the target .* matches nothing$/),
  ]);
});

test('the tools of a document of several files are those of its parts', async () => {
  await using workspace = await createFolder(FILES);
  const { out } = await runWith(workspace.folder, ['tools', '--json']);
  const { tools } = JSON.parse(out) as { tools: { name: string; inputSchema: { properties: object } }[] };
  expect(tools.map(({ name, inputSchema }) => [name, Object.keys(inputSchema.properties)])).toEqual([
    ['pets_create_pet', ['trace', 'name']],
  ]);
});

test('a broken overlay is the fault of the configuration, with its place', async () => {
  await using workspace = await createFolder({
    ...FILES,
    'apis/pets.overlay.yaml': 'overlay: 1.1.0\nactions: [{ target: paths, remove: true }]',
  });
  const { status, err } = await runWith(workspace.folder, ['compile']);
  expect(status).toBe(2);
  expect(err).toMatch(/pets\.overlay\.yaml:2:21 this is not a JSONPath query/);
});
