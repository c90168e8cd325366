import { expect, test } from 'vitest';
import { ANN_KEY, startServer, withKey } from './support.ts';

test('somebody who has a key signs in with it, and the tokens count until one of them is used again', async () => {
  await using server = await startServer();
  const back = await server.authorize(withKey(ANN_KEY));
  expect(back.get('state')).toBe('the state');
  expect(back.get('iss')).toBe(server.url);
  const tokens = await server.exchange(back.get('code') ?? '');
  expect(tokens.scope?.split(' ')).toEqual(['mcp', 'tickets:read', 'tickets:write']);
  expect(await server.use(tokens.access_token)).not.toBe(401);

  const next = await server.refresh(tokens.refresh_token);
  expect(await server.use(next.access_token)).not.toBe(401);
  expect((await server.refresh(tokens.refresh_token)).error).toBe('invalid_grant');
  expect(await server.use(next.access_token)).toBe(401);
  expect(await server.use(tokens.access_token)).toBe(401);
});
