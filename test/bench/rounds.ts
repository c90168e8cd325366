import { fileURLToPath } from 'node:url';
import { startNode } from '../support/child-process.ts';
import { JobAnswer } from './load.ts';
import type { Job, LoadShape, Measurement } from './load.ts';
import { readMachine, readUsage } from './machine.ts';
import type { MachineState } from './machine.ts';
import { startParties } from './parties.ts';
import type { Party, PartyName } from './parties.ts';

/** One party under one load in one round. */
export interface Sample extends Measurement {
  readonly party: PartyName;
  readonly shape: string;
  readonly round: number;
  /** CPU time of the party's own process for one call; undefined where the system does not tell. */
  readonly cpuMsPerCall: number | undefined;
  readonly rssBytes: number | undefined;
}

export interface BenchResult {
  readonly samples: readonly Sample[];
  readonly before: MachineState;
  readonly after: MachineState;
  /** Share of the machine's CPU that programs other than ours used meanwhile; undefined where the system does not tell. */
  readonly foreignCpuShare: number | undefined;
}

export interface BenchOptions {
  readonly parties: readonly PartyName[];
  readonly shapes: readonly LoadShape[];
  readonly rounds: number;
  readonly durationMs: number;
  /** Told what happens, for a person who waits. */
  readonly onProgress: (line: string) => void;
}

const WARM_UP_MS = 4_000;
const SETTLE_MS = 250;
const WARM_UP_CALLERS = 16;

/** `1 caller`, `16 callers`, `100 calls/s`. */
function nameShape(shape: LoadShape): string {
  if ('ratePerSecond' in shape) return `${shape.ratePerSecond} calls/s`;
  return shape.callers === 1 ? '1 caller' : `${shape.callers} callers`;
}

/**
 * Measures every party under every load, interleaved: one round visits them all, one after another, and what disturbs
 * the machine for a while disturbs neighbours alike.
 */
export async function runBench(options: BenchOptions): Promise<BenchResult> {
  const running = await startParties(options.parties);
  const { parties } = running;
  const load = startLoad();
  const pids = [process.pid, load.pid, ...new Set(parties.map(({ pid }) => pid))];
  try {
    for (const party of parties) {
      options.onProgress(`warming up ${party.name}`);
      // oxlint-disable-next-line no-await-in-loop -- one thing at a time is the method
      await load.run(jobOf(party, { callers: WARM_UP_CALLERS }, WARM_UP_MS));
    }
    const before = readMachine();
    const startedAt = performance.now();
    const oursBefore = await totalCpu(pids);
    const samples: Sample[] = [];
    for (let round = 1; round <= options.rounds; round += 1) {
      options.onProgress(`round ${round} of ${options.rounds}`);
      for (const shape of options.shapes) {
        for (const party of parties) {
          // oxlint-disable-next-line no-await-in-loop -- as above
          samples.push(await measure(party, shape, round));
        }
      }
    }
    const after = readMachine();
    const oursAfter = await totalCpu(pids);
    return {
      samples,
      before,
      after,
      foreignCpuShare:
        oursBefore === undefined || oursAfter === undefined
          ? undefined
          : Math.max(0, after.busyMs - before.busyMs - (oursAfter - oursBefore)) /
            ((performance.now() - startedAt) * after.cores),
    };
  } finally {
    await load.stop();
    await running.stop();
  }

  async function measure(party: Party, shape: LoadShape, round: number): Promise<Sample> {
    await load.run(jobOf(party, shape, SETTLE_MS));
    const before = await readUsage(party.pid);
    const measurement = await load.run(jobOf(party, shape, options.durationMs));
    const after = await readUsage(party.pid);
    return {
      party: party.name,
      shape: nameShape(shape),
      round,
      ...measurement,
      cpuMsPerCall: before && after && (after.cpuMs - before.cpuMs) / measurement.calls,
      rssBytes: after?.rssBytes,
    };
  }
}

function jobOf({ url, authorization, tool }: Party, shape: LoadShape, durationMs: number): Job {
  return { url, tool, shape, durationMs, ...(authorization === undefined ? {} : { authorization }) };
}

async function totalCpu(pids: readonly number[]): Promise<number | undefined> {
  const usages = await Promise.all(pids.map(readUsage));
  return usages.reduce<number | undefined>(
    (sum, usage) => (sum === undefined || usage === undefined ? undefined : sum + usage.cpuMs),
    0,
  );
}

/** The load generator as a function: one job at a time. */
function startLoad() {
  const child = startNode([fileURLToPath(new URL('./load.ts', import.meta.url))], { ipc: true });
  return {
    pid: child.pid,
    stop: () => child.stop(),
    run(job: Job): Promise<Measurement> {
      return new Promise((resolve, reject) => {
        const onExit = (): void => reject(new Error(`the load generator ended:\n${child.stderrTail()}`));
        child.process.once('exit', onExit);
        child.process.once('message', (message) => {
          child.process.off('exit', onExit);
          const answer = JobAnswer.parse(message);
          if ('failure' in answer) reject(new Error(answer.failure));
          else resolve(answer.measurement);
        });
        child.process.send(job);
      });
    },
  };
}
