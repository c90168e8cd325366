import path from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createFolder } from '../support/gateway.ts';
import { startAuthorizationServer } from './support/authorization-server.ts';
import { startGuardedServer } from './support/guarded-server.ts';
import { connectAs, startIssues, willing } from './support/setup.ts';

const HOUR_MS = 3_600_000;

/** Two gateways with one state, and a clock that the test sets. */
async function startTwo() {
  const authorization = await startAuthorizationServer();
  const server = await startGuardedServer({ authorization });
  const workspace = await createFolder({});
  onTestFinished(() => workspace[Symbol.asyncDispose]());
  const state = { sqlite: path.join(workspace.folder, 'state.db') };
  const clock = { ahead: 0 };
  const now = (): number => Date.now() + clock.ahead;
  const first = await startIssues(server.url, { oauth: {} }, { state }, now);
  const second = await startIssues(server.url, { oauth: {} }, { state }, now);
  const ann = await connectAs(first.endpoint, 'ann', { onLink: willing() });
  await ann.call('issues_sign_in');
  await ann.untilListed('issues_whoami');
  const annElsewhere = await connectAs(second.endpoint, 'ann');
  await annElsewhere.untilListed('issues_whoami');
  const renewals = (): number => authorization.tokenRequests('refresh_token').length;
  return { authorization, server, first, second, ann, annElsewhere, clock, renewals };
}

describe('a token', () => {
  test('is renewed before it expires, once for all calls of all gateways', async () => {
    const { ann, annElsewhere, clock, renewals, server, authorization } = await startTwo();
    await annElsewhere.call('issues_whoami');
    expect(renewals()).toBe(0);

    clock.ahead = HOUR_MS - 30_000;
    const calls = [ann, annElsewhere, ann, annElsewhere].map(({ call }) => call('issues_whoami'));
    for (const { text } of await Promise.all(calls)) expect(text).toBe('somebody');
    // A refresh token is good for one use: a second one would have ended the sign-in.
    expect(renewals()).toBe(1);
    expect(new Set(server.seen.slice(-4)).size).toBe(1);

    clock.ahead += HOUR_MS;
    await annElsewhere.call('issues_whoami');
    await ann.call('issues_whoami');
    expect(renewals()).toBe(2);
    expect(authorization.asked.filter(({ path: at }) => at === '/authorize')).toHaveLength(1);
  });

  test('that the server refuses before its time is renewed, and the call goes on', async () => {
    const { ann, authorization, clock, renewals } = await startTwo();
    clock.ahead = 60_000;
    authorization.expireAll();
    expect((await ann.call('issues_whoami')).text).toBe('somebody');
    expect(renewals()).toBe(1);
  });

  test('that cannot be renewed any more has its principal sign in again', async () => {
    const { ann, annElsewhere, authorization, clock } = await startTwo();
    clock.ahead = 60_000;
    authorization.forgetAll();
    const refused = await annElsewhere.call('issues_whoami');
    expect(refused.structuredContent).toMatchObject({
      error: { code: 'SIGN_IN_REQUIRED', source: 'issues' },
    });
    expect((await ann.call('issues_whoami')).text).toBe('somebody');
    expect((await annElsewhere.call('issues_whoami')).text).toBe('somebody');
  });
});

test('who signs out is signed out at every gateway at once, and the authorization server knows', async () => {
  const { first, second, annElsewhere, authorization } = await startTwo();
  await annElsewhere.call('issues_whoami');
  const who = { issuer: 'config', subject: 'ann' };
  expect(await first.app.signIns.source('issues')?.signOut(who)).toBe('revoked');
  expect(authorization.valid.size).toBe(0);
  await vi.waitFor(async () => expect(await second.app.signIns.signIns.list()).toEqual([]));
  const refused = await annElsewhere.call('issues_whoami');
  expect(refused.structuredContent).toMatchObject({ error: { code: 'SIGN_IN_REQUIRED' } });
});

test('what is kept in the state is sealed', async () => {
  const { first, authorization } = await startTwo();
  const kept = await first.app.store.list('oauth/', { now: Date.now() });
  expect(kept.keys.length).toBeGreaterThan(1);
  for (const key of kept.keys) {
    const text = `${key} ${JSON.stringify((await first.app.store.get(key, Date.now()))?.value)}`;
    expect(text).not.toContain('ann');
    for (const secret of authorization.secrets) expect(text).not.toContain(secret);
  }
});
