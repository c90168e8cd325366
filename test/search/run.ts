/**
 * Measures how well, how fast and how cheaply tools are found, over labelled sets of tools and queries.
 *
 *   npm run eval:search -- DIRECTORY [--json] [--no-packs] [--set NAME]… [--no-union] [--errors] [--tricks [--every N] [--max-tricked P]]
 *     [--min-macro-r5 P] [--min-macro-ndcg P] [--min-k8s-r5 P] [--max-memory MB]
 *     [--max-p50-ratio N] [--max-p99-ratio N] [--max-build-ratio N] [--max-p50 MS] [--max-p99 MS] [--max-build MS]
 *
 * The directory holds `*.jsonl`, each a set in the format that docs/search-evaluation.md describes. Each set is asked on its own
 * catalogue, then all of them on one index of all tools, which is also what latency, build and memory are measured with.
 * Times are measured in turn with plain work over the same texts: how many times as long they take holds on any machine.
 * `--set` reads these sets alone; `--no-union` leaves the large index out; `--errors` prints what was missed in place of the tables.
 * `--tricks` tries instead what hostile upstreams write to be found, at every Nth query: it may help with P percent of them at most.
 * Exit 0: measured, no bound missed. 1: a bound is missed. 2: the command line, or a file, is wrong.
 */
import { parseArgs } from 'node:util';
import type { Pack } from '../../src/search/packs/pack.ts';
import { BOUNDS, missedBounds, type Bounds } from './harness/bounds.ts';
import { measureCost, measureMemory, toRatios } from './harness/cost.ts';
import { evaluateSet, evaluateTasks, type TaskResult } from './harness/evaluate.ts';
import type { LabelledSet, TaskSet } from './harness/labelled-set.ts';
import { readSets } from './harness/read-sets.ts';
import { toReport } from './harness/report.ts';
import { shippedPacks, toSearchable } from './harness/searchable.ts';
import { describeErrors, describeResults } from './harness/table.ts';
import { describeTricks, missedTricks, tryTricks } from './harness/tricks.ts';
import { prefixOf, uniteSets } from './harness/union.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const USAGE = `usage: npm run eval:search -- DIRECTORY [options]   (--help says which)`;
const HELP = `Measures how well, how fast and how cheaply tools are found, over labelled sets of tools and queries.

usage: npm run eval:search -- DIRECTORY [options]

DIRECTORY holds *.jsonl, each a set; docs/search-evaluation.md describes the format and the figures.

  --json             print one JSON document
  --set NAME         read this set alone; may be given several times
  --errors           print what was missed in place of the tables
  --no-packs         leave out the hints that ship
  --no-union         leave out the index of all tools, and with it what it costs
  --tricks           try what hostile upstreams write to be found, in place of the tables
  --every N          with --tricks: at every Nth query
  --max-tricked P    with --tricks: it may help with P percent of them at most
${Object.keys(BOUNDS)
  .map((name) => `  ${`--${name} N`.padEnd(19)}a bound: ${name.startsWith('min') ? 'no less' : 'no more'}`)
  .join('\n')}

Exit 0: measured, no bound missed. 1: a bound is missed. 2: the command line, or a file, is wrong.`;

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 2;
});

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      help: { ...flag, short: 'h' },
      json: flag,
      errors: flag,
      tricks: flag,
      every: { ...text, default: '1' },
      'max-tricked': text,
      set: { type: 'string', multiple: true, default: [] },
      'no-packs': flag,
      'no-union': flag,
      ...(Object.fromEntries(Object.keys(BOUNDS).map((name) => [name, text])) as Record<
        keyof typeof BOUNDS,
        typeof text
      >),
    },
    allowPositionals: true,
  });
  if (values.help) {
    process.stdout.write(`${HELP}\n`);
    return 0;
  }
  const [directory, ...others] = positionals;
  if (directory === undefined || others.length > 0) throw new Error(USAGE);
  if (values.errors && values.json) throw new Error(`--errors is for people: it has no --json\n${USAGE}`);
  const bounds = readBounds(values);
  const packs = values['no-packs'] ? [] : shippedPacks();
  const { sets: all, tasks, warnings } = await readSets(directory);
  for (const warning of warnings) process.stderr.write(`${warning}\n`);
  const sets = chooseSets(all, values.set);
  const scored = sets.filter(({ queries }) => queries.length > 0);
  if (scored.length === 0)
    throw new Error(
      `${directory}: no set has \`tools\`, and \`queries\` with \`groups\`; docs/search-evaluation.md describes the format`,
    );

  if (values.tricks) {
    const every = readNumber('every', values.every);
    const most = readNumber('max-tricked', values['max-tricked'] ?? '100');
    const results = tryTricks(scored, { every, packs, others: scored });
    process.stdout.write(
      values.json ? `${JSON.stringify(results, undefined, 2)}\n` : describeTricks(results),
    );
    const missed = missedTricks(results, most);
    for (const each of missed) process.stderr.write(`missed: ${each}\n`);
    return missed.length === 0 ? 0 : 1;
  }
  const own = scored.map((set) => evaluateSet(set, toSearchable(set.tools, packs)));
  if (values.errors) {
    process.stdout.write(own.map(describeErrors).join('\n'));
    return 0;
  }
  const asTasks = tasks
    .filter(({ catalogue }) => sets.some(({ name }) => name === catalogue))
    .flatMap((each) => evaluateAgents(each, all, packs));
  const united = uniteSets(sets);
  const union = values['no-union'] ? [] : evaluateUnion(scored, united, packs);
  const cost = values['no-union']
    ? undefined
    : {
        ...(await measureCost(
          united,
          packs,
          scored.flatMap(({ queries }) => queries.map((query) => query.text)),
        )),
        memoryMb: await measureMemory(directory, {
          packs: packs.length > 0,
          sets: sets.map(({ name }) => name),
        }),
      };
  const report = toReport(own, cost);
  process.stdout.write(
    values.json
      ? `${JSON.stringify(report, undefined, 2)}\n`
      : describeResults({ own, union, tasks: asTasks, cost }),
  );
  const missed = missedBounds({ ...report, ratios: cost && toRatios(cost) }, bounds);
  for (const each of missed) process.stderr.write(`missed: ${each}\n`);
  return missed.length === 0 ? 0 : 1;
}

function chooseSets(sets: readonly LabelledSet[], names: readonly string[]): readonly LabelledSet[] {
  const unknown = names.filter((name) => sets.every((set) => set.name !== name));
  if (unknown.length > 0) {
    throw new Error(
      `--set ${unknown.join(', ')}: there is none of this name; there are ${sets.map(({ name }) => name).join(', ')}`,
    );
  }
  return names.length === 0 ? sets : sets.filter(({ name }) => names.includes(name));
}

function evaluateUnion(
  scored: readonly LabelledSet[],
  united: ReturnType<typeof uniteSets>,
  packs: readonly Pack[],
) {
  const searchable = toSearchable(united, packs);
  return scored.map((set) => evaluateSet(set, searchable, prefixOf(set)));
}

/** The product at three and at five results, beside what was recorded of another ranker. */
function evaluateAgents(tasks: TaskSet, sets: readonly LabelledSet[], packs: readonly Pack[]): TaskResult[] {
  const { find } = toSearchable(sets.find(({ name }) => name === tasks.catalogue)?.tools ?? [], packs);
  const rounds = [3, 5].map((k) => evaluateTasks(tasks, 'bailiwick', k, (route) => find(route.text, k)));
  const recorded = Math.max(...tasks.routes.map((route) => route.recorded.length));
  return recorded > 0
    ? [...rounds, evaluateTasks(tasks, 'recorded', recorded, (route) => route.recorded)]
    : rounds;
}

function readBounds(values: Partial<Record<keyof typeof BOUNDS, string>>): Bounds {
  return Object.fromEntries(
    (Object.keys(BOUNDS) as (keyof typeof BOUNDS)[]).flatMap((name) => {
      const value = values[name];
      return value === undefined ? [] : [[name, readNumber(name, value)]];
    }),
  );
}

function readNumber(name: string, value: string): number {
  if (value.trim() === '' || !(Number(value) >= 0))
    throw new Error(`--${name} ${value}: not a number\n${USAGE}`);
  return Number(value);
}
