import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import type { Browser, BrowserPage } from './chromium.ts';

const SCREENS = {
  phone: { width: 390, height: 844, isMobile: true, hasTouch: true },
  desktop: { width: 1280, height: 800, isMobile: false, hasTouch: false },
} as const;

/** Every screen in every scheme. */
export const VISITS = (['phone', 'desktop'] as const).flatMap((screen) =>
  (['light', 'dark'] as const).map((scheme) => ({ screen, scheme })),
);

/** Scripts that look at a page from within. */
const FAULTS = readFileSync(new URL('./faults.page.js', import.meta.url), 'utf8');
const FOCUS = readFileSync(new URL('./focus.page.js', import.meta.url), 'utf8');

export interface VisitorOptions {
  readonly screen?: keyof typeof SCREENS;
  readonly scheme?: 'light' | 'dark';
  readonly javaScript?: boolean;
  /** Hosts that the browser is to ask; of every other, that it did is a fault. */
  readonly hosts: readonly string[];
}

export interface Visitor {
  readonly page: BrowserPage;
  /** Finds nothing wrong with the page that is shown, and keeps its picture where pictures are wanted. */
  look(name: string): Promise<void>;
  /** What has the focus, which can be seen: `button Allow`. */
  focus(): Promise<string>;
  close(): Promise<void>;
}

/** Somebody with a browser of their own. */
export async function visit(browser: Browser, options: VisitorOptions): Promise<Visitor> {
  const { screen = 'phone', scheme = 'light', javaScript = true, hosts } = options;
  const { width, height, isMobile, hasTouch } = SCREENS[screen];
  const context = await browser.newContext({
    viewport: { width, height },
    isMobile,
    hasTouch,
    colorScheme: scheme,
    javaScriptEnabled: javaScript,
  });
  const complaints: string[] = [];
  const strangers: string[] = [];
  const page = await context.newPage();
  page.on('console', (message) => {
    // Chromium says of every page with a status of its own that it could not be loaded.
    if (!/^Failed to load resource: the server responded with a status of 4\d\d/.test(message.text())) {
      complaints.push(message.text());
    }
  });
  page.on('request', (request) => {
    if (!hosts.includes(new URL(request.url()).host)) strangers.push(request.url());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return {
    page,
    async look(name) {
      expect(await page.evaluate(FAULTS), name).toEqual([]);
      expect({ complaints, strangers }, name).toEqual({ complaints: [], strangers: [] });
      const folder = process.env['SCREENSHOTS'];
      if (folder === undefined) return;
      mkdirSync(folder, { recursive: true });
      await page.screenshot({ path: path.join(folder, `${name}-${screen}-${scheme}.png`), fullPage: true });
    },
    async focus() {
      const { name, isVisible } = (await page.evaluate(FOCUS)) as { name: string; isVisible: boolean };
      expect(isVisible, `the focus on ${name}`).toBe(true);
      return name;
    },
    close: () => context.close(),
  };
}
