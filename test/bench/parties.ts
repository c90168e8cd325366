import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { createKey, hashKey } from '../../src/identity/static-keys.ts';
import { firstLine, startNode } from '../support/child-process.ts';
import type { Child } from '../support/child-process.ts';
import { startGateway } from '../support/gateway-process.ts';

/** One way to the echo upstream: where to call, which tool, and whose CPU time and memory count. */
export interface Party {
  readonly name: PartyName;
  readonly url: string;
  readonly authorization?: string;
  readonly tool: string;
  readonly pid: number;
}

export const PARTY_NAMES = [
  'direct',
  'http relay',
  'SDK relay',
  'bailiwick read',
  'bailiwick write',
] as const;
export type PartyName = (typeof PARTY_NAMES)[number];

export interface Parties {
  readonly parties: readonly Party[];
  stop(): Promise<void>;
}

const READ_TOOL = 'read_00';
const WRITE_TOOL = 'write_00';

/** Starts the echo upstream and everything that stands before it, each as a process of its own. */
export async function startParties(names: readonly PartyName[]): Promise<Parties> {
  const started: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((end) => end()));
  };
  try {
    const echo = await startProgram('echo', [], started);
    const parties: Party[] = [{ name: 'direct', url: echo.url, tool: READ_TOOL, pid: echo.child.pid }];
    for (const name of ['http relay', 'SDK relay'] as const) {
      if (!names.includes(name)) continue;
      const program = name === 'http relay' ? 'http-relay' : 'sdk-relay';
      // oxlint-disable-next-line no-await-in-loop -- two of them
      const relay = await startProgram(program, [echo.url], started);
      parties.push({ name, url: relay.url, tool: READ_TOOL, pid: relay.child.pid });
    }
    if (names.some((name) => name.startsWith('bailiwick'))) {
      parties.push(...(await startBailiwick(echo.url, started)).filter(({ name }) => names.includes(name)));
    }
    for (const party of parties) {
      // oxlint-disable-next-line no-await-in-loop -- five of them
      await verify(party);
    }
    return { parties, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startProgram(
  program: string,
  args: string[],
  started: (() => Promise<void>)[],
): Promise<{ url: string; child: Child }> {
  const path = fileURLToPath(new URL(`./parties/${program}.ts`, import.meta.url));
  const child = startNode([path, ...args]);
  started.push(() => child.stop());
  return { url: await firstLine(child), child };
}

/** Bailiwick with a static key, a policy and audit on. The upstream's own hints say which tools read and which write. */
async function startBailiwick(upstream: string, started: (() => Promise<void>)[]): Promise<Party[]> {
  const key = createKey(randomBytes(32));
  const gateway = await startGateway({
    identity: {
      principals: { agent: { scopes: ['all'] } },
      keys: [{ principal: 'agent', hash: hashKey(key) }],
    },
    sources: { echo: { mcp: { url: upstream }, trustAnnotations: true } },
    policy: { policy: 'all', scopes: { all: { source: 'echo' } } },
  });
  started.push(() => gateway.stop());
  const shared = { url: `${gateway.url}/mcp/echo`, authorization: `Bearer ${key}`, pid: gateway.child.pid };
  return [
    { name: 'bailiwick read', tool: READ_TOOL, ...shared },
    { name: 'bailiwick write', tool: WRITE_TOOL, ...shared },
  ];
}

/** One list and one call with the official client: what is measured is a working MCP server. */
async function verify({ name, url, authorization, tool }: Party): Promise<void> {
  const client = new Client(
    { name: 'bench', version: '1.0.0' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  const requestInit = authorization === undefined ? {} : { headers: { authorization } };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  try {
    const { tools } = await client.listTools();
    const result = await client.callTool({ name: tool, arguments: { text: 'verified' } });
    const text = JSON.stringify(result.content);
    if (tools.length !== 20 || !text.includes('verified')) {
      throw new Error(`${name} does not relay: ${tools.length} tools, ${tool} answered ${text}`);
    }
  } finally {
    await client.close();
  }
}
