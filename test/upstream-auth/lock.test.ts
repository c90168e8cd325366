import { expect, test } from 'vitest';
import { startAuthorizationServer } from './support/authorization-server.ts';
import { startGuardedServer } from './support/guarded-server.ts';
import { connectAs, startIssues, willing } from './support/setup.ts';

test('a lock does not hold back the tool to sign in by, and does hold back what nobody reviewed', async () => {
  const authorization = await startAuthorizationServer();
  const server = await startGuardedServer({ authorization });
  const gateway = await startIssues(server.url, { oauth: {} }, { lock: 'bailiwick.lock' });
  const ann = await connectAs(gateway.endpoint, 'ann', { onLink: willing() });
  expect(await ann.names()).toEqual(['issues_sign_in']);
  expect(gateway.app.held()).toEqual([]);
  await ann.call('issues_sign_in');
  await expect.poll(() => gateway.app.held().map(({ id }) => id)).toEqual(['issues/whoami']);
  expect(await ann.names()).toEqual([]);
});
