import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ANN_KEY, configure, createClient, startServer, withKey } from './support.ts';

/** The clock of the server is this much ahead. */
const time = { ahead: 0 };
let server: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
  server = await startServer(configure(), () => Date.now() + time.ahead);
});
afterAll(() => server[Symbol.asyncDispose]());

const client = (id?: string) => createClient(server.url, id);
const register = (body: unknown) =>
  fetch(`${server.url}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

const begin = async (parameters: Record<string, string> = {}) => {
  const response = await fetch(client().authorizationUrl(parameters), { redirect: 'manual' });
  return { response, text: await response.text() };
};

describe('programs that register themselves', () => {
  test.each([
    ['an address of this machine', 'http://localhost:9911/callback', 'http://localhost:9922/callback'],
    ['a scheme of their own', 'cursor://anysphere.cursor-mcp/oauth/callback', undefined],
    ['a page', 'https://client.example/callback', undefined],
  ])('come back to %s', async (_name, redirectUri, used = redirectUri) => {
    const response = await register({
      client_name: 'A program',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code'],
      scope: 'anything at all',
      token_endpoint_auth_method: 'none',
    });
    expect(response.status).toBe(201);
    const { client_id: id } = (await response.json()) as { client_id: string };
    const one = client(id);
    const person = withKey(ANN_KEY);
    const back = await one.authorize(person, { redirect_uri: used });
    expect(person.pages.at(-1)?.html).toContain('A program');
    const tokens = await one.exchange(back.get('code') ?? '', { redirect_uri: used });
    expect(tokens.refresh_token).toBeDefined();
  });

  test.each([
    ['no JSON', '{'],
    ['a list', []],
    ['no redirect URI', { client_name: 'x' }],
    ['a script as redirect URI', { redirect_uris: ['javascript:alert(1)'] }],
    ['plain http elsewhere', { redirect_uris: ['http://client.example/callback'] }],
    [
      'plain http elsewhere, as a program that calls itself a web page',
      { redirect_uris: ['http://client.example/callback'], application_type: 'web' },
    ],
    ['a fragment', { redirect_uris: ['https://client.example/callback#x'] }],
    [
      'far too much',
      JSON.stringify({ redirect_uris: ['https://client.example'], client_name: 'x'.repeat(40_000) }),
    ],
  ])('are refused with %s', async (_name, body) => {
    const response = await register(body);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect(((await response.json()) as { error: string }).error).toMatch(/^invalid_/);
  });
});

describe('a flood of sign-ins that nobody ends', () => {
  test('is held back before it fills the store, for a minute', async () => {
    const statuses: number[] = [];
    for (let count = 0; count < 30; count += 1) {
      // oxlint-disable-next-line no-await-in-loop -- some at a time
      const some = await Promise.all(Array.from({ length: 20 }, () => begin()));
      statuses.push(...some.map(({ response }) => response.status));
    }
    expect(statuses.filter((status) => status === 303).length).toBeLessThanOrEqual(300);
    const { response, text } = await begin();
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('60');
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(text).toContain('Wait a minute');
    time.ahead += 60_000;
    expect((await client().signIn(ANN_KEY)).access_token).toBeDefined();
  });

  test('keeps little of each', async () => {
    const { response, text } = await begin({ state: 'x'.repeat(9000) });
    expect(response.status).toBe(400);
    expect(text).toContain('over 8192 characters');
  });
});
