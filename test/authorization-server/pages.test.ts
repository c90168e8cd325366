import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../sign-in/support/person.ts';
import { ANN_KEY, BOB_KEY, configure, createClient, startServer, withKey } from './support.ts';

/** The clock of the server is this much ahead. */
const time = { ahead: 0 };
let server: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
  server = await startServer(
    configure({ login: { keys: true }, scopes: { 'tickets:read': { description: 'Read tickets' } } }),
    () => Date.now() + time.ahead,
  );
});
afterAll(() => server[Symbol.asyncDispose]());

/** A new client of the same server, whose code verifier is its own. */
const client = (id?: string) => createClient(server.url, id);

describe('pages', () => {
  test('keys that are none are refused in the same words, and after many none is taken for a minute in this sign-in, while others go on', async () => {
    const one = client();
    const first = await fetch(one.authorizationUrl(), { redirect: 'manual' });
    const page = first.headers.get('location') ?? '';
    const cookie = first.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    const csrf =
      /name="csrf" value="([\w-]+)"/.exec(await (await fetch(page, { headers: { cookie } })).text())?.[1] ??
      '';
    const present = async (key: string) => {
      const body = new URLSearchParams({ key, csrf });
      const response = await fetch(`${page}/key`, {
        method: 'POST',
        headers: { cookie },
        body,
        redirect: 'manual',
      });
      return { status: response.status, text: await response.text() };
    };
    const texts = new Set<string>();
    const hostile = [
      'bw_nothing',
      '',
      '<script>',
      'x'.repeat(20_000),
      `bw_${'c'.repeat(43)}`,
      'a b',
      'é',
      '\r\nx: y',
    ];
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.constantFrom(...hostile), fc.string()), async (key) => {
        const { status, text } = await present(key);
        texts.add(`${status} ${text}`);
      }),
      { numRuns: 20 },
    );
    expect(texts.size).toBe(1);
    expect([...texts][0]).toContain('400');
    expect([...texts][0]).toContain('This key is not valid');
    expect((await present(ANN_KEY)).status).toBe(429);
    expect((await client().signIn(BOB_KEY)).access_token).toBeDefined();
    time.ahead += 60_000;
    expect((await present(ANN_KEY)).status).toBe(303);
  });

  test('whoever does not agree gives nothing', async () => {
    const back = await client().authorize(createPerson({ key: ANN_KEY }, /^(refuse|sign in$)/i));
    expect(back.get('error')).toBe('access_denied');
    expect(back.get('iss')).toBe(server.url);
  });

  test('a form counts only in the browser that began, and with what its page gave it', async () => {
    const first = await fetch(client().authorizationUrl(), { redirect: 'manual' });
    const page = first.headers.get('location') ?? '';
    const cookie = first.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    expect((await fetch(page)).status).toBe(400);
    const post = (headers: Record<string, string>) =>
      fetch(`${page}/key`, {
        method: 'POST',
        headers,
        body: new URLSearchParams({ key: ANN_KEY, csrf: 'guess' }),
      });
    expect((await post({})).status).toBe(400);
    expect((await post({ cookie })).status).toBe(403);
    const shown = await fetch(page, { headers: { cookie } });
    expect(shown.status).toBe(200);
    expect(shown.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(
      first.headers.getSetCookie().every((line) => /httponly/i.test(line) && /samesite=lax/i.test(line)),
    ).toBe(true);
  });

  test('consent says that a token opens more than its scopes: what its person may use without one', async () => {
    for (const scope of ['tickets:read', 'nothing:here']) {
      const person = withKey(BOB_KEY);
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await client().authorize(person, { scope });
      expect(person.pages.at(-1)?.html).toContain('use what you may use here without a scope');
    }
  });

  test('nobody is remembered: each program asks anew', async () => {
    const person = withKey(ANN_KEY);
    await client().authorize(person);
    const pages = person.pages.length;
    await client().authorize(person);
    expect(person.pages.length).toBe(2 * pages);
  });
});
