import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startAuthorizationServer } from '../upstream-auth/support/authorization-server.ts';
import { startGuardedServer } from '../upstream-auth/support/guarded-server.ts';
import { connectAs, startIssues } from '../upstream-auth/support/setup.ts';
import { launchChromium, type Browser } from './support/chromium.ts';
import { visit, VISITS } from './support/visitor.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

test.each(VISITS)(
  'a person signs in to a source by pages that read well on a $screen in the $scheme',
  async ({ screen, scheme }) => {
    const authorization = await startAuthorizationServer();
    const server = await startGuardedServer({ authorization });
    const gateway = await startIssues(server.url, { oauth: {} }, { state: { memory: true } });
    let link = '';
    const ann = await connectAs(gateway.endpoint, 'ann', {
      onLink: async (url) => {
        link = url;
        const hosts = [new URL(gateway.url).host, new URL(authorization.origin).host];
        const { page, look, close } = await visit(browser, { screen, scheme, hosts });
        await page.goto(url);
        await look('source-start');
        await page.getByRole('link', { name: /^Sign in at/ }).click();
        await page.waitForURL(/\/oauth\/callback/);
        expect(await page.title()).toBe('Signed in to issues · Bailiwick');
        await look('source-end');
        await close();
        return 'accept';
      },
    });
    await ann.call('issues_sign_in');
    await ann.untilListed('issues_whoami');

    const { page, look, close } = await visit(browser, {
      screen,
      scheme,
      hosts: [new URL(gateway.url).host],
    });
    onTestFinished(close);
    await page.goto(`${new URL(link).origin}/oauth/callback?state=old&code=old`);
    await look('source-failed');
    await page.goto(`${new URL(link).origin}/oauth/start/AAAAAAAAAAAAAAAAAAAAAA`);
    await look('source-unknown');
  },
);
