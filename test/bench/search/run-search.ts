import { createCatalog } from '../../../src/catalog/catalog.ts';
import type { Contribution } from '../../../src/catalog/entries.ts';
import type { Sight } from '../../../src/catalog/sight.ts';
import { createSearch, type Search } from '../../../src/search/search.ts';
import { cpuOf, startProcessTime } from '../process-time.ts';
import type { PolicyLine } from '../policy/run-policy.ts';
import { percentile } from '../statistics.ts';
import { scanner } from './scanner.ts';
import { createQuestions, createSight, createSources } from './world.ts';

const LIMIT = 5;

/** What finding costs among ten thousand tools, beside a scan of their texts and beside writing their list. */
export async function runSearchBench(
  rounds: number,
  onProgress: (line: string) => void,
): Promise<PolicyLine[]> {
  const sources = createSources();
  const among = createSight(sources);
  const best = new Map<string, PolicyLine>();
  // The first round warms up.
  for (let round = 0; round <= rounds; round += 1) {
    onProgress(`search: round ${round} of ${rounds}`);
    // oxlint-disable-next-line no-await-in-loop -- one thing at a time is the method
    const lines = await measureOnce(sources, among);
    for (const line of lines) if (round > 0) best.set(line.name, better(best.get(line.name), line));
  }
  return [...best.values()];
}

async function measureOnce(sources: readonly Contribution[], among: Sight): Promise<PolicyLine[]> {
  const search = createSearch();
  const list = cpuOf(() =>
    JSON.stringify(among.entries.map(({ tool }) => [tool?.name, tool?.description, tool?.inputSchema])),
  );
  const { build, change } = await measureReading(search, sources, among);
  const questions = createQuestions();
  const scan = scanner(among, LIMIT);
  const scans = questions.slice(0, 40).map((text) => cpuOf(() => scan(text)));
  const asked: number[] = [];
  for (const text of questions) {
    const time = startProcessTime();
    // oxlint-disable-next-line no-await-in-loop -- one thing at a time is the method
    await ask(search, text, among);
    asked.push(time());
  }
  await search.close();
  const baseline = percentile(scans.toSorted(ascending), 0.5);
  const sorted = asked.toSorted(ascending);
  const question = { unit: 'ms', against: 'scanning all texts', baseline } as const;
  const reading = { unit: 'ms', against: 'writing the list of all tools', baseline: list } as const;
  return [
    { ...question, name: 'a question, p50', value: percentile(sorted, 0.5), most: 1, mostRatio: 0.5 },
    { ...question, name: 'a question, p99', value: percentile(sorted, 0.99), most: 5, mostRatio: 2 },
    {
      ...reading,
      name: 'reading all tools, with the first answer',
      value: build,
      most: 2_500,
      mostRatio: 60,
    },
    {
      ...reading,
      name: 'one source of five changes, with the first answer',
      value: change,
      most: 1_000,
      mostRatio: 25,
    },
  ];
}

async function measureReading(search: Search, sources: readonly Contribution[], among: Sight) {
  const measure = async (contributions: readonly Contribution[]): Promise<number> => {
    const catalog = createCatalog(contributions);
    const time = startProcessTime();
    search.follow(catalog);
    await ask(search, 'anything', among);
    return time();
  };
  const build = await measure(sources);
  const [first, ...others] = sources;
  if (!first) throw new RangeError('there is no source');
  const change = await measure([{ ...first, tools: first.tools.map((tool) => ({ ...tool })) }, ...others]);
  return { build, change };
}

function ask(search: Search, text: string, among: Sight) {
  return search.find({ text, among, limit: LIMIT }, new AbortController().signal);
}

function ascending(a: number, b: number): number {
  return a - b;
}

function better(before: PolicyLine | undefined, line: PolicyLine): PolicyLine {
  if (before === undefined) return line;
  return {
    ...line,
    value: Math.min(before.value, line.value),
    baseline: Math.min(before.baseline, line.baseline),
  };
}
