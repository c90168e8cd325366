import { execFile } from 'node:child_process';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import type { Pack } from '../../../src/search/packs/pack.ts';
import { createSearch, type Search } from '../../../src/search/search.ts';
import { SearchSettings } from '../../../src/search/settings.ts';
import { cpuOf, startProcessTime } from '../../bench/process-time.ts';
import { scanner } from '../../bench/search/scanner.ts';
import { percentile } from '../../bench/statistics.ts';
import { countWords } from './baselines.ts';
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
  /** Milliseconds of processor time of the {@link BASELINES}, measured in turn with the index: the middle one of scans, the best of counts. */
  readonly baselineMs: { readonly question: number; readonly build: number };
  /** Load average of the machine in the last minute: processor time is longer beside others, too. */
  readonly load: number;
}

/** How many times as long as its baseline each takes: unlike milliseconds, nearly the same on any machine. */
export interface Ratios {
  readonly p50: number;
  readonly p99: number;
  readonly build: number;
}

export function toRatios({ latencyMs, buildMs, baselineMs }: Cost): Ratios {
  return {
    p50: latencyMs.p50 / baselineMs.question,
    p99: latencyMs.p99 / baselineMs.question,
    build: buildMs / baselineMs.build,
  };
}

const ROUNDS = 5;
/** A scan takes far longer than the index: the baseline is asked this many of the questions, spread over all. */
const SCANNED = 40;

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
  const counts: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    counts.push(cpuOf(() => countWords(tools)));
    // oxlint-disable-next-line no-await-in-loop -- one thing at a time is the method
    builds.push(await measureBuild(tools, packs.length > 0));
  }
  const { index, sight } = toSearchable(tools, packs);
  const scan = scanner(sight, DEPTH);
  const step = Math.ceil(questions.length / SCANNED);
  const best = questions.map(() => Number.POSITIVE_INFINITY);
  const scans = new Map<number, number>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [at, text] of questions.entries()) {
      if (at % step === 0)
        scans.set(
          at,
          Math.min(
            scans.get(at) ?? Number.POSITIVE_INFINITY,
            cpuOf(() => scan(text)),
          ),
        );
      const spent = cpuOf(() => index.rank({ text, among: sight, limit: DEPTH }));
      best[at] = Math.min(best[at] ?? Number.POSITIVE_INFINITY, spent);
    }
  }
  const sorted = best.toSorted((a, b) => a - b);
  const scanned = [...scans.values()].toSorted((a, b) => a - b);
  return {
    tools: tools.length,
    queries: questions.length,
    latencyMs: { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) },
    buildMs: Math.min(...builds),
    baselineMs: { question: percentile(scanned, 0.5), build: Math.min(...counts) },
    load: loadavg()[0] ?? Number.NaN,
  };
}

/** The product follows the catalog and is asked once: it reads what is served when somebody first asks. */
async function measureBuild(tools: readonly LabelledTool[], withPacks: boolean): Promise<number> {
  const catalog = toCatalog(tools);
  const time = startProcessTime();
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
