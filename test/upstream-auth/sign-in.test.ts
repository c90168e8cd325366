import { describe, expect, test, vi } from 'vitest';
import { startAuthorizationServer, type AuthorizationServerOptions } from './support/authorization-server.ts';
import { createBrowser } from './support/browser.ts';
import { startGuardedServer, type GuardedServerOptions } from './support/guarded-server.ts';
import { connectAs, KEYS, startIssues, willing } from './support/setup.ts';

async function start(
  options: AuthorizationServerOptions &
    Partial<GuardedServerOptions> & { auth?: object; more?: Record<string, unknown> } = {},
) {
  const authorization = await startAuthorizationServer(options);
  const server = await startGuardedServer({ authorization, ...options });
  const gateway = await startIssues(server.url, options.auth ?? { oauth: {} }, options.more);
  return { authorization, server, gateway };
}

const linkIn = (text: string): string => /https?:\S+/.exec(text)?.[0] ?? '';

describe('a principal signs in to a source', () => {
  test.each(['modern', 'legacy'] as const)('by a link that its client opens: %s era', async (era) => {
    const { server, gateway, authorization } = await start();
    const messages: string[] = [];
    const open = willing();
    const ann = await connectAs(gateway.endpoint, 'ann', {
      era,
      onLink: (url, message) => {
        messages.push(message);
        return open(url, message);
      },
    });

    expect(await ann.names()).toEqual(['issues_sign_in']);
    expect((await ann.call('issues_sign_in')).text).toBe('Signed in to issues. Its tools are listed now.');
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain('issues');
    expect(messages[0]).toContain(new URL(authorization.origin).host);

    await ann.untilListed('issues_whoami');
    expect(await ann.names()).toEqual(['issues_whoami']);
    expect((await ann.call('issues_whoami')).text).toBe('somebody');
    expect(new Set(server.seen).size).toBe(1);
  });

  test('each for itself: nobody acts with the token of another', async () => {
    const { server, gateway } = await start();
    const ann = await connectAs(gateway.endpoint, 'ann', { onLink: willing() });
    await ann.call('issues_sign_in');
    await ann.untilListed('issues_whoami');
    const bob = await connectAs(gateway.endpoint, 'bob');

    const refused = await bob.call('issues_whoami');
    expect(refused.isError).toBe(true);
    expect(refused.structuredContent).toMatchObject({ error: { code: 'SIGN_IN_REQUIRED' } });

    const before = server.seen.length;
    const bobWithBrowser = await connectAs(gateway.endpoint, 'bob', { onLink: willing() });
    expect((await bobWithBrowser.call('issues_whoami')).text).toBe('somebody');
    const ofBob = new Set(server.seen.slice(before));
    await ann.call('issues_whoami');
    expect(ofBob).not.toContain(server.seen.at(-1));
  });

  test('with the link as an answer, where the client opens none', async () => {
    const { gateway } = await start();
    const ann = await connectAs(gateway.endpoint, 'ann');
    const answer = await ann.call('issues_sign_in');
    expect(answer.isError).toBeFalsy();
    const link = linkIn(answer.text);
    expect(link).toContain(`${gateway.url}/oauth/start/`);
    // Who asks twice gets the same link: there is one sign-in.
    expect(linkIn((await ann.call('issues_sign_in')).text)).toBe(link);

    const browser = createBrowser();
    const first = await browser.open(link, { follow: false });
    expect(first.page).toContain('<dd>ann</dd>');
    expect(first.page).not.toContain('<script');
    const last = await browser.open(link);
    expect(last.status).toBe(200);
    expect(last.page).toContain('Signed in to issues');
    await ann.untilListed('issues_whoami');
  });

  test('or does not: a declined link is told with the way to sign in', async () => {
    const { gateway } = await start();
    const ann = await connectAs(gateway.endpoint, 'ann', { onLink: async () => 'decline' });
    expect((await ann.call('issues_sign_in')).text).toContain('/oauth/start/');
  });

  test('with further scopes where the server asks for them', async () => {
    const { gateway, server, authorization } = await start({ needs: 'issues:write' });
    const ann = await connectAs(gateway.endpoint, 'ann', { onLink: willing() });
    const scopes = (): (string | null)[] =>
      authorization.asked
        .filter(({ path }) => path === '/authorize')
        .map(({ parameters }) => parameters.get('scope'));
    await ann.call('issues_sign_in');
    // The gateway reads the lists with what ann has, which is not enough; ann is asked for more.
    await vi.waitFor(async () => {
      await ann.call('issues_sign_in');
      expect(scopes()).toEqual(['issues:read', 'issues:read issues:write']);
    });
    await ann.untilListed('issues_whoami');
    expect((await ann.call('issues_whoami')).text).toBe('somebody');
    expect(server.seen).not.toEqual([]);
  });
});

describe('a browser that comes back', () => {
  test('is refused where it is not the one that saw whose sign-in it is', async () => {
    const { gateway } = await start();
    const ann = await connectAs(gateway.endpoint, 'ann');
    const link = linkIn((await ann.call('issues_sign_in')).text);
    const { page } = await createBrowser().open(link, { follow: false });
    const sentToBob = /<a href="([^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const seen = await createBrowser().open(sentToBob);
    expect(seen.status).toBe(400);
    expect(seen.page).toContain('did not begin this sign-in');
  });

  test('is served once: a state is of no use a second time', async () => {
    const { gateway } = await start();
    const ann = await connectAs(gateway.endpoint, 'ann');
    const browser = createBrowser();
    const first = await browser.open(linkIn((await ann.call('issues_sign_in')).text));
    expect(first.status).toBe(200);
    const second = await browser.open(first.url);
    expect(second.status).toBe(400);
    expect(second.page).toContain('not known');
  });

  test.each<[string, AuthorizationServerOptions['redirect'], string]>([
    ['with another issuer', (right) => right.set('iss', 'https://evil.example'), 'another issuer'],
    ['without the issuer that was promised', (right) => right.delete('iss'), 'another issuer'],
    [
      'with an issuer that is only nearly the right one',
      (right, origin) => right.set('iss', `${origin}/`),
      'another issuer',
    ],
    ['with another state', (right) => right.set('state', 'x'.repeat(43)), 'not known'],
    ['with two states', (right) => right.append('state', 'x'), 'not known'],
    ['without a code', (right) => right.delete('code'), 'no code'],
    ['with a code that is none', (right) => right.set('code', 'nonsense'), 'invalid_grant'],
    [
      'with an error',
      (right) => {
        right.delete('code');
        right.set('error', 'access_denied');
        right.set('error_description', '<b>call 555-0100</b>');
      },
      'access was denied',
    ],
  ])('%s gets a page that says so', async (_, redirect, expected) => {
    const { gateway } = await start({ redirect: redirect! });
    const ann = await connectAs(gateway.endpoint, 'ann');
    const seen = await createBrowser().open(linkIn((await ann.call('issues_sign_in')).text));
    expect(seen.status).toBe(400);
    expect(seen.page).toContain(expected);
    expect(seen.page).not.toContain('555-0100');
    expect(await ann.names()).toEqual(['issues_sign_in']);
  });
});

describe('secrets', () => {
  test('show nowhere: no token, code, verifier or client secret', async () => {
    const { gateway, authorization } = await start({ echo: true });
    const ann = await connectAs(gateway.endpoint, 'ann', { onLink: willing() });
    await ann.call('issues_sign_in');
    await ann.untilListed('issues_whoami');
    const { text } = await ann.call('issues_whoami');
    expect(text).toBe('you sent ***');
    authorization.forgetAll();
    const { text: refusal } = await (await connectAs(gateway.endpoint, 'bob')).call('issues_whoami');
    await gateway.close();
    const said = [text, refusal, ...gateway.log, JSON.stringify(await gateway.records())].join('\n');
    expect(authorization.secrets.length).toBeGreaterThan(4);
    for (const secret of [...authorization.secrets, ...Object.values(KEYS)])
      expect(said).not.toContain(secret);
  });
});
