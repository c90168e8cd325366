import { globSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  findBinFaults,
  findCrossings,
  findFolderFaults,
  findFormFaults,
  importsOf,
  type SourceFile,
} from './architecture.ts';

const SRC = path.resolve(import.meta.dirname, '../../src');

const files: SourceFile[] = globSync('**/*.{ts,mts,cts,js}', { cwd: SRC }).map((file) => ({
  path: file.split(path.sep).join('/'),
  text: readFileSync(path.join(SRC, file), 'utf8'),
}));

describe('the house', () => {
  test('a folder imports from rings above its own, and a third party stays in its home', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(findCrossings(files)).toEqual([]);
  });

  test('every folder of src has a row, and every row a folder', () => {
    const folders = readdirSync(SRC, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(findFolderFaults(folders.map(({ name }) => name))).toEqual([]);
  });

  test('files have kebab-case names, named exports, no enums and no state of their own', () => {
    expect(findFormFaults(files)).toEqual([]);
  });

  test('the bin looks at the version of Node before it loads anything of ours', () => {
    expect(findBinFaults(readFileSync(path.join(SRC, 'main.ts'), 'utf8'))).toEqual([]);
  });
});

const crossing = (from: string, text: string) => findCrossings([{ path: from, text }]);

describe('the rule can fail', () => {
  test.each([
    ['a folder below', 'policy/decide.ts', `import { callTool } from '../gateway/call-tool.ts';`],
    [
      'a folder beside',
      'compile/openapi/compile.ts',
      `import type { Upstream } from '../../upstream/upstream.ts';`,
    ],
    ['a face beside', 'server/http-server.ts', `import { load } from '../config/load.ts';`],
    ['a value of a word beside', 'identity/local.ts', `import { ACCESS } from '../catalog/tool.ts';`],
    ['the composition root', 'gateway/gateway.ts', `import { startApp } from '../app.ts';`],
    ['the bin', 'cli/serve.ts', `import '../main.ts';`],
    ['a folder without a row', 'gateway/gateway.ts', `import { help } from '../helpers/help.ts';`],
    ['a file outside src', 'cli/serve.ts', `import { wait } from '../../test/wait.ts';`],
    [
      'several lines',
      'policy/decide.ts',
      `import {\n  callTool,\n  listTools,\n} from '../gateway/call-tool.ts';`,
    ],
    ['a re-export', 'policy/index.ts', `export * from '../gateway/gateway.ts';`],
    [
      'a later import',
      'audit/writer.ts',
      `async function f() {\n  return await import('../server/http-server.ts');\n}`,
    ],
    ['an import for its effect', 'catalog/tool.ts', `import '../policy/decide.ts';`],
    ['a third party away from home', 'gateway/gateway.ts', `import express from 'express';`],
    [
      'a type of a third party',
      'gateway/gateway.ts',
      `import type { Tool } from '@modelcontextprotocol/server/types';`,
    ],
    ['a third party nobody decided on', 'server/http-server.ts', `import _ from 'lodash';`],
    ['the network in a pure folder', 'compile/mcp/compile.ts', `import { request } from 'node:http';`],
    ['ours in errors.ts', 'errors.ts', `import type { Tool } from './catalog/tool.ts';`],
  ])('%s', (_, from, text) => {
    const found = crossing(from, text);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`src/${from} → ${importsOf(text)[0]!.target}: `);
  });

  test.each([
    ['a type of the first ring', 'identity/local.ts', `import type { Access } from '../catalog/tool.ts';`],
    ['the errors', 'telemetry/logger.ts', `import { BailiwickError } from '../errors.ts';`],
    ['a ring above', 'gateway/gateway.ts', `import { decide } from '../policy/decide.ts';`],
    [
      'the composition root from a face that starts it',
      'cli/serve.ts',
      `import { startApp } from '../app.ts';`,
    ],
    [
      'the slice of a face, for the whole configuration',
      'config/schema.ts',
      `import { S } from '../server/settings.ts';`,
    ],
    ['its own folder', 'compile/openapi/compile.ts', `import { f } from '../problem.ts';`],
    [
      'a third party at home',
      'upstream/mcp/x.ts',
      `import { Client } from '@modelcontextprotocol/client/stdio';`,
    ],
    [
      'an import in a comment',
      'policy/decide.ts',
      `/**\n * import { x } from '../gateway/x.ts';\n * await import('../server/x.ts')\n */`,
    ],
  ])('and lets pass: %s', (_, from, text) => {
    expect(crossing(from, text)).toEqual([]);
  });

  test('a new folder, and one that is gone, are found', () => {
    const faults = findFolderFaults(['catalog', 'helpers']);
    expect(faults).toContain('src/helpers has no row');
    expect(faults).toContain('the row gateway has no folder');
  });

  test.each([
    ['policy/decideCall.ts', 'export const a = 1;', 'kebab-case'],
    ['policy/Decide/call.ts', 'export const a = 1;', 'kebab-case'],
    ['policy/decide.ts', 'export default 1;', 'default export'],
    ['policy/decide.ts', 'const a = 1;\nexport { a as default };', 'default export'],
    ['policy/decide.ts', 'export enum Effect { Permit }', 'enum'],
    ['policy/decide.ts', 'const enum Effect { Permit }', 'enum'],
    ['policy/decide.ts', 'export namespace Effect {}', 'namespace'],
    ['policy/decide.ts', 'let calls = 0;', 'state of the module'],
  ])('%s with %j is refused', (file, text, fault) => {
    expect(findFormFaults([{ path: file, text }])).toEqual([expect.stringContaining(fault)]);
  });

  test.each([
    [`import { run } from './cli/run.ts';\nif (process.versions.node < '24') throw 1;`, 'is loaded before'],
    [`const { run } = await import('./cli/run.ts');\nprocess.versions.node;`, 'imports before it looks'],
    [`await import('./cli/run.ts');`, 'does not look at'],
  ])('the bin %j is refused', (text, fault) => {
    expect(findBinFaults(text)).toEqual([expect.stringContaining(fault)]);
  });
});
