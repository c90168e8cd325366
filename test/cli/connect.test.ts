import path from 'node:path';
import { expect, test } from 'vitest';
import { isKeyNeeded, principalToBe } from '../../src/cli/callers.ts';
import { keepFilledIn } from '../../src/cli/mcp-clients.ts';
import { welcome } from '../../src/cli/welcome.ts';
import { textsOf, variablesOf } from '../../src/cli/written-config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { bailiwick } from '../support/command-line.ts';
import { createFolder, notesFiles, startGateway } from '../support/gateway.ts';

/** No local principal, and two variables: what is printed as it stands in the README of so many servers would not start. */
function closedFiles(): Record<string, string> {
  const files = notesFiles('${env:NOTES_URL}', '', `, credentials: { k: { apiKey: '\${env:NOTES_KEY}' } }`);
  return {
    ...files,
    'notes.yaml': `${files['notes.yaml']}
security: [{ k: [] }]
components: { securitySchemes: { k: { type: apiKey, in: header, name: X-Key } } }
`,
    'bailiwick.yaml':
      files['bailiwick.yaml']?.replace('local: { scopes: [notes:read] }', 'local: false') ?? '',
  };
}

test('over stdio the entry names a principal where there is no local one, and the variables, never their values', async () => {
  await using workspace = await createFolder(closedFiles());
  const { status, out, err } = await bailiwick(workspace.folder, ['connect', 'claude'], {
    environment: { NOTES_KEY: 'value-canary' },
  });
  expect(status).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    mcpServers: {
      bailiwick: {
        args: expect.arrayContaining(['--stdio', '--as', 'reader']),
        env: { NOTES_URL: '…set me…', NOTES_KEY: '…set me…' },
      },
    },
  });
  expect(err).toContain('Put the values in place of "…set me…"');
  expect(out + err).not.toContain('canary');
});

test('over http the entry has a place for the key where one is needed, and --as is refused', async () => {
  await using workspace = await createFolder(closedFiles());
  const endpoint = ['--url', 'http://127.0.0.1:8808/mcp'];
  const { out, err } = await bailiwick(workspace.folder, ['connect', 'cursor', ...endpoint]);
  expect(JSON.parse(out)).toEqual({
    mcpServers: { bailiwick: { url: endpoint[1], headers: { Authorization: 'Bearer <key>' } } },
  });
  expect(err).toContain('A key is needed in place of <key>: bailiwick keys create reader');
  const wrong = await bailiwick(workspace.folder, ['connect', 'cursor', '--as', 'reader']);
  expect([wrong.status, wrong.out]).toEqual([2, '']);
  expect(wrong.err).toMatch(/--as is for stdio: .*--transport stdio/);
});

test('what serve prints when it is ready can be pasted: the same principal, variables and place for a key', async () => {
  const environment = { NOTES_URL: 'http://127.0.0.1:9', NOTES_KEY: 'value-canary' };
  await using gateway = await startGateway(closedFiles(), environment);
  const loaded = await loadConfig(path.join(gateway.folder, 'bailiwick.yaml'), environment);
  const text = welcome(gateway.app, loaded, gateway.http);
  expect(text).toContain('Callers need a key: npx bailiwick keys create reader');
  expect(text).toMatch(/"--as",\s+"reader"/);
  expect(text).toMatch(/"env": \{\s+"NOTES_URL": "…set me…",\s+"NOTES_KEY": "…set me…"\s+\}/);
  expect(text).toMatch(/"Authorization": "Bearer <key>"[^]*A key is needed in place of <key>/);
  // It was started elsewhere, so every command that it suggests names the file.
  expect(text.match(/npx bailiwick (connect|tools) .*--config \S*bailiwick\.yaml/g)).toHaveLength(3);
  expect(text).not.toContain('canary');
});

test.each([
  ['holds scopes', { scopes: ['a'], groups: [], claims: {} }, ['x'], undefined, false],
  ['holds nothing', { scopes: [], groups: [], claims: {} }, ['x', 'y'], 'x', true],
  ['is not written', undefined, ['x'], 'x', true],
  ['is off', false, ['x'], 'x', true],
  ['holds nothing and is all there is', {}, [], undefined, false],
])('where the local principal %s, a client is told who to be', (_, local, principals, principal, key) => {
  expect(principalToBe({ local, principals })).toBe(principal);
  expect(isKeyNeeded({ local, principals })).toBe(key);
});

test('what somebody put in place of a placeholder outlives the next --write', () => {
  const entry = { command: 'new', env: { A: '…set me…', B: '…set me…' } };
  expect(keepFilledIn(entry, { command: 'old', env: { A: 'mine', C: 'gone' } })).toEqual({
    command: 'new',
    env: { A: 'mine', B: '…set me…' },
  });
  const headers = { headers: { Authorization: 'Bearer <key>' } };
  const filled = { headers: { Authorization: 'Bearer bw_mine' } };
  expect(keepFilledIn(headers, filled)).toEqual(filled);
  expect(keepFilledIn(headers, 'nonsense')).toEqual(headers);
});

test('a variable is a reference, not a literal that looks like one', () => {
  const value = { a: ['x ${env:A} ${env:B}'], b: { c: '$${env:NOT} ${file:f} ${env:A}' } };
  expect(variablesOf(textsOf(value))).toEqual(['A', 'B']);
});
