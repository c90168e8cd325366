import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { configure, startServer } from '../authorization-server/support.ts';
import { startEnterpriseProvider } from '../sign-in/support/enterprise-provider.ts';
import { createPerson } from '../sign-in/support/person.ts';
import { runWith } from '../support/in-process.ts';
import { commandLines, filesOf, findCanaries } from './support/search.ts';

const JWT = /eyJ[\w-]{10,}\.[\w-]{20,}\.[\w-]{20,}/;
const CLIENT_SECRET = 'client-secret-canary-0123456789';
const OVERAGE_SECRET = 'overage-secret-canary-0123456789';

/** Cookies, codes and states that go through the browsers of this test. */
function listenToBrowsers(canaries: Map<string, string>): void {
  const { fetch } = globalThis;
  globalThis.fetch = async (...request) => {
    const response = await fetch(...request);
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value.length >= 16) canaries.set(`cookie ${name} ${canaries.size}`, value);
    }
    const code = /[?&]code=([^&]+)/.exec(response.headers.get('location') ?? '')?.[1];
    if (code !== undefined) canaries.set(`code ${canaries.size}`, code);
    return response;
  };
  onTestFinished(() => void (globalThis.fetch = fetch));
}

test('of a sign-in with a browser nothing that lets anybody in is in any log line, record, state file, process or output', async () => {
  const canaries = new Map<string, string>();
  const heard = new Map<string, string>();
  await using enterprise = await startEnterpriseProvider();
  const server = await startServer(
    configure(
      {
        clients: [
          { id: 'desk', redirectUris: ['http://127.0.0.1:8123/callback'] },
          { id: 'shop', redirectUris: ['http://127.0.0.1:8123/callback'], secret: CLIENT_SECRET },
        ],
        login: {
          provider: {
            issuer: enterprise.issuer,
            clientId: enterprise.client.id,
            clientSecret: enterprise.client.secret,
          },
        },
      },
      {
        identity: {
          issuers: [
            {
              issuer: 'https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0',
              preset: 'entra',
              audience: 'here',
              groupsOverage: { clientId: 'tools', clientSecret: OVERAGE_SECRET },
            },
          ],
        },
        state: { sqlite: '.bailiwick/state.db' },
        audit: { arguments: 'full' },
      },
    ),
  );
  canaries.set('secret at the provider', enterprise.client.secret);
  canaries.set('secret of a client', CLIENT_SECRET);
  canaries.set('secret for groups', OVERAGE_SECRET);
  enterprise.redirectTo(`${server.url}/oauth/login/callback`);
  listenToBrowsers(canaries);

  const back = await server.authorize(createPerson({ login: 'ann', password: 'password-canary-77' }));
  canaries.set('password at the provider', 'password-canary-77');
  canaries.set('code verifier', server.verifier);
  const first = await server.exchange(back.get('code') ?? '');
  const second = await server.refresh(first.refresh_token);
  for (const [name, tokens] of Object.entries({ first, second })) {
    canaries.set(`${name} access token`, tokens.access_token);
    canaries.set(`${name} refresh token`, tokens.refresh_token ?? '');
    expect(await server.use(tokens.access_token)).not.toBe(401);
  }
  // What is wrong is not repeated either: a code and a refresh token for the second time, a secret that is another.
  const wrong = [
    await server.refresh('refresh-token-canary-0123456789'),
    await server.exchange('code-canary-0123456789', { client_secret: 'wrong-secret-canary-01234' }),
    await server.exchange(back.get('code') ?? ''),
    await server.refresh(first.refresh_token),
  ];
  for (const { error } of wrong) expect(error).toBeDefined();
  heard.set('answers to what is wrong', JSON.stringify(wrong));
  canaries.set('unknown refresh token', 'refresh-token-canary-0123456789');
  canaries.set('unknown code', 'code-canary-0123456789');
  canaries.set('wrong secret', 'wrong-secret-canary-01234');
  const check = await runWith(server.folder, ['check', '--json']);
  heard.set('check', check.out + check.err);
  heard.set('processes', await commandLines());
  await server.close();
  heard.set('the log', server.log.join('\n'));
  heard.set('the records', JSON.stringify(await server.records()));
  for (const [name, bytes] of await filesOf(path.join(server.folder, '.bailiwick'))) heard.set(name, bytes);

  expect([...canaries.keys()].filter((kind) => kind.startsWith('code ')).length).toBeGreaterThan(0);
  expect([...canaries.keys()].filter((kind) => kind.startsWith('cookie ')).length).toBeGreaterThan(0);
  expect([...canaries].filter(([, canary]) => canary.length < 16)).toEqual([]);
  // What is looked for is found where it is, and there was something to look through.
  expect(findCanaries(canaries, new Map([['here', first.access_token]]))).toEqual([
    'first access token in here',
  ]);
  expect([...heard.keys()].filter((where) => where.includes('state.db'))).not.toEqual([]);
  expect(heard.get('the records')).toContain('signin');
  expect(findCanaries(canaries, heard)).toEqual([]);
  // The ID token of the provider, which no browser sees, among others.
  expect([...heard].flatMap(([where, text]) => JWT.exec(text)?.slice(0, 1).concat(where) ?? [])).toEqual([]);
  await server[Symbol.asyncDispose]();
});
