import path from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { hashKey } from '../../src/identity/static-keys.ts';
import { createFolder } from '../support/gateway.ts';
import { runHere } from '../support/in-process.ts';
import { ANN_KEY, BOB_KEY, configure, createClient, startServer, withKey } from './support.ts';

test('two gateways over one store are one server, also after a restart', async () => {
  await using folder = await createFolder({});
  const files = configure(undefined, { state: { sqlite: path.join(folder.folder, 'state.db') } });
  let refresh: string | undefined;
  let address = '';
  {
    await using one = await startServer(files);
    address = one.url;
    const fixed = { ...files, ...withListen(files, one.url) };
    // The same address for both, as a load balancer gives them.
    await using two = await startServer(fixed);
    const tokens = await one.signIn();
    const other = createClient(two.url);
    expect(await other.use(tokens.access_token)).not.toBe(401);
    const again = await other.refresh(tokens.refresh_token);
    expect(await one.use(again.access_token)).not.toBe(401);
    refresh = (await one.signIn()).refresh_token;
    expect((await other.post('/oauth/revoke', { client_id: 'desk', token: again.access_token })).status).toBe(
      200,
    );
    await expect.poll(() => one.use(again.access_token)).toBe(401);
    expect((await one.refresh(again.refresh_token)).error).toBe('invalid_grant');
  }
  await using later = await startServer({ ...files, ...withListen(files, address) });
  const tokens = await later.refresh(refresh);
  expect(tokens.error).toBeUndefined();
  expect(await later.use(tokens.access_token)).not.toBe(401);
});

/** The configuration of another gateway that calls itself by the address of this one. */
function withListen(files: Record<string, string>, publicUrl: string): Record<string, string> {
  const config = JSON.parse(files['bailiwick.yaml'] ?? '{}') as object;
  return { 'bailiwick.yaml': JSON.stringify({ ...config, server: { listen: '127.0.0.1:0', publicUrl } }) };
}

test('tokens end with the key that somebody signed in with, and follow what its principal may', async () => {
  await using server = await startServer();
  const ann = await server.signIn(ANN_KEY);
  const bob = await server.signIn(BOB_KEY);
  const config = JSON.parse(configure()['bailiwick.yaml'] ?? '') as {
    identity: { keys: object[]; principals: Record<string, object> };
  };
  config.identity.keys = [{ principal: 'ann', hash: hashKey(ANN_KEY) }];
  config.identity.principals['ann'] = { scopes: ['tickets:read'], groups: ['night-shift'] };
  await server.write('bailiwick.yaml', JSON.stringify(config));
  await server.reload();
  expect(await server.use(bob.access_token)).toBe(401);
  expect((await server.refresh(bob.refresh_token)).error).toBe('invalid_grant');
  const { principal } = await server.app.identity.identify({
    method: 'POST',
    target: '/mcp',
    authorization: `Bearer ${ann.access_token}`,
    headers: {},
    remoteAddress: '127.0.0.1',
    listenAddress: '127.0.0.1',
  });
  expect(principal).toMatchObject({ scopes: ['tickets:read'], groups: ['night-shift'] });
});

test('tokens end when the authorization server is taken out of the configuration', async () => {
  await using server = await startServer();
  const { access_token: token } = await server.signIn();
  expect(await server.use(token)).not.toBe(401);
  const config = JSON.parse(configure()['bailiwick.yaml'] ?? '') as { identity: { server?: object } };
  delete config.identity.server;
  await server.write('bailiwick.yaml', JSON.stringify(config));
  await server.reload();
  expect(await server.use(token)).toBe(401);
  expect((await fetch(`${server.url}/.well-known/oauth-authorization-server`)).status).toBe(404);
});

test('what people agreed to is recorded, and nothing that was given out is in a log, a record or the store', async () => {
  const server = await startServer();
  const secrets: string[] = [ANN_KEY];
  try {
    const back = await server.authorize(withKey(ANN_KEY));
    const tokens = await server.exchange(back.get('code') ?? '');
    await server.use(tokens.access_token);
    secrets.push(back.get('code') ?? '', tokens.access_token, tokens.refresh_token ?? '');
    const found: string[] = [];
    for (const prefix of ['oauth-server/', '']) {
      // oxlint-disable-next-line no-await-in-loop -- two
      const { keys } = await server.app.store.list(prefix, { now: Date.now() });
      for (const key of keys) {
        // oxlint-disable-next-line no-await-in-loop -- a few
        found.push(key, JSON.stringify(await server.app.store.get(key, Date.now())));
      }
    }
    expect(found.some((text) => text.startsWith('oauth-server/AccessToken/'))).toBe(true);
    for (const secret of secrets) expect(found.join('\n')).not.toContain(secret);
  } finally {
    await server.close();
  }
  const records = await server.records();
  expect(records.filter(({ type }) => type === 'signin').map(({ detail }) => detail?.['what'])).toContain(
    'consent',
  );
  for (const secret of secrets) expect(JSON.stringify(records) + server.log.join('')).not.toContain(secret);
  await server[Symbol.asyncDispose]();
});

test.each([
  ['beyond this machine without a public URL', { server: { listen: '0.0.0.0:0' } }, 'server.publicUrl'],
  [
    'under a name without encryption beyond this machine',
    { server: { listen: '127.0.0.1:0', publicUrl: 'http://tools.example.com' } },
    'server.publicUrl` must be an https URL',
  ],
  ['in Redis without a key', { state: { redis: { url: 'redis://127.0.0.1:1' } } }, 'state.encryptionKeys'],
])('it does not start %s', async (_name, more, reason) => {
  await using folder = await createFolder(configure(undefined, more));
  await expect(loadConfig(path.join(folder.folder, 'bailiwick.yaml'), {})).rejects.toThrow(reason);
});

test('a revocation of the principal whose key it was ends what programs got, and nothing of others; taken back, the key counts again', async () => {
  await using server = await startServer();
  const { access_token: token } = await server.signIn(ANN_KEY);
  const bob = await server.signIn(BOB_KEY);
  expect(await server.use(token)).not.toBe(401);
  const who = ['ann', '--config', `${server.folder}/bailiwick.yaml`];
  expect((await runHere(['revoke', ...who])).status).toBe(0);
  await expect.poll(() => server.use(token)).toBe(401);
  expect(await server.use(ANN_KEY)).toBe(401);
  expect(await server.use(bob.access_token)).not.toBe(401);
  expect((await runHere(['revoke', ...who, '--undo'])).status).toBe(0);
  await expect.poll(() => server.use(ANN_KEY)).not.toBe(401);
});
