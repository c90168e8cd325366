import { expect, test } from 'vitest';
import { BailiwickError } from '../../src/errors.ts';
import type { Challenge, McpCredentials } from '../../src/upstream/mcp/credentials.ts';
import { startModernServer } from './modern-wire.ts';
import { call, faultOf, startUpstream } from './support.ts';

/** Credentials whose token is replaced when it is refused. */
function createTokens(mayRenew: boolean): McpCredentials & { refusals: Challenge[] } {
  let token = 'first';
  const refusals: Challenge[] = [];
  return {
    refusals,
    shareKey: () => 'one',
    headers: () => Promise.resolve({ Authorization: `Bearer ${token}` }),
    refused: (challenge) => {
      refusals.push(challenge);
      token = 'second';
      return Promise.resolve(mayRenew);
    },
    onRevoked: () => {},
  };
}

async function startGuarded(status: number, challenge: string): Promise<{ url: string; calls: string[] }> {
  const calls: string[] = [];
  const { url } = await startModernServer({
    'tools/call': (_message, request, response) => {
      calls.push(String(request.headers.authorization));
      if (request.headers.authorization === 'Bearer second') return { content: [] };
      response.writeHead(status, { 'www-authenticate': challenge }).end();
      return undefined;
    },
  });
  return { url, calls };
}

test.each([
  [401, 'Bearer'],
  [403, 'Bearer error="insufficient_scope", scope="write"'],
])(
  'a credential that is refused with %s is renewed and the request sent once more',
  async (status, challenge) => {
    const { url, calls } = await startGuarded(status, challenge);
    const credentials = createTokens(true);
    const upstream = startUpstream({ url, headers: {} }, { credentials });
    await call(upstream, 'any');
    expect(calls).toEqual(['Bearer first', 'Bearer second']);
    expect(credentials.refusals).toEqual([{ url, status, challenge, authorization: 'Bearer first' }]);
  },
);

test('a credential that cannot be renewed is not tried again', async () => {
  const { url, calls } = await startGuarded(401, 'Bearer');
  const upstream = startUpstream({ url, headers: {} }, { credentials: createTokens(false) });
  expect((await faultOf(call(upstream, 'any'))).code).toBe('UPSTREAM_UNAVAILABLE');
  expect(calls).toEqual(['Bearer first']);
});

test('a caller who has to sign in first is told so, and that nothing was sent', async () => {
  const { url, seen } = await startModernServer({});
  const credentials: McpCredentials = {
    ...createTokens(true),
    headers: () => Promise.reject(new BailiwickError('SIGN_IN_REQUIRED', 'sign in', { nothingSent: true })),
  };
  const upstream = startUpstream({ url, headers: {} }, { credentials });
  expect(await faultOf(call(upstream, 'any'))).toMatchObject({ code: 'SIGN_IN_REQUIRED', nothingSent: true });
  expect(seen).toEqual([]);
});
