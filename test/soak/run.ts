/**
 * Does memory stay flat while clients of both eras come, call, listen and go?
 *
 *   node test/soak/run.ts [--rounds N] [--calls N] [--sessions N] [--listens N]
 *
 * Each round makes so many calls, opens and ends so many sessions and streams, and then prints what the gateway's process holds after
 * a collection. Exit 0: flat. 1: memory rises, or a request failed. 2: the command line is wrong.
 */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createKey, hashKey } from '../../src/identity/static-keys.ts';
import { firstLine, startNode, type Child } from '../support/child-process.ts';
import { startGateway } from '../support/gateway-process.ts';
import { growthOf, isFlat, type MemorySample } from './flat.ts';
import { createTraffic, type Traffic } from './traffic.ts';

const CALLERS = 16;
const FEWEST_ROUNDS = 6;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '40' },
    calls: { type: 'string', default: '2500' },
    sessions: { type: 'string', default: '100' },
    listens: { type: 'string', default: '50' },
  },
});

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return 1;
});

async function main(): Promise<number> {
  const [rounds = 0, calls = 0, sessions = 0, listens = 0] = [
    values.rounds,
    values.calls,
    values.sessions,
    values.listens,
  ].map(Number);
  if (!(rounds >= FEWEST_ROUNDS) || ![calls, sessions, listens].every((value) => value >= 0)) {
    console.error(`--rounds takes ${FEWEST_ROUNDS} or more; the others take numbers`);
    return 2;
  }
  const echo = startNode([pathOf('../bench/parties/echo.ts')]);
  const key = createKey(randomBytes(32));
  const gateway = await startGateway({
    identity: {
      principals: { agent: { scopes: ['all'] } },
      keys: [{ principal: 'agent', hash: hashKey(key) }],
    },
    sources: { echo: { mcp: { url: await firstLine(echo) }, trustAnnotations: true } },
    policy: { policy: 'all', scopes: { all: { source: 'echo' } } },
    nodeOptions: ['--expose-gc', '--import', pathOf('./memory.ts')],
  });
  const traffic = createTraffic(`${gateway.url}/mcp/echo`, `Bearer ${key}`);
  try {
    const samples: MemorySample[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      // oxlint-disable-next-line no-await-in-loop -- round after round
      await runRound(traffic, { calls, sessions, listens });
      // oxlint-disable-next-line no-await-in-loop -- as above
      const sample = await memoryOf(gateway.child);
      samples.push(sample);
      const [heap, rss] = [sample.heapUsed, sample.rss].map(toMegabytes);
      console.log(
        `round ${round}: ${round * calls} calls, ${round * sessions} sessions; heap ${heap} MB, RSS ${rss} MB`,
      );
    }
    const growth = growthOf(samples);
    const flat = isFlat(growth);
    console.log(
      `${flat ? 'flat' : 'NOT FLAT'}: after the warm-up the heap rose by ${toMegabytes(growth.heap)} MB and RSS by ${toMegabytes(growth.rss)} MB`,
    );
    return flat ? 0 : 1;
  } finally {
    await traffic.close();
    await gateway.stop();
    await echo.stop();
  }
}

function pathOf(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}

interface Round {
  readonly calls: number;
  readonly sessions: number;
  readonly listens: number;
}

async function runRound(traffic: Traffic, { calls, sessions, listens }: Round): Promise<void> {
  await times(calls, traffic.call);
  await times(Math.ceil(calls / 50), traffic.list);
  await times(sessions, traffic.session);
  await times(listens, traffic.listen);
  await times(listens, traffic.vanish);
}

/** So many, by several callers at one time. */
async function times(count: number, work: () => Promise<void>): Promise<void> {
  let left = count;
  const caller = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      // oxlint-disable-next-line no-await-in-loop -- one at a time is what a caller is
      await work();
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
}

function memoryOf(child: Child): Promise<MemorySample> {
  return new Promise((resolve, reject) => {
    const onExit = (): void => reject(new Error(`the gateway ended:\n${child.stderrTail()}`));
    child.process.once('exit', onExit);
    child.process.once('message', (usage) => {
      child.process.off('exit', onExit);
      resolve(usage as MemorySample);
    });
    child.process.send('memory');
  });
}

function toMegabytes(bytes: number): string {
  return (bytes / 1_048_576).toFixed(1);
}
