/**
 * Lists and calls through `/mcp` with the MCP clients of agent frameworks, and uses the reference servers behind it:
 *
 *     npm run clients
 *
 * Prints one line for each; exits 1 when one does not do what it should. Without Python 3 the Python client is left out, and
 * said so.
 */
import { match } from 'node:assert/strict';
import { installPeers } from '../corpus/peers.ts';
import { startGateway } from '../support/gateway-process.ts';
import { aiSdk } from './frameworks/ai-sdk.ts';
import type { Call, Framework } from './frameworks/framework.ts';
import { langchain } from './frameworks/langchain.ts';
import { installPython, pythonClient } from './frameworks/python.ts';
import { CLIENTS, connectAs } from './kinds.ts';
import { startRealServers } from './servers/real.ts';
import { useSource } from './servers/uses.ts';

const GOOD: Call = { name: 'everything_echo', args: { message: 'hi' } };
const BAD: Call = { name: 'files_read_text_file', args: { path: '/etc/hostname' } };

await installPeers();
const servers = await startRealServers();
const gateway = await startGateway({
  identity: { local: { scopes: ['all'] } },
  sources: servers.sources,
  policy: { policy: 'all', scopes: { all: Object.keys(servers.sources).map((source) => ({ source })) } },
  state: { memory: true },
});
try {
  for (const source of Object.keys(servers.sources)) {
    for (const kind of CLIENTS) {
      // oxlint-disable-next-line no-await-in-loop
      await attempt(`${kind} client of ${source}`, () => use(kind, source));
    }
  }
  for (const [name, framework] of await frameworks()) {
    // oxlint-disable-next-line no-await-in-loop
    await attempt(`${name} through /mcp`, () => tryFramework(framework));
  }
} finally {
  await gateway.stop();
  await servers.stop();
}

async function frameworks(): Promise<[string, Framework][]> {
  const found: [string, Framework][] = [
    ['@ai-sdk/mcp', aiSdk],
    ['@langchain/mcp-adapters', langchain],
  ];
  const python = await installPython((why) =>
    process.stdout.write(`left out: Python's mcp client (${why})\n`),
  );
  if (python !== undefined) {
    found.push([`Python's mcp, both eras`, pythonClient(python, 'auto')]);
    found.push([`Python's mcp, legacy`, pythonClient(python, 'legacy')]);
  }
  return found;
}

async function use(kind: (typeof CLIENTS)[number], source: string): Promise<string> {
  await using client = await connectAs(kind, { url: `${gateway.url}/mcp/${source}` });
  return `${await useSource(source, client, servers.folder)} uses`;
}

async function tryFramework(framework: Framework): Promise<string> {
  const { tools, result, fault } = await framework(`${gateway.url}/mcp`, GOOD, BAD);
  match(tools.join(' '), /everything_echo.*files_read_text_file.*memory_read_graph/);
  match(result, /Echo: hi/);
  match(fault, /Access denied/);
  return `${tools.length} tools, a result and an error`;
}

async function attempt(what: string, work: () => Promise<string>): Promise<void> {
  try {
    process.stdout.write(`ok: ${what}: ${await work()}\n`);
  } catch (error) {
    process.stdout.write(`not ok: ${what}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
