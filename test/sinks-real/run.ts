/**
 * Holds the sinks to real servers: PostgreSQL, started in a temporary directory.
 *
 *   npm run sinks [-- ARGUMENTS OF VITEST]
 *
 * Exit 0: all is well. 1: a test failed. 2: a server is not installed.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { findPostgres } from './postgres-server.ts';

process.exitCode = main();

function main(): number {
  if (findPostgres() === undefined) {
    process.stderr.write(
      'npm run sinks needs the programs of a PostgreSQL server (initdb, postgres), and found none in /usr/lib/postgresql or PATH.\n' +
        'Debian and Ubuntu: apt-get install postgresql\n',
    );
    return 2;
  }
  const bin = path.join(
    path.dirname(createRequire(import.meta.url).resolve('vitest/package.json')),
    'vitest.mjs',
  );
  const args = ['run', '--config', 'test/sinks-real/vitest.config.ts', ...process.argv.slice(2)];
  const { status } = spawnSync(process.execPath, [bin, ...args], { stdio: 'inherit' });
  return status === 0 ? 0 : 1;
}
