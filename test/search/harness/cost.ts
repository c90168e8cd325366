import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import type { Pack } from '../../../src/search/packs/pack.ts';
import { createSearch, type Search } from '../../../src/search/search.ts';
import { SearchSettings } from '../../../src/search/settings.ts';
import { percentile } from '../../bench/statistics.ts';
import type { LabelledTool } from './labelled-set.ts';
import { DEPTH } from './scoring.ts';
import { toCatalog, toSearchable, toSight } from './searchable.ts';

/** What an index costs. */
export interface Cost {
  readonly tools: number;
  readonly queries: number;
  /** Milliseconds of processor time of one question, the best of its rounds. */
  readonly latencyMs: { readonly p50: number; readonly p99: number };
  /** Milliseconds of processor time from a catalog to the first answer, the best of the rounds. */
  readonly buildMs: number;
  readonly memoryMb: number;
}

const ROUNDS = 5;

/**
 * What building an index of the tools and asking it the questions costs. Processor time of the whole process: what other programs do
 * meanwhile is not in it, what V8's own threads do is.
 */
export async function measureCost(
  tools: readonly LabelledTool[],
  packs: readonly Pack[],
  questions: readonly string[],
): Promise<Omit<Cost, 'memoryMb'>> {
  const builds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one thing at a time is the method
    builds.push(await measureBuild(tools, packs.length > 0));
  }
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

/** The product follows the catalog and is asked once: it reads what is served when somebody first asks. */
async function measureBuild(tools: readonly LabelledTool[], withPacks: boolean): Promise<number> {
  const catalog = toCatalog(tools);
  const time = startCpuTime();
  const search = await followed(catalog, withPacks);
  const spent = time();
  await search.close();
  return spent;
}

/** The product's search, which has read a catalog. */
export async function followed(catalog: Catalog, withPacks: boolean): Promise<Search> {
  const settings = SearchSettings.parse(withPacks ? {} : { packs: [] });
  const search = createSearch({ settings: () => settings });
  search.follow(catalog);
  await search.find({ text: 'anything', among: toSight([]), limit: 1 }, new AbortController().signal);
  return search;
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
