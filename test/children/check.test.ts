import path from 'node:path';
import { expect, test } from 'vitest';
import { fixture } from '../mcp-upstream/support.ts';
import { createFolder } from '../support/gateway.ts';
import { runHere } from '../support/in-process.ts';

const toConfig = (limits: string) => `
profiles: { offline: { level: process, folders: [./data, { path: ./out, write: true }], limits: { memory: 1GiB } } }
sources:
  plain: { mcp: { command: ['${process.execPath}', '${fixture('modern-server.ts')}', '--stdio'], env: { A: b }, limits: ${limits} } }
  boxed: { mcp: { command: [/nowhere/program], isolation: { profile: offline } } }
`;

test('check says what each child may reach, and which limit cannot be kept', async () => {
  await using workspace = await createFolder({
    'bailiwick.yaml': toConfig('{ cpus: 1 }'),
    'data/a': '',
    'out/a': '',
  });
  const { out, status } = await runHere(['check', '--config', path.join(workspace.folder, 'bailiwick.yaml')]);
  expect(status).toBe(3);
  expect(out).toContain('source plain: no isolation: whatever the user of Bailiwick may, 1 cpus');
  expect(out).toContain(
    'source boxed: process isolation (profile offline), no network, reads data, writes out, memory 1024 MiB',
  );
  expect(out).toMatch(/source plain: source plain is (down: it is )?not started/);
  expect(out).toContain('`limits.cpus` needs a container; remove it, or set `isolation`');
});

test('and says it as JSON', async () => {
  await using workspace = await createFolder({
    'bailiwick.yaml': toConfig('{ openFiles: 100 }'),
    'data/a': '',
    'out/a': '',
  });
  const { out } = await runHere([
    'check',
    '--json',
    '--config',
    path.join(workspace.folder, 'bailiwick.yaml'),
  ]);
  expect((JSON.parse(out) as { children: unknown }).children).toEqual([
    { source: 'plain', level: 'none', network: true, limits: { openFiles: 100 }, variables: ['A'] },
    {
      source: 'boxed',
      level: 'process',
      profile: 'offline',
      network: false,
      folders: [
        { path: path.join(workspace.folder, 'data'), write: false },
        { path: path.join(workspace.folder, 'out'), write: true },
      ],
      limits: { memory: 2 ** 30 },
      variables: [],
    },
  ]);
});
