import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { startGateway } from '../support/gateway-process.ts';
import { FIXTURE } from './configurations.ts';
import { findPeers } from './suite.ts';

/*
 * Lists and calls through `/mcp` with the official MCP Inspector's command line, as a person with a terminal would:
 *
 *     npm run inspector
 *
 * Prints one line for each step; exits 1 when one does not give what it should.
 */

const gateway = await startGateway({
  identity: { local: { scopes: ['all'] } },
  sources: { fixture: { mcp: { command: [process.execPath, FIXTURE, '--stdio'] } } },
  policy: { policy: 'all', scopes: { all: { source: 'fixture' } } },
});
const inspector = path.join(await findPeers(), 'node_modules/.bin/mcp-inspector');
const run = promisify(execFile);

const STEPS: readonly { readonly args: readonly string[]; readonly expected: string }[] = [
  { args: ['--method', 'tools/list'], expected: '"name": "fixture_test_simple_text"' },
  {
    args: ['--method', 'tools/call', '--tool-name', 'fixture_test_simple_text'],
    expected: 'This is a simple text response for testing.',
  },
  { args: ['--method', 'resources/list'], expected: '"uri": "fixture+test://static-text"' },
  { args: ['--method', 'resources/read', '--uri', 'fixture+test://static-text'], expected: '"contents"' },
  { args: ['--method', 'prompts/list'], expected: '"name": "fixture_test_simple_prompt"' },
  {
    args: ['--method', 'prompts/get', '--prompt-name', 'fixture_test_simple_prompt'],
    expected: '"messages"',
  },
];

try {
  for (const { args, expected } of STEPS) {
    const command = [inspector, '--cli', `${gateway.url}/mcp`, '--transport', 'http', ...args];
    const { stdout, stderr } = await run(process.execPath, command, { timeout: 60_000 }).catch(
      (error: { stdout: string; stderr: string }) => error,
    );
    const isGood = stdout.includes(expected);
    process.stdout.write(`${isGood ? 'ok' : 'not ok'}: inspector ${args.join(' ')}\n`);
    if (!isGood) process.stdout.write(`  expected ${expected} in\n${stdout}${stderr}\n`);
    if (!isGood) process.exitCode = 1;
  }
} finally {
  await gateway.stop();
}
