import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createKey, hashKey } from '../../../src/identity/static-keys.ts';
import { firstLine, startNode, type Child } from '../../support/child-process.ts';
import { startGateway } from '../../support/gateway-process.ts';
import { readUsage } from '../machine.ts';
import { formatMarkdownTable } from '../markdown-table.ts';

const TOOLS = 5_000;
const LISTS = 150;
const WARM_UP = 60;

/** What one list costs, from one party. Best of all rounds. */
export interface ListLine {
  readonly party: string;
  readonly bytes: number;
  readonly cpuMs: number;
  readonly firstByteMs: number;
  readonly p50Ms: number;
}

interface Party {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  readonly authorization?: string;
}

/**
 * What a merged `tools/list` of many tools costs when nothing has changed, beside a server that writes the same bytes and knows nothing,
 * and beside the relay on the SDK.
 */
export async function runListBench(rounds: number, onProgress: (line: string) => void): Promise<ListLine[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bailiwick-list-'));
  const children: Child[] = [];
  const start = async (program: string, ...args: string[]): Promise<Child & { url: string }> => {
    const path = fileURLToPath(new URL(`../parties/${program}.ts`, import.meta.url));
    const child = startNode([path, ...args]);
    children.push(child);
    return Object.assign(child, { url: await firstLine(child) });
  };
  const key = createKey(randomBytes(32));
  const echo = await start('echo', String(TOOLS));
  const gateway = await startGateway({
    identity: {
      principals: { agent: { scopes: ['all'] } },
      keys: [{ principal: 'agent', hash: hashKey(key) }],
    },
    sources: { echo: { mcp: { url: echo.url }, trustAnnotations: true } },
    policy: { policy: 'all', scopes: { all: { source: 'echo' } } },
    listing: { mode: 'full' },
  });
  try {
    const own: Party = {
      name: 'bailiwick',
      url: `${gateway.url}/mcp`,
      pid: gateway.child.pid,
      authorization: `Bearer ${key}`,
    };
    const { text } = await list(own);
    const file = join(folder, 'list.json');
    await writeFile(file, text);
    const bytes = await start('bytes', file);
    const relay = await start('sdk-relay', echo.url);
    const parties: Party[] = [
      { name: 'node:http, the same bytes', url: bytes.url, pid: bytes.pid },
      own,
      { name: 'SDK relay', url: relay.url, pid: relay.pid },
    ];
    const lines: ListLine[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      onProgress(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
      for (const party of parties) {
        // oxlint-disable-next-line no-await-in-loop -- one thing at a time is the method
        const line = await measure(party, round === 0 ? WARM_UP : LISTS);
        if (round > 0) lines.push(line);
      }
    }
    return parties.map(({ name }) => best(lines.filter(({ party }) => party === name)));
  } finally {
    await gateway.stop();
    await Promise.all(children.map((child) => child.stop()));
    await rm(folder, { recursive: true, force: true });
  }
}

export function formatListTable(lines: readonly ListLine[]): string {
  const [bare] = lines;
  const rows = lines.map(({ party, bytes, cpuMs, firstByteMs, p50Ms }) => [
    party,
    (bytes / 1e6).toFixed(2),
    cpuMs.toFixed(2),
    bare === undefined ? '' : (cpuMs / bare.cpuMs).toFixed(2),
    firstByteMs.toFixed(2),
    p50Ms.toFixed(2),
  ]);
  const head = ['party', 'MB', 'CPU ms a list', '÷ node:http', 'first byte, p50 ms', 'whole, p50 ms'];
  return formatMarkdownTable(head, rows);
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

async function measure(party: Party, count: number): Promise<ListLine> {
  const before = await readUsage(party.pid);
  const first: number[] = [];
  const whole: number[] = [];
  let bytes = 0;
  for (let index = 0; index < count; index += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one caller
    const one = await list(party);
    first.push(one.firstByteMs);
    whole.push(one.wholeMs);
    bytes = one.text.length;
  }
  const after = await readUsage(party.pid);
  return {
    party: party.name,
    bytes,
    cpuMs: before && after ? (after.cpuMs - before.cpuMs) / count : Number.NaN,
    firstByteMs: middle(first),
    p50Ms: middle(whole),
  };
}

/** One list, as a client of 2026-07-28 asks for it. */
function list({
  url,
  authorization,
}: Party): Promise<{ text: string; firstByteMs: number; wholeMs: number }> {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: meta } });
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/list',
    ...(authorization !== undefined && { authorization }),
  };
  const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<typeof list>>>();
  const started = performance.now();
  const sent = request(url, { method: 'POST', headers, agent }, (response) => {
    const chunks: Buffer[] = [];
    let firstByteMs = 0;
    response.on('data', (chunk: Buffer) => {
      if (chunks.length === 0) firstByteMs = performance.now() - started;
      chunks.push(chunk);
    });
    response.once('error', reject);
    response.once('end', () => {
      const wholeMs = performance.now() - started;
      const text = Buffer.concat(chunks).toString('latin1');
      if (response.statusCode === 200 && text.length > TOOLS * 50) resolve({ text, firstByteMs, wholeMs });
      else reject(new Error(`${url} answered ${response.statusCode}: ${text.slice(0, 300)}`));
    });
  });
  sent.once('error', reject);
  sent.end(body);
  return promise;
}

function best(lines: readonly ListLine[]): ListLine {
  const [first] = lines;
  if (first === undefined) throw new RangeError('a party that was not measured');
  const least = (of: (line: ListLine) => number): number => Math.min(...lines.map(of));
  return {
    ...first,
    cpuMs: least(({ cpuMs }) => cpuMs),
    firstByteMs: least(({ firstByteMs }) => firstByteMs),
    p50Ms: least(({ p50Ms }) => p50Ms),
  };
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
