import { afterAll, beforeAll, expect, it } from 'vitest';
import { ANN_KEY, configure, createClient, startServer, withKey } from '../authorization-server/support.ts';
import { urlOf } from './support/open.ts';
import { startRedis, type RedisServer } from './support/redis-server.ts';

/* Two gateways over one Redis, reached under one address as behind a load balancer. */

type Server = Awaited<ReturnType<typeof startServer>>;
let redis: RedisServer;
let one: Server;
let two: Server;

const files = (server: object) =>
  configure(undefined, {
    server,
    state: { redis: { url: urlOf(redis) }, encryptionKeys: ['0123456789abcdef0123456789abcdef'] },
  });

beforeAll(async () => {
  redis = await startRedis(['--appendonly', 'yes', '--appendfsync', 'always']);
  one = await startServer(files({ listen: '127.0.0.1:0' }));
  two = await startServer(files({ listen: '127.0.0.1:0', publicUrl: one.url }));
});
afterAll(async () => {
  await Promise.all([one[Symbol.asyncDispose](), two[Symbol.asyncDispose]()]);
  await redis.close();
});

it('a sign-in that one gateway began is finished at another, and its token counts at both', async () => {
  const back = await one.authorize(withKey(ANN_KEY));
  // The same client, at the other gateway: the code and its verifier are its own.
  const tokens = await createClient(two.url).exchange(back.get('code') ?? '', {
    code_verifier: one.verifier,
  });
  expect(tokens.error).toBeUndefined();
  expect(await one.use(tokens.access_token)).not.toBe(401);
  expect(await two.use(tokens.access_token)).not.toBe(401);
});

it('what is given back at one gateway counts at neither', async () => {
  const tokens = await one.signIn();
  expect(await two.use(tokens.access_token)).not.toBe(401);
  await one.post('/oauth/revoke', { client_id: 'desk', token: tokens.access_token });
  await expect.poll(() => two.use(tokens.access_token)).toBe(401);
  expect(await one.use(tokens.access_token)).toBe(401);
});

it('a refresh token that is used at both ends the sign-in at both', async () => {
  const tokens = await one.signIn();
  const next = await one.refresh(tokens.refresh_token);
  expect(next.error).toBeUndefined();
  expect((await createClient(two.url).refresh(tokens.refresh_token)).error).toBe('invalid_grant');
  await expect.poll(() => one.use(next.access_token)).toBe(401);
  await expect.poll(() => two.use(next.access_token)).toBe(401);
});
