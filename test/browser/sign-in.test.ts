import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { KEY, startEmbedded, type EmbeddedOptions } from '../sign-in/support/embedded.ts';
import { createOAuth } from '../sign-in/support/oauth-client.ts';
import { startCallback, type Callback } from './support/callback.ts';
import { launchChromium, type Browser } from './support/chromium.ts';
import { visit, VISITS, type Visitor, type VisitorOptions } from './support/visitor.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

type Visiting = Visitor & { readonly callback: Callback };

/** A client that connects, and a browser that is opened where it says. */
async function begin(options: EmbeddedOptions, how: Omit<VisitorOptions, 'hosts'> = {}) {
  const { gateway, provider } = await startEmbedded(options);
  const callback = await startCallback();
  onTestFinished(callback.close);
  const hosts = [gateway.url, provider.issuer, callback.url].map((url) => new URL(url).host);
  const visitor = { ...(await visit(browser, { ...how, hosts })), callback };
  onTestFinished(visitor.close);
  return { gateway, visitor };
}

const create = () => new Client({ name: 'desk', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });

/** Connects as a program does; what the person does in the browser is up to the caller. @returns the names of the tools */
async function connectBy(endpoint: string, visitor: Visiting, walk: () => Promise<void>): Promise<string[]> {
  const person = {
    pages: [],
    async signIn(start: string): Promise<URL> {
      await visitor.page.goto(start);
      await walk();
      return visitor.callback.arrived();
    },
  };
  const { provider, state } = createOAuth({
    person,
    name: 'Claude',
    redirectUrl: visitor.callback.url,
  });
  const open = () => new StreamableHTTPClientTransport(new URL(endpoint), { authProvider: provider });
  const first = open();
  await create()
    .connect(first)
    .catch(async (error: unknown) => {
      if (!(error instanceof UnauthorizedError) || !state.callback) throw error;
      await first.finishAuth(state.callback);
    });
  const client = create();
  onTestFinished(() => client.close());
  await client.connect(open());
  return (await client.listTools()).tools.map(({ name }) => name);
}

test.each(VISITS)(
  'from "connect" to the first list of tools with a key, on a $screen in the $scheme: a wrong key is told, consent is asked',
  async (how) => {
    const { gateway, visitor } = await begin({ login: { keys: true } }, how);
    const { page, look, focus } = visitor;
    const tools = await connectBy(gateway.endpoint, visitor, async () => {
      expect(await page.title()).toBe('Sign in · Bailiwick');
      expect(await focus()).toBe('input key');
      await look('key');
      await page.getByLabel('Your key').fill(`${KEY}x`);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('alert').waitFor();
      expect(await page.getByRole('alert').textContent()).toContain('This key is not valid');
      expect(await page.getByLabel('Your key').inputValue()).toBe('');
      expect(await focus()).toBe('input key');
      await look('key-wrong');
      await page.getByLabel('Your key').fill(KEY);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('button', { name: 'Allow' }).waitFor();
      expect(await page.title()).toBe('Let Claude act for you? · Bailiwick');
      await look('consent');
      await page.getByRole('button', { name: 'Allow' }).click();
      await page.waitForURL(/\/callback\?/);
    });
    expect(tools).toContain('notes_list_notes');
  },
);

test.each(VISITS)(
  'people of an enterprise choose its provider, sign in there, and are asked here, on a $screen in the $scheme',
  async (how) => {
    const { gateway, visitor } = await begin({ login: { keys: true, provider: true } }, how);
    const { page, look } = visitor;
    const tools = await connectBy(gateway.endpoint, visitor, async () => {
      await look('choose');
      await page.getByRole('link', { name: 'Sign in with Example Inc.' }).click();
      await page.getByLabel('Name').fill('ann');
      await page.getByLabel('Password').fill('any');
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.getByRole('button', { name: 'Allow' }).waitFor();
      expect(await page.locator('dl').textContent()).toContain('ann');
      await look('consent-enterprise');
      await page.getByRole('button', { name: 'Allow' }).click();
      await page.waitForURL(/\/callback\?/);
    });
    expect(tools).toContain('notes_list_notes');
  },
);

test('by the keyboard alone, and without JavaScript', async () => {
  const { gateway, visitor } = await begin({ login: { keys: true } }, { javaScript: false });
  const { page, focus } = visitor;
  const tools = await connectBy(gateway.endpoint, visitor, async () => {
    // The page takes the focus there by itself, when it is first drawn.
    await expect.poll(focus).toBe('input key');
    await page.keyboard.type(KEY);
    await page.keyboard.press('Tab');
    expect(await focus()).toBe('button Sign in');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Allow' }).waitFor();
    const stops: string[] = [];
    for (let presses = 0; presses < 3; presses += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after another, as fingers do
      await page.keyboard.press('Tab');
      // oxlint-disable-next-line no-await-in-loop
      stops.push(await focus());
    }
    expect(stops).toEqual(['button Refuse', 'button Allow', 'button Sign in as somebody else']);
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Space');
    await page.waitForURL(/\/callback\?/);
  });
  expect(tools).toContain('notes_list_notes');
});

test('who refuses gives nothing, and the program is told so', async () => {
  const { gateway, visitor } = await begin({ login: { keys: true } });
  const { page } = visitor;
  const walk = async (): Promise<void> => {
    await page.getByLabel('Your key').fill(KEY);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Refuse' }).click();
    await page.waitForURL(/\/callback\?/);
  };
  await expect(connectBy(gateway.endpoint, visitor, walk)).rejects.toThrow();
  expect(visitor.callback.arrived().searchParams.get('error')).toBe('access_denied');
  expect(visitor.callback.arrived().searchParams.get('code')).toBeNull();
});

test('somebody who signed in as another one signs in anew', async () => {
  const { gateway, visitor } = await begin({ login: { keys: true } });
  const { page } = visitor;
  const tools = await connectBy(gateway.endpoint, visitor, async () => {
    for (const last of ['Sign in as somebody else', 'Allow']) {
      // oxlint-disable-next-line no-await-in-loop -- one page after another
      await page.getByLabel('Your key').fill(KEY);
      // oxlint-disable-next-line no-await-in-loop
      await page.getByRole('button', { name: 'Sign in' }).click();
      // oxlint-disable-next-line no-await-in-loop
      await page.getByRole('button', { name: last }).click();
    }
    await page.waitForURL(/\/callback\?/);
  });
  expect(tools).toContain('notes_list_notes');
});

test.each(VISITS)(
  'a page says what to do where a sign-in cannot go on, on a $screen in the $scheme',
  async (how) => {
    const { gateway, visitor } = await begin({ login: { keys: true } }, how);
    const { page, look } = visitor;
    await page.goto(`${gateway.url}/oauth/sign-in/old`);
    expect(await page.locator('main').textContent()).toContain('go back to your program');
    await look('problem-over');
    await page.goto(`${gateway.url}/oauth/authorize?client_id=nobody&response_type=code`);
    await look('problem-client');
  },
);
