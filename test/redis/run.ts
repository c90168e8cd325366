/**
 * Runs the promises about Redis against servers that it starts: one, a cluster, one behind Sentinel.
 *
 *   npm run redis -- [NAMES OR OPTIONS OF VITEST]
 *
 * Exit 0: all hold. 1: one does not. 2: there is no redis-server.
 */
import { spawnSync } from 'node:child_process';

if (spawnSync('redis-server', ['--version']).status !== 0) {
  process.stderr.write(
    'redis-server is not installed, or not on the PATH. Debian and Ubuntu: apt-get install -y redis-server. macOS: brew install redis\n',
  );
  process.exitCode = 2;
} else {
  const options = ['run', '--config', 'test/redis/vitest.config.ts', ...process.argv.slice(2)];
  process.exitCode = spawnSync('vitest', options, { stdio: 'inherit' }).status ?? 1;
}
