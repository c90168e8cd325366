import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { run } from '../../src/cli/run.ts';
import { createFolder } from '../support/gateway.ts';
import { Writable } from 'node:stream';
import { startAuthorizationServer } from './support/authorization-server.ts';
import { createBrowser } from './support/browser.ts';
import { startGuardedServer } from './support/guarded-server.ts';
import { filesFor } from './support/setup.ts';

/** Runs a command; `onLink` is told each link that it prints. */
async function runCommand(args: readonly string[], onLink: (url: string) => void = () => {}) {
  let out = '';
  let err = '';
  const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
  const status = await run(args, {
    out(text) {
      out += `${text}\n`;
      if (/^https?:\/\//.test(text)) onLink(text);
    },
    err: (text) => void (err += `${text}\n`),
    stream,
    isWatched: false,
  });
  return { status, out, err };
}

test('login, logins, call and logout work in the terminal, and none of them shows a token', async () => {
  const authorization = await startAuthorizationServer();
  const server = await startGuardedServer({ authorization });
  const workspace = await createFolder(filesFor(server.url, { oauth: {} }));
  onTestFinished(() => workspace[Symbol.asyncDispose]());
  const config = ['--config', path.join(workspace.folder, 'bailiwick.yaml')];
  const said: string[] = [];
  const command = async (...args: string[]) => {
    const outcome = await runCommand([...args, ...config], (url) => void createBrowser().open(url));
    said.push(outcome.err, outcome.out);
    return outcome;
  };

  const before = await command('call', 'issues_sign_in', '--as', 'ann');
  expect(before.out + before.err).toContain('bailiwick login issues');
  expect(await command('login', 'issues', '--as', 'ann')).toMatchObject({ status: 0 });
  expect((await command('logins')).out).toMatch(/issues +ann +\S+ +renewed by itself +issues:read/);
  const { signIns } = JSON.parse((await command('logins', '--json')).out) as { signIns: object[] };
  expect(signIns).toMatchObject([{ source: 'issues', principal: 'ann', at: authorization.origin }]);
  expect((await command('call', 'issues_whoami', '--as', 'ann')).out).toContain('somebody');
  const bob = await command('call', 'issues_whoami', '--as', 'bob');
  expect(bob.status).toBe(1);
  expect(bob.out + bob.err).toContain('bailiwick login issues');

  const out = await command('logout', 'issues', '--as', 'ann');
  expect(out.err).toContain('Its tokens were revoked.');
  expect(authorization.valid.size).toBe(0);
  expect(await command('logout', 'issues', '--as', 'ann')).toMatchObject({ status: 1 });
  expect((await command('logins')).err).toContain('Nobody is signed in');
  expect(await command('login', 'other')).toMatchObject({ status: 2 });
  for (const secret of authorization.secrets) expect(said.join('\n')).not.toContain(secret);
});

/** What a command says of settings that it does not take. */
async function check(auth: object, more: Record<string, unknown> = {}, headers = {}) {
  const files = filesFor('https://mcp.example.com/mcp', auth, {
    sources: { issues: { mcp: { url: 'https://mcp.example.com/mcp', auth, headers } } },
    ...more,
  });
  const workspace = await createFolder(files);
  onTestFinished(() => workspace[Symbol.asyncDispose]());
  const { status, err } = await runCommand([
    'logout',
    'issues',
    '--as',
    'ann',
    '--config',
    path.join(workspace.folder, 'bailiwick.yaml'),
  ]);
  expect(status).toBe(2);
  return err;
}

test('settings that cannot work are told with their place', async () => {
  expect(await check({ oauth: {} }, {}, { authorization: 'Bearer x' })).toContain('beside `auth`');
  expect(await check({ clientCredentials: { clientId: 'a' } })).toContain('`clientSecret` or `privateKey`');
  expect(await check({ oauth: {} }, { state: { redis: { url: 'redis://127.0.0.1:1' } } })).toContain(
    'state.encryptionKeys',
  );
  expect(await check({ oauth: {} }, { state: { memory: true } })).toContain('state.memory');
  const privateKey = '-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----';
  expect(await check({ clientCredentials: { clientId: 'a', privateKey } })).toContain('privateKey');
  expect(stringify(await check({ oauth: { clientSecret: 'x' } }))).toContain('clientId');
});
