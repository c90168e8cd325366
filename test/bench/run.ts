/**
 * What does a call cost through Bailiwick, beside the direct call and two relays that govern nothing? What does it cost to
 * compile a large OpenAPI document, beside two other compilers?
 *
 *   node test/bench/run.ts [--rounds N] [--seconds N] [--callers 1,16] [--rate N] [--parties LIST] [--json] [--write]
 *     [--only calls|list|compile|state|ledger|record|sessions|redis|isolation|identity|policy|search] [--specs DIRECTORY]
 *
 * Exit 0: measured. 1: a party could not be started or answered wrongly. 2: the command line is wrong.
 * `--write` renews the tables in `docs/bench.md`. How to read the numbers is written there.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { installPeers } from '../corpus/peers.ts';
import { replaceMarkedSection } from '../support/marked-section.ts';
import { formatCompileTable, runCompileBench } from './compile/rounds.ts';
import { formatLedgerTable, runLedgerBench } from './ledger/run-ledger.ts';
import { formatListTable, runListBench } from './list/rounds.ts';
import { formatIsolationTable, runIsolationBench } from './isolation/run-isolation.ts';
import { formatIdentityTable, runIdentityBench } from './identity/run-identity.ts';
import { readMachine } from './machine.ts';
import { PARTY_NAMES } from './parties.ts';
import { formatPolicyTable, runPolicyBench } from './policy/run-policy.ts';
import { formatMachine, formatTable, summarizeSamples } from './report.ts';
import { formatRedisTable, runRedisBench } from './redis/run-redis.ts';
import { formatRecordTable, runRecordBench } from './record/rounds.ts';
import { runBench } from './rounds.ts';
import { runSearchBench } from './search/run-search.ts';
import { formatSessionsTable, runSessionsBench } from './sessions/run-sessions.ts';
import { formatStateTable, runStateBench } from './state/rounds.ts';

const BENCHES = [
  'calls',
  'list',
  'compile',
  'state',
  'ledger',
  'record',
  'sessions',
  'isolation',
  'identity',
  'policy',
  'search',
  'redis',
];
const DOCUMENT = new URL('../../docs/bench.md', import.meta.url);

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    callers: { type: 'string', default: '1,16,64' },
    rate: { type: 'string', default: '100' },
    parties: { type: 'string', default: PARTY_NAMES.join(',') },
    json: { type: 'boolean' },
    write: { type: 'boolean' },
    only: { type: 'string' },
    specs: { type: 'string', default: '../shared/specs' },
  },
});
process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return 1;
});

async function main(): Promise<number> {
  const rounds = Number(values.rounds);
  const seconds = Number(values.seconds);
  const callers = values.callers.split(',').map(Number);
  const rate = Number(values.rate);
  const asked = values.parties.split(',');
  const parties = PARTY_NAMES.filter((name) => asked.includes(name));
  if (![rounds, seconds, rate, ...callers].every((value) => value > 0) || parties.length !== asked.length) {
    console.error(`numbers must be positive; --parties takes ${PARTY_NAMES.join(',')}`);
    return 2;
  }
  if (values.only !== undefined && !BENCHES.includes(values.only)) {
    console.error(`--only takes one of ${BENCHES.join(', ')}`);
    return 2;
  }
  const runs = (what: string): boolean => values.only === undefined || values.only === what;
  if (runs('calls')) await benchCalls({ parties, callers, rate, rounds, seconds });
  if (runs('list')) await benchList(rounds);
  if (runs('compile')) await benchCompile(rounds);
  if (runs('state')) await benchState(rounds);
  if (runs('ledger')) await benchLedger(rounds);
  if (runs('record')) await benchRecord(rounds);
  if (runs('sessions')) await benchSessions();
  if (runs('isolation')) await benchIsolation(rounds, seconds);
  if (runs('identity')) await benchIdentity();
  if (runs('policy')) await benchPolicy(rounds);
  if (runs('search')) await benchSearch(rounds);
  if (values.only === 'redis') await benchRedis(rounds);
  return 0;
}

interface CallBench {
  readonly parties: readonly (typeof PARTY_NAMES)[number][];
  readonly callers: readonly number[];
  readonly rate: number;
  readonly rounds: number;
  readonly seconds: number;
}

async function benchCalls({ parties, callers, rate, rounds, seconds }: CallBench): Promise<void> {
  const result = await runBench({
    parties,
    shapes: [...callers.map((count) => ({ callers: count })), { ratePerSecond: rate }],
    rounds,
    durationMs: seconds * 1000,
    onProgress: (line) => console.error(line),
  });
  const lines = summarizeSamples(result.samples);
  const how = `${rounds} rounds of ${seconds} s, Node ${process.version}. Median (lowest to highest round).`;
  const text = `${how} ${formatMachine(result)}\n\n${formatTable(lines)}`;
  console.log(values.json ? JSON.stringify({ ...result, lines }, null, 2) : text);
  if (values.write) await writeSection('measured', text);
}

async function benchList(rounds: number): Promise<void> {
  const before = readMachine();
  const lines = await runListBench(rounds, (line) => console.error(line));
  const how = `Best of ${rounds} rounds, Node ${process.version}.`;
  const load = `Load average ${before.load.toFixed(2)} before and ${readMachine().load.toFixed(2)} after, on ${before.cores} cores.`;
  const text = `${how} ${load}\n\n${formatListTable(lines)}`;
  console.log(values.json ? JSON.stringify({ lines }, null, 2) : text);
  if (values.write) await writeSection('listed', text);
}

async function benchCompile(rounds: number): Promise<void> {
  await installPeers();
  const before = readMachine();
  const lines = await runCompileBench(values.specs, rounds, (line) => console.error(line));
  const how = `Best of ${rounds} processes each, Node ${process.version}.`;
  const load = `Load average ${before.load.toFixed(2)} before and ${readMachine().load.toFixed(2)} after, on ${before.cores} cores.`;
  const text = `${how} ${load}\n\n${formatCompileTable(lines)}`;
  console.log(values.json ? JSON.stringify({ lines }, null, 2) : text);
  if (values.write) await writeSection('compiled', text);
}

async function benchState(rounds: number): Promise<void> {
  const before = readMachine();
  const lines = await runStateBench(rounds, (line) => console.error(line));
  const how = `Best of ${rounds} rounds, Node ${process.version}. One upsert in a transaction of its own: ${lines[0]?.upsert.toFixed(1)} µs of CPU.`;
  const load = `Load average ${before.load.toFixed(2)} before and ${readMachine().load.toFixed(2)} after, on ${before.cores} cores.`;
  const text = `${how} ${load}\n\n${formatStateTable(lines)}`;
  console.log(values.json ? JSON.stringify({ lines }, null, 2) : text);
  if (values.write) await writeSection('kept', text);
}

/** Only where it is asked for: it needs a redis-server. */
async function benchRedis(rounds: number): Promise<void> {
  const results = await runRedisBench(rounds, (line) => console.error(line));
  const { cores, load } = readMachine();
  const how = `${rounds} rounds, Node ${process.version}, Redis on the same machine. Load average ${load.toFixed(2)} on ${cores} cores.`;
  const text = `${how}\n\n${formatRedisTable(results)}`;
  console.log(values.json ? JSON.stringify({ rounds: results }, null, 2) : text);
  if (values.write) await writeSection('redis', text);
}

async function benchLedger(rounds: number): Promise<void> {
  const before = readMachine();
  const lines = await runLedgerBench(rounds, (line) => console.error(line));
  const how = `Best of ${rounds} rounds, Node ${process.version}.`;
  const load = `Load average ${before.load.toFixed(2)} before and ${readMachine().load.toFixed(2)} after, on ${before.cores} cores.`;
  const text = `${how} ${load}\n\n${formatLedgerTable(lines)}`;
  console.log(values.json ? JSON.stringify({ lines }, null, 2) : text);
  if (values.write) await writeSection('reserved', text);
}

async function benchRecord(rounds: number): Promise<void> {
  const before = readMachine();
  const lines = await runRecordBench(rounds, (line) => console.error(line));
  const how = `Best of ${rounds} processes each, Node ${process.version}.`;
  const load = `Load average ${before.load.toFixed(2)} before and ${readMachine().load.toFixed(2)} after, on ${before.cores} cores.`;
  const text = `${how} ${load}\n\n${formatRecordTable(lines)}`;
  console.log(values.json ? JSON.stringify({ lines }, null, 2) : text);
  if (values.write) await writeSection('recorded', text);
}

async function benchSessions(): Promise<void> {
  const lines = await runSessionsBench((line) => console.error(line));
  const how = `Sessions of MCP 2025-11-25 over HTTP, each used once and then left alone, Node ${process.version}.`;
  const text = `${how}\n\n${formatSessionsTable(lines)}`;
  console.log(values.json ? JSON.stringify({ lines }, null, 2) : text);
  if (values.write) await writeSection('held', text);
}

async function benchIsolation(rounds: number, seconds: number): Promise<void> {
  const before = readMachine();
  const lines = await runIsolationBench(rounds, seconds * 1000, (line) => console.error(line));
  const how = `${rounds} rounds of ${seconds} s, Node ${process.version}. Median (lowest to highest round).`;
  const load = `Load average ${before.load.toFixed(2)} before and ${readMachine().load.toFixed(2)} after, on ${before.cores} cores.`;
  const text = `${how} ${load}\n\n${formatIsolationTable(lines)}`;
  console.log(values.json ? JSON.stringify({ lines }, null, 2) : text);
  if (values.write) await writeSection('isolated', text);
}

async function benchIdentity(): Promise<void> {
  const before = readMachine();
  const lines = await runIdentityBench((line) => console.error(line));
  const how = `Each in a process of its own, best of its rounds, Node ${process.version}.`;
  const load = `Load average ${before.load.toFixed(2)} before and ${readMachine().load.toFixed(2)} after, on ${before.cores} cores.`;
  const text = `${how} ${load}\n\n${formatIdentityTable(lines)}`;
  console.log(values.json ? JSON.stringify({ lines }, null, 2) : text);
  if (values.write) await writeSection('identified', text);
}

async function benchPolicy(rounds: number): Promise<void> {
  const before = readMachine();
  const lines = runPolicyBench(rounds, (line) => console.error(line));
  const how = `Best of ${rounds} rounds, Node ${process.version}.`;
  const load = `Load average ${before.load.toFixed(2)} before and ${readMachine().load.toFixed(2)} after, on ${before.cores} cores.`;
  const text = `${how} ${load}\n\n${formatPolicyTable(lines)}`;
  console.log(values.json ? JSON.stringify({ lines }, null, 2) : text);
  if (values.write) await writeSection('decided', text);
}

async function benchSearch(rounds: number): Promise<void> {
  const before = readMachine();
  const lines = await runSearchBench(rounds, (line) => console.error(line));
  const how = `Best of ${rounds} rounds, Node ${process.version}.`;
  const load = `Load average ${before.load.toFixed(2)} before and ${readMachine().load.toFixed(2)} after, on ${before.cores} cores.`;
  const text = `${how} ${load}\n\n${formatPolicyTable(lines)}`;
  console.log(values.json ? JSON.stringify({ lines }, null, 2) : text);
  if (values.write) await writeSection('found', text);
}

async function writeSection(name: string, text: string): Promise<void> {
  await writeFile(DOCUMENT, replaceMarkedSection(await readFile(DOCUMENT, 'utf8'), name, text));
}
