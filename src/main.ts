#!/usr/bin/env node
// Imports nothing before this check: an older Node would fail on an import with a message that helps nobody.
const NEEDED = 24;
const major = Number(process.versions.node.split('.')[0]);
if (major < NEEDED) {
  process.stderr.write(
    `bailiwick needs Node.js ${NEEDED} or newer; this is ${process.version} (${process.execPath}).\n` +
      'Install a current Node.js, or run it by npx with one: npx -p node@24 -p bailiwick bailiwick\n',
  );
  process.exit(2);
}

// Code that was compiled once starts in half the time; where no cache can be written, nothing is lost.
const { enableCompileCache } = await import('node:module');
enableCompileCache();
// What is said beside results may find no reader (`2>&1 | head`). That ends nothing: a call goes on, and is recorded.
process.stderr.on('error', () => {});
const { run } = await import('./cli/run.ts');
process.exitCode = await run(process.argv.slice(2));
