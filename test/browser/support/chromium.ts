import { spawnSync } from 'node:child_process';
import { importPeer } from '../../corpus/peers.ts';

/** The program of a Chromium that runs here, if there is one. */
export function findChromium(): string | undefined {
  const names = process.env['CHROMIUM'] === undefined ? PROGRAMS : [process.env['CHROMIUM']];
  return names.find((name) => spawnSync(name, ['--version']).status === 0);
}

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];

/** What is used of `playwright-core`. */
interface Playwright {
  readonly chromium: { launch(options: object): Promise<Browser> };
}

export interface Browser {
  newContext(options: object): Promise<BrowserContext>;
  close(): Promise<void>;
}

interface BrowserContext {
  newPage(): Promise<BrowserPage>;
  close(): Promise<void>;
}

export interface BrowserPage {
  goto(url: string): Promise<unknown>;
  url(): string;
  title(): Promise<string>;
  content(): Promise<string>;
  on(event: 'console', listener: (message: { type(): string; text(): string }) => void): void;
  on(event: 'request', listener: (request: { url(): string }) => void): void;
  on(event: 'pageerror', listener: (error: Error) => void): void;
  evaluate(script: string): Promise<unknown>;
  screenshot(options: object): Promise<unknown>;
  waitForURL(url: string | RegExp): Promise<void>;
  getByLabel(label: string): Locator;
  getByRole(role: string, options?: { name: string | RegExp }): Locator;
  locator(selector: string): Locator;
  readonly keyboard: { press(key: string): Promise<void>; type(text: string): Promise<void> };
}

interface Locator {
  fill(text: string): Promise<void>;
  click(): Promise<void>;
  count(): Promise<number>;
  textContent(): Promise<string | null>;
  inputValue(): Promise<string>;
  waitFor(): Promise<void>;
}

export async function launchChromium(): Promise<Browser> {
  const program = findChromium();
  if (program === undefined) throw new Error('there is no Chromium: npm run browser says how to get it');
  const { chromium } = await importPeer<Playwright>('playwright-core');
  // A superuser's Chromium has no sandbox; what it opens here is only ours.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({
    executablePath: program.includes('/')
      ? program
      : spawnSync('which', [program], { encoding: 'utf8' }).stdout.trim(),
    args,
  });
}
