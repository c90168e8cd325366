import { expect, test } from 'vitest';
import { createPerson } from '../sign-in/support/person.ts';
import { startEnterpriseProvider } from '../sign-in/support/enterprise-provider.ts';
import { configure, startServer } from './support.ts';

/** A gateway whose people sign in at an enterprise's provider. */
async function start(more: object = {}) {
  const enterprise = await startEnterpriseProvider();
  const server = await startServer(
    configure({
      login: {
        provider: {
          issuer: enterprise.issuer,
          clientId: enterprise.client.id,
          clientSecret: enterprise.client.secret,
          claims: { groups: 'groups', team: 'department' },
        },
      },
      scopes: {
        'tickets:read': { description: 'Read tickets' },
        'tickets:write': { description: 'Write tickets', groups: ['support'] },
      },
      ...more,
    }),
  );
  enterprise.redirectTo(`${server.url}/oauth/login/callback`);
  return {
    enterprise,
    server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await enterprise[Symbol.asyncDispose]();
    },
  };
}

test('people are who their provider says, and can give what their groups may', async () => {
  await using world = await start();
  const { server } = world;
  const scopesOf = async (login: string) => {
    const back = await server.authorize(createPerson({ login, password: 'x' }));
    return (await server.exchange(back.get('code') ?? '')).scope;
  };
  expect(await scopesOf('ann')).toBe('mcp tickets:read tickets:write');
  expect(await scopesOf('bob')).toBe('mcp tickets:read');
  const back = await server.authorize(createPerson({ login: 'ann', password: 'x' }));
  const { access_token: token } = await server.exchange(back.get('code') ?? '');
  const { principal } = await server.app.identity.identify({
    method: 'POST',
    target: '/mcp',
    authorization: `Bearer ${token}`,
    headers: {},
    remoteAddress: '127.0.0.1',
    listenAddress: '127.0.0.1',
  });
  expect(principal).toMatchObject({
    issuer: world.enterprise.issuer,
    subject: 'ann',
    groups: ['support'],
    team: 'customer-care',
    client: 'desk',
    scopes: ['tickets:read', 'tickets:write'],
  });
});

test('a provider that rotates its keys goes on, and one that is away is told of', async () => {
  await using world = await start();
  const { server, enterprise } = world;
  await enterprise.rotate({ keepOld: false });
  const back = await server.authorize(createPerson({ login: 'ann', password: 'x' }));
  expect((await server.exchange(back.get('code') ?? '')).access_token).toBeDefined();
  enterprise.isDown = true;
  await expect(server.authorize(createPerson({ login: 'ann', password: 'x' }))).rejects.toThrow(
    'cannot be reached now',
  );
});

test('an answer is taken once, from the browser that was sent away, and from that provider', async () => {
  await using world = await start();
  const { server } = world;
  const callback = `${server.url}/oauth/login/callback`;
  const ann = createPerson({ login: 'ann', password: 'x' });
  const answer = await ann.signIn(server.authorizationUrl(), callback);
  // Another browser.
  expect((await fetch(answer)).status).toBe(400);
  // The mix-up of RFC 9207: the same answer in the name of another provider.
  const mixed = new URL(answer);
  mixed.searchParams.set('iss', 'https://evil.example');
  await expect(ann.signIn(mixed.href, 'http://nowhere')).rejects.toThrow('came to nothing');
  // It is used up by that.
  await expect(ann.signIn(answer.href, 'http://nowhere')).rejects.toThrow('This sign-in is over');
});
