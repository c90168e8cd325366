/**
 * Walks through every page for people with a real browser: Chromium, headless.
 *
 *   npm run browser -- [NAMES OR OPTIONS OF VITEST]
 *
 * The program is `chromium` of the PATH, or what CHROMIUM names. SCREENSHOTS=<folder> keeps a picture of each page at each size.
 * Exit 0: all holds. 1: something does not. 2: there is no Chromium.
 */
import { spawnSync } from 'node:child_process';
import { installPeers } from '../corpus/peers.ts';
import { findChromium } from './support/chromium.ts';

if (findChromium() === undefined) {
  process.stderr.write(
    'chromium: not installed, or not on the PATH. Debian: apt-get install -y --no-install-recommends chromium. Others: set CHROMIUM to the program of a Chromium or Chrome.\n',
  );
  process.exitCode = 2;
} else {
  await installPeers();
  const options = ['run', '--config', 'test/browser/vitest.config.ts', ...process.argv.slice(2)];
  process.exitCode = spawnSync('vitest', options, { stdio: 'inherit' }).status ?? 1;
}
