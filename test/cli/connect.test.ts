import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { baseUrlOf } from '../../src/cli/base-url.ts';
import { canSignIn, isKeyNeeded, principalToBe } from '../../src/cli/callers.ts';
import { keepFilledIn } from '../../src/cli/mcp-clients.ts';
import { welcome } from '../../src/cli/welcome.ts';
import { textsOf, variablesOf } from '../../src/cli/written-config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { bailiwick } from '../support/command-line.ts';
import { createFolder, notesFiles, startGateway } from '../support/gateway.ts';
import { runHere, runWith } from '../support/in-process.ts';

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
  vi.stubEnv('NOTES_KEY', 'value-canary');
  onTestFinished(() => void vi.unstubAllEnvs());
  const { status, out, err } = await runWith(workspace.folder, ['connect', 'claude']);
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
  const { out, err } = await runWith(workspace.folder, ['connect', 'cursor', ...endpoint]);
  expect(JSON.parse(out)).toEqual({
    mcpServers: { bailiwick: { url: endpoint[1], headers: { Authorization: 'Bearer <key>' } } },
  });
  expect(err).toContain('A key is needed in place of <key>: bailiwick keys create reader');
  const wrong = await runWith(workspace.folder, ['connect', 'cursor', '--as', 'reader']);
  expect([wrong.status, wrong.out]).toEqual([2, '']);
  expect(wrong.err).toMatch(/--as is for stdio: .*--transport stdio/);
});

test('what serve prints when it is ready can be pasted: the same principal, variables and place for a key', async () => {
  const environment = { NOTES_URL: 'http://127.0.0.1:9', NOTES_KEY: 'value-canary' };
  await using gateway = await startGateway(closedFiles(), environment);
  const loaded = await loadConfig(path.join(gateway.folder, 'bailiwick.yaml'), environment);
  const text = welcome(gateway.app, loaded, gateway.http);
  expect(text).toContain('Callers need a key; to make another: npx bailiwick keys create reader');
  expect(text).toMatch(/"--as",\s+"reader"/);
  expect(text).toMatch(/"env": \{\s+"NOTES_URL": "…set me…",\s+"NOTES_KEY": "…set me…"\s+\}/);
  expect(text).toMatch(/"Authorization": "Bearer <key>"[^]*A key is needed in place of <key>/);
  // It was started elsewhere, so every command that it suggests names the file.
  expect(text.match(/npx bailiwick (connect|tools) .*--config \S*bailiwick\.yaml/g)).toHaveLength(3);
  expect(text).not.toContain('canary');
});

const SIGN_IN = `
identity:
  local: LOCAL
  principals: { ann: { scopes: [notes:read] } }
  server: { login: { keys: true } }
sources: {}
state: { memory: true }
`;

test('where a client can sign in nothing stands for a key, and serve gives the URL that tokens are for', async () => {
  const server = `server: { listen: '127.0.0.1:0', publicUrl: https://tools.example.com }`;
  await using gateway = await startGateway({
    ...closedFiles(),
    'bailiwick.yaml': `${server}${SIGN_IN.replace('LOCAL', 'false')}`,
  });
  const file = path.join(gateway.folder, 'bailiwick.yaml');
  for (const more of [[], ['--url', 'https://other.example/mcp']]) {
    // oxlint-disable-next-line no-await-in-loop -- one after another
    const { out, err } = await runHere(['connect', 'cursor', '--config', file, ...more]);
    const url = more[1] ?? 'https://tools.example.com/mcp';
    expect(JSON.parse(out)).toEqual({ mcpServers: { bailiwick: { url } } });
    expect(err).toContain('the client opens a browser to sign in');
  }
  const given = await runHere(['connect', 'cursor', '--config', file, '--key', 'k']);
  expect(given.out).toContain('"Authorization": "Bearer k"');
  expect(given.err).toContain('--key - reads it from standard input');
  const piped = await bailiwick(gateway.folder, ['connect', 'cursor', '--key', '-'], { input: 'k2\n' });
  expect(piped.out).toContain('"Authorization": "Bearer k2"');
  expect(piped.err).not.toContain('on the command line');
  const text = welcome(gateway.app, await loadConfig(file, {}), gateway.http);
  expect(text).toMatch(/"url": "https:\/\/tools\.example\.com\/mcp"/);
  expect(text).toContain('The URL to give to clients is https://tools.example.com/mcp');
  expect(text).toContain('Callers need a key or a token; to make one: npx bailiwick keys create ann');
  expect(text).not.toMatch(/Authorization|<key>|not asked to sign in/);
});

test('where callers of this machine are let in without a credential, serve and check say that none is asked to sign in', async () => {
  await using gateway = await startGateway({
    ...closedFiles(),
    'bailiwick.yaml': `server: { listen: '127.0.0.1:0' }${SIGN_IN.replace('LOCAL', '{}')}`,
  });
  const file = path.join(gateway.folder, 'bailiwick.yaml');
  const text = welcome(gateway.app, await loadConfig(file, {}), gateway.http);
  expect(text).toContain('Clients on this machine are not asked to sign in');
  const shown = await runHere(['connect', 'cursor', '--config', file]);
  expect(shown.err).not.toContain('opens a browser');
  const { out } = await runHere(['check', '--config', file]);
  expect(out).toMatch(
    /:2:1 .*never asked to sign in; for clients here to sign in, set identity\.local: false/,
  );
  expect(out).toMatch(/identity\.server: people sign in here, with keys of this server; tokens are for http/);
});

test.each([
  [{ listen: '0.0.0.0:8808' }, 'http://localhost:8808'],
  [{ listen: '[::]:8808', tls: { cert: 'a', key: 'b' } }, 'https://localhost:8808'],
  [{ listen: '[::1]:8808' }, 'http://[::1]:8808'],
  [{ listen: '0.0.0.0:8808', publicUrl: 'https://tools.example.com/' }, 'https://tools.example.com'],
])('%j is found at %s, whichever command says it', (server, url) => {
  expect(baseUrlOf(server)).toBe(url);
});

test.each([
  ['this server', { server: {} }, true],
  ['an issuer', { issuers: [{ issuer: 'https://a.example' }] }, true],
  ['service accounts', { issuers: [{ issuer: 'https://a.example', preset: 'kubernetes' }] }, false],
  ['an issuer that is not told', { issuers: [{ issuer: 'https://a.example', advertise: false }] }, false],
  ['nothing', undefined, false],
])('with %s a client knows where to sign in, or does not', (_, identity, expected) => {
  expect(canSignIn(identity)).toBe(expected);
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
