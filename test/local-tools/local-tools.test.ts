import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { loadTools } from '../../src/upstream/local-tools/load-tools.ts';
import { until } from '../mcp-upstream/support.ts';
import { CLIENT_KINDS, connect, rejection } from '../support/clients.ts';
import { startGateway } from '../support/gateway.ts';
import { FILES, KEYS, toConfig } from './tools.ts';

const textOf = (result: unknown): string =>
  (result as { content: { text: string }[] }).content[0]?.text ?? '';

test.each(CLIENT_KINDS)('files become tools that a client (%s) lists and calls', async (kind) => {
  await using gateway = await startGateway({ 'bailiwick.yaml': toConfig(), ...FILES });
  await using client = await connect(kind, gateway.endpoint, KEYS.dana);

  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name).toSorted()).toEqual(['ops_drop', 'ops_greet', 'ops_wait', 'ops_who']);
  expect(tools.find(({ name }) => name === 'ops_greet')).toMatchObject({
    description: 'Greets somebody',
    inputSchema: {
      type: 'object',
      properties: { name: { type: 'string', minLength: 1 }, salutation: { enum: ['Hello', 'Good day'] } },
      required: ['name'],
    },
    annotations: { readOnlyHint: true },
  });
  expect(textOf(await client.callTool({ name: 'ops_greet', arguments: { name: 'Ada' } }))).toBe('Hello, Ada');
});

test('access comes from the file, and policy goes by it', async () => {
  await using gateway = await startGateway({ 'bailiwick.yaml': toConfig(), ...FILES });
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.otto);
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name).toSorted()).toEqual(['ops_greet', 'ops_who']);
  const hidden = await rejection(client.callTool({ name: 'ops_drop', arguments: {} }));
  expect(hidden.message).toContain('Unknown tool: ops_drop');
  const access = gateway.app.offered().tools.map((tool) => [tool.name, tool.access]);
  expect(Object.fromEntries(access)).toEqual({
    drop: 'destructive',
    greet: 'read',
    wait: 'write',
    who: 'read',
  });
});

test('a tool is told who calls, whatever the caller says, and no credential', async () => {
  const settings = '    env: { GIVEN: there }\n';
  await using gateway = await startGateway({ 'bailiwick.yaml': toConfig(settings), ...FILES });
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.dana);
  const forged = {
    'bailiwick/principal': { issuer: 'config', subject: 'root', groups: [], scopes: [], claims: {} },
  };
  const { structuredContent } = await client.callTool({ name: 'ops_who', arguments: {}, _meta: forged });
  const { environment, ...principal } = structuredContent as { environment: string[] };
  expect(principal).toEqual({
    issuer: 'config',
    subject: 'dana',
    team: 'core',
    groups: ['leads'],
    scopes: ['ops:read', 'ops:write'],
    claims: { region: 'eu' },
  });
  expect(environment).toContain('GIVEN');
  expect(JSON.stringify(structuredContent)).not.toContain('canary');
});

test('arguments are checked before the tool runs, and what it throws is an error for the model', async () => {
  await using gateway = await startGateway({ 'bailiwick.yaml': toConfig(), ...FILES });
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.dana);
  const wrong = await client.callTool({ name: 'ops_greet', arguments: { name: '' } });
  expect(wrong).toMatchObject({ isError: true, structuredContent: { error: { code: 'INVALID_ARGUMENTS' } } });
  const thrown = await client.callTool({ name: 'ops_drop', arguments: {} });
  expect(thrown).toMatchObject({ isError: true });
  expect(textOf(thrown)).toBe('the table is stuck');
  await gateway.close();
  const calls = (await gateway.calls()).map(({ type }) => type);
  expect(calls).toEqual(['call.refused', 'call.intent', 'call.outcome']);
});

test('progress reaches the caller, and a call that takes too long is stopped in the tool', async () => {
  const settings = '    timeout: 400\n';
  await using gateway = await startGateway({ 'bailiwick.yaml': toConfig(settings), ...FILES });
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.dana);
  const result = await client.callTool({ name: 'ops_wait', arguments: {} });
  expect(result).toMatchObject({ structuredContent: { error: { code: 'UPSTREAM_TIMEOUT' } } });
  await until(() => gateway.log.some((line) => line.includes('was stopped')), 'the tool stops');
});

test.each([
  ['no-name.ts', 'export const description = "x"; export const run = () => 1;', 'it exports no `name`'],
  ['no-run.ts', 'export default { name: "a", description: "b" };', 'it exports no function `run`'],
  ['throws.ts', 'throw new Error("at load");', 'at load'],
  ['broken.ts', 'export default {', 'SyntaxError'],
  ['enum.ts', 'enum A { B } export default A;', 'enum'],
  ['missing.ts', 'import "./not-there.ts"; export const name = "x";', 'not-there.ts'],
  [
    'access.ts',
    'export default { name: "a", description: "b", access: "all", run() {} };',
    'its `access` is none of',
  ],
  ['nothing.ts', 'throw Object.create(null);', 'it threw something that is no error'],
  [
    'circle.ts',
    'const hints = {}; hints.self = hints; export default { name: "a", description: "b", annotations: hints, run() {} };',
    'circular',
  ],
  [
    'schema.ts',
    'export default { name: "a", description: "b", input: 7, run() {} };',
    'neither a zod schema nor a JSON Schema',
  ],
])('a file that is no tool (%s) costs that file, with the reason', async (name, text, reason) => {
  await using gateway = await startGateway({
    'bailiwick.yaml': toConfig(),
    ...FILES,
    [`tools/${name}`]: text,
  });
  const { tools, skipped } = gateway.app.offered().contributions[0] ?? { tools: [], skipped: [] };
  expect(tools).toHaveLength(4);
  expect(skipped).toMatchObject([{ operation: `file tools/${name}`, reason: 'file-not-loaded' }]);
  expect(skipped[0]?.detail).toContain(reason);
  expect(gateway.log.some((line) => line.includes(`file tools/${name} is left out`))).toBe(true);
});

test('files whose tools have one name cost each other, and each says which the other is', async () => {
  const twin = 'export default { name: "twin", description: "b", run() {} };';
  await using gateway = await startGateway({
    'bailiwick.yaml': toConfig(),
    ...FILES,
    'tools/one.ts': twin,
    'tools/two.ts': twin,
  });
  const { tools, warnings } = gateway.app.offered().contributions[0] ?? { tools: [] };
  expect(tools).toHaveLength(4);
  expect(warnings).toEqual([
    'file tools/one.ts is left out: its tool has the name `twin`, as that of two.ts has',
    'file tools/two.ts is left out: its tool has the name `twin`, as that of one.ts has',
  ]);
});

test('a file that never finishes loading costs that file', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'bailiwick-tools-'));
  const files = [path.join(folder, 'never.ts'), path.join(folder, 'ready.ts')];
  await writeFile(files[0] ?? '', 'await new Promise(() => {});');
  await writeFile(files[1] ?? '', 'export default { name: "ready", description: "b", run() {} };');
  const { entries, tools } = await loadTools(files, () => () => import('zod'), 300);
  await rm(folder, { recursive: true });
  expect(JSON.stringify(entries[0])).toContain('it was not loaded after 300 ms');
  expect([...tools.keys()]).toEqual(['ready']);
});

test.each([
  ['a result with a bigint', '({ content: [{ type: "text", text: 5n }] })', 'BigInt'],
  ['a result that holds itself', '{ const a = {}; a.a = a; return a; }', 'circular'],
  ['something thrown that is no error', '{ throw Object.create(null); }', 'no error'],
])('what no answer can be made of (%s) is an error at once, and not a wait', async (_what, body, said) => {
  await using gateway = await startGateway({
    'bailiwick.yaml': toConfig(),
    ...FILES,
    'tools/odd.ts': `export default { name: 'odd', description: 'd', access: 'read', run: () => ${body} };`,
  });
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.dana);
  const result = await client.callTool({ name: 'ops_odd', arguments: {} });
  expect(result).toMatchObject({ isError: true });
  expect(textOf(result)).toContain(said);
});

test('what a program that a tool starts prints costs no answer', async () => {
  await using gateway = await startGateway({
    'bailiwick.yaml': toConfig('    timeout: 5000\n'),
    ...FILES,
    'tools/print.ts': `
import { spawnSync } from 'node:child_process';
const print = 'process.stdout.write("no end of line")';
export default { name: 'print', description: 'd', access: 'read', run() {
  spawnSync(process.execPath, ['-e', print], { stdio: 'inherit' });
  return 'printed';
} };`,
  });
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.dana);
  expect(textOf(await client.callTool({ name: 'ops_print', arguments: {} }))).toBe('printed');
});

test('declarations, tests and hidden files are no tools', async () => {
  await using gateway = await startGateway({
    'bailiwick.yaml': toConfig(),
    ...FILES,
    'tools/types.d.ts': 'export type A = 1;',
    'tools/greet.test.ts': 'throw 1;',
    'tools/.hidden.ts': 'throw 1;',
  });
  expect(gateway.app.offered().contributions[0]).toMatchObject({ operations: 4, skipped: [] });
});

test('a changed, a new and a removed file take effect at the next reload, and only then is the child started anew', async () => {
  await using gateway = await startGateway({ 'bailiwick.yaml': toConfig(), ...FILES });
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.dana);
  const greet = async () => textOf(await client.callTool({ name: 'ops_greet', arguments: { name: 'Ada' } }));
  expect(await greet()).toBe('Hello, Ada');
  await gateway.reload();
  await gateway.write(
    'tools/greet.ts',
    (FILES['tools/greet.ts'] ?? '').replace('${chosen}, ', '${chosen} again, '),
  );
  await gateway.write(
    'tools/new.ts',
    'export default { name: "new", description: "New", access: "read", run: () => "new" };',
  );
  await gateway.reload();
  await until(async () => (await greet()) === 'Hello again, Ada', 'the changed file is served');
  expect(textOf(await client.callTool({ name: 'ops_new', arguments: {} }))).toBe('new');
});

test('a package.json that speaks of CommonJS, as npm makes it, does not matter to TypeScript', async () => {
  await using gateway = await startGateway({
    'bailiwick.yaml': toConfig(),
    ...FILES,
    'package.json': '{ "name": "x", "type": "commonjs" }',
    'lib/polite.ts': 'export const polite = true as boolean;',
    'tools/polite.ts': `import { polite } from '../lib/polite.ts';
export default { name: 'polite', description: 'Is it?', access: 'read', run: () => String(polite) };`,
  });
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.dana);
  expect(textOf(await client.callTool({ name: 'ops_polite', arguments: {} }))).toBe('true');
});

test('a setting that means no file that is there is refused with its place', async () => {
  const text = toConfig().replace('./tools/*.ts', '[./tools/*.ts, ./gone/one.ts, ./gone/*.ts]');
  const error = await rejection(startGateway({ 'bailiwick.yaml': text, ...FILES }));
  expect(error.message).toContain('the tool file `one.ts` does not exist');
  expect(error.message).toContain('the folder of the tools does not exist');
});
