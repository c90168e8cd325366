/**
 * Runs the promises about isolation, with real sandboxes and containers and a real hostile server in them.
 *
 *   npm run isolation -- [NAMES OR OPTIONS OF VITEST]
 *
 * Exit 0: all hold. 1: one does not. 2: a program is missing.
 */
import { spawnSync } from 'node:child_process';

/** Programs, each with its Debian package. */
const NEEDED: readonly (readonly [program: string, debianPackage: string])[] = [
  ['bwrap', 'bubblewrap'],
  ['prlimit', 'util-linux'],
  ['setpriv', 'util-linux'],
  ['podman', 'podman'],
  ['runc', 'runc'],
  ['catatonit', 'catatonit'],
];

const missing = NEEDED.filter(([program]) => spawnSync(program, ['--version']).status !== 0);
if (missing.length > 0) {
  const packages = [...new Set(missing.map(([, name]) => name))].join(' ');
  process.stderr.write(
    `${missing.map(([program]) => program).join(', ')}: not installed, or not on the PATH. Debian and Ubuntu: apt-get install -y --no-install-recommends ${packages}. Other systems cannot run this.\n`,
  );
  process.exitCode = 2;
} else {
  const options = ['run', '--config', 'test/isolation/vitest.config.ts', ...process.argv.slice(2)];
  process.exitCode = spawnSync('vitest', options, { stdio: 'inherit' }).status ?? 1;
}
