import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Pack } from '../../../src/search/packs/pack.ts';
import { percentile } from '../../bench/statistics.ts';
import type { LabelledTool } from './labelled-set.ts';
import { DEPTH } from './scoring.ts';
import { toIndex, toSearchable, toSources } from './searchable.ts';

/** What an index costs. */
export interface Cost {
  readonly tools: number;
  readonly queries: number;
  /** Milliseconds of processor time of one question, the best of its rounds. */
  readonly latencyMs: { readonly p50: number; readonly p99: number };
  /** Milliseconds of processor time from the tools to the first answer, the best of the rounds. */
  readonly buildMs: number;
  readonly memoryMb: number;
}

const ROUNDS = 5;

/**
 * What building an index of the tools and asking it the questions costs. Processor time of the whole process: what other programs do
 * meanwhile is not in it, what V8's own threads do is.
 */
export function measureCost(
  tools: readonly LabelledTool[],
  packs: readonly Pack[],
  questions: readonly string[],
): Omit<Cost, 'memoryMb'> {
  const builds = Array.from({ length: ROUNDS }, () => measureBuild(tools, packs, questions[0] ?? ''));
  const { index, sight } = toSearchable(tools, packs);
  const best = questions.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [at, text] of questions.entries()) {
      const time = startCpuTime();
      index.rank({ text, among: sight, limit: DEPTH });
      best[at] = Math.min(best[at] ?? Number.POSITIVE_INFINITY, time());
    }
  }
  const sorted = best.toSorted((a, b) => a - b);
  return {
    tools: tools.length,
    queries: questions.length,
    latencyMs: { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) },
    buildMs: Math.min(...builds),
  };
}

/** Documents are made, indexed and asked once, so that what an index does only when it is first asked counts as building. */
function measureBuild(tools: readonly LabelledTool[], packs: readonly Pack[], question: string): number {
  const { sight } = toSearchable([], packs);
  const time = startCpuTime();
  const index = toIndex(toSources(tools, packs));
  index.rank({ text: question, among: sight, limit: DEPTH });
  return time();
}

function startCpuTime(): () => number {
  const started = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1_000;
  };
}

/** Megabytes that the union of a directory's sets takes in an index, measured in a process that does nothing else. */
export async function measureMemory(
  directory: string,
  asked: { packs: boolean; sets: readonly string[] },
): Promise<number> {
  const program = fileURLToPath(new URL('memory.child.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    program,
    directory,
    String(asked.packs),
    ...asked.sets,
  ]);
  return Number(stdout);
}
