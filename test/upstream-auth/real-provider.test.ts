import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startGuardedServer } from './support/guarded-server.ts';
import { connectAs, startIssues, type ClientOptions } from './support/setup.ts';

/** `oidc-provider` with its own pages to log in and to consent, registration, rotation and revocation. */
async function startProvider() {
  // It says at length that this is no provider for production.
  for (const method of ['info', 'warn', 'log'] as const) vi.spyOn(console, method).mockReturnValue();
  onTestFinished(() => void vi.restoreAllMocks());
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(origin, {
    scopes: ['openid', 'offline_access', 'issues:read'],
    features: {
      registration: { enabled: true },
      revocation: { enabled: true },
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'issues:read',
          accessTokenFormat: 'opaque',
          accessTokenTTL: 3600,
        }),
      },
    },
    rotateRefreshToken: true,
    pkce: { required: () => true },
    cookies: { keys: ['cookies-of-a-test'] },
    findAccount: (_context: unknown, accountId: string) => ({
      accountId,
      claims: () => ({ sub: accountId }),
    }),
  });
  const answer = provider.callback();
  server.on('request', (request, response) => void answer(request, response));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin, provider };
}

/** Fills in every form on the way, as a person does. */
function person(): Required<ClientOptions>['onLink'] {
  return async (start) => {
    const cookies = new Map<string, string>();
    let url = start;
    let form: URLSearchParams | undefined;
    for (let hop = 0; hop < 20; hop += 1) {
      const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
      const response = await fetch(url, {
        redirect: 'manual',
        headers: { cookie },
        ...(form && { method: 'POST', body: form }),
      });
      const page = await response.text();
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        cookies.set(name, value);
      }
      const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1];
      const link = /<a href="([^"]+)"/.exec(page)?.[1];
      const next =
        response.headers.get('location') ?? action ?? (page.includes('Sign in at') ? link : undefined);
      if (next === undefined) return 'accept';
      const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
      form =
        response.headers.get('location') === null && action !== undefined
          ? new URLSearchParams({ prompt: prompt ?? 'login', login: 'ann', password: 'any' })
          : undefined;
      url = new URL(next.replaceAll('&amp;', '&'), url).href;
    }
    throw new Error(`the sign-in does not end: ${url}`);
  };
}

test('a principal signs in at a provider that others wrote, with a rotated refresh token, and signs out', async () => {
  const { origin, provider } = await startProvider();
  const scopes = new Map<string, string>();
  provider.on('access_token.saved', (token) => {
    const { jti, scope } = token as { jti: string; scope: string };
    scopes.set(jti, scope);
  });
  provider.on('access_token.destroyed', (token) => void scopes.delete((token as { jti: string }).jti));
  const server = await startGuardedServer({
    authorization: { origin, scopeOf: (token) => scopes.get(token) },
  });
  const clock = { ahead: 0 };
  const now = (): number => Date.now() + clock.ahead;
  const gateway = await startIssues(server.url, { oauth: {} }, { state: { memory: true } }, now);
  const ann = await connectAs(gateway.endpoint, 'ann', { onLink: person() });
  expect((await ann.call('issues_sign_in')).text).toBe('Signed in to issues. Its tools are listed now.');
  await ann.untilListed('issues_whoami');
  expect((await ann.call('issues_whoami')).text).toBe('somebody');
  const first = server.seen.at(-1);

  clock.ahead = 3_590_000;
  expect((await ann.call('issues_whoami')).text).toBe('somebody');
  expect(server.seen.at(-1)).not.toBe(first);

  const outcome = await gateway.app.signIns.source('issues')?.signOut({ issuer: 'config', subject: 'ann' });
  expect(outcome).toBe('revoked');
});
