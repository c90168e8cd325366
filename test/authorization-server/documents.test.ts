import express from 'express';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { BailiwickError } from '../../src/errors.ts';
import { openIdentity } from '../../src/identity/open-identity.ts';
import { IdentitySettings } from '../../src/identity/settings.ts';
import { hashKey } from '../../src/identity/static-keys.ts';
import { createAuthorizationRoutes } from '../../src/server/authorization-routes.ts';
import { openMemory } from '../../src/state/memory/open-memory.ts';
import { createSealer } from '../../src/state/sealed.ts';
import { createLog } from '../ledger/support.ts';
import { ANN_KEY, createClient, withKey } from './support.ts';

const CALLBACK = 'https://client.example/callback';
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** An authorization server that finds these documents where they say they are, on its own. */
async function serve(documents: ReadonlyMap<string, object>, away = { isAway: false }): Promise<string> {
  const { logger } = createLog();
  const store = openMemory({ logger });
  const identity = openIdentity({
    store,
    sealed: {
      ...store,
      get: (key, now) =>
        away.isAway ? Promise.reject(new BailiwickError('STATE_UNAVAILABLE', 'away')) : store.get(key, now),
    },
    sealer: createSealer(['s'.repeat(43)]),
    publicUrl: () => undefined,
    logger,
    now: Date.now,
    fetchDocument: (url) => Promise.resolve(Response.json(documents.get(url) ?? {})),
  });
  identity.use(
    IdentitySettings.parse({
      principals: { ann: { scopes: ['tickets:read'] } },
      keys: [{ principal: 'ann', hash: hashKey(ANN_KEY) }],
      server: { login: { keys: true } },
    }),
  );
  const listener = express()
    .use(createAuthorizationRoutes(identity.authorizationServer, ''))
    .listen(0, '127.0.0.1');
  await new Promise((resolve) => listener.once('listening', resolve));
  onTestFinished(async () => {
    listener.close();
    await identity.close();
    await store.close();
  });
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  identity.serveAt(url);
  return url;
}

test('a program that is a document signs in, and shows who it is with keys from its own address', async () => {
  const id = 'https://client.example/metadata.json';
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const document = {
    client_id: id,
    client_name: 'A program',
    redirect_uris: [CALLBACK],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    jwks_uri: 'https://client.example/keys',
  };
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }] };
  const url = await serve(
    new Map<string, object>([
      [id, document],
      [document.jwks_uri, keys],
    ]),
  );
  const assertion = (jti: string) =>
    new SignJWT({ jti, iss: id, sub: id, aud: url })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(privateKey);
  const client = createClient(url, id);
  const person = withKey(ANN_KEY);
  const back = await client.authorize(person, { redirect_uri: CALLBACK });
  expect(person.pages.at(-1)?.html).toContain('vouched for by client.example');
  const shown = {
    redirect_uri: CALLBACK,
    client_assertion_type: ASSERTION,
    client_assertion: await assertion('1'),
  };
  const tokens = await client.exchange(back.get('code') ?? '', shown);
  expect(tokens.scope).toBe('mcp tickets:read');
  // The same assertion again, and none.
  expect((await client.refresh(tokens.refresh_token, shown)).error).toBe('invalid_client');
  expect((await client.refresh(tokens.refresh_token)).error).toBe('invalid_client');
  const next = { ...shown, client_assertion: await assertion('2') };
  expect((await client.refresh(tokens.refresh_token, next)).access_token).toBeDefined();
});

test.each([
  ['another id', { client_id: 'https://other.example/metadata.json' }],
  ['a secret', { client_secret: 'x' }],
  ['a secret to authenticate with', { token_endpoint_auth_method: 'client_secret_basic' }],
  ['plain http elsewhere', { redirect_uris: ['http://client.example/callback'], application_type: 'web' }],
  ['another callback', { redirect_uris: ['https://client.example/other'] }],
  ['no callback', { redirect_uris: [] }],
  ['keys that are none', { jwks: 5 }],
])('a document with %s lets no program in', async (_name, more) => {
  const id = 'https://client.example/metadata.json';
  const url = await serve(new Map([[id, { client_id: id, redirect_uris: [CALLBACK], ...more }]]));
  for (const redirectUri of [CALLBACK, 'http://client.example/callback']) {
    const address = createClient(url, id).authorizationUrl({ redirect_uri: redirectUri });
    // oxlint-disable-next-line no-await-in-loop -- one after another
    expect((await fetch(address, { redirect: 'manual' })).status).toBe(400);
  }
});

test('a browser is told in a page that the store is away', async () => {
  const id = 'https://client.example/metadata.json';
  const away = { isAway: false };
  const url = await serve(new Map([[id, { client_id: id, redirect_uris: [CALLBACK] }]]), away);
  const address = createClient(url, id).authorizationUrl({ redirect_uri: CALLBACK });
  const first = await fetch(address, { redirect: 'manual' });
  const cookie = first.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const load = () => fetch(first.headers.get('location') ?? '', { headers: { cookie } });
  expect((await load()).status).toBe(200);
  away.isAway = true;
  const page = await load();
  expect([page.status, page.headers.get('content-type')]).toEqual([503, 'text/html; charset=utf-8']);
  expect(await page.text()).toContain('load the page again');
  away.isAway = false;
  expect((await load()).status).toBe(200);
});
