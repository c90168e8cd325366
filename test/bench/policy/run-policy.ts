import type { Catalog } from '../../../src/catalog/catalog.ts';
import type { Tool } from '../../../src/catalog/tool.ts';
import type { Principal } from '../../../src/identity/principal.ts';
import { decide } from '../../../src/policy/decide.ts';
import { POLICY_YAML } from '../../../src/policy/describe-yaml.ts';
import { loadPolicies, type PolicySet, type PolicyText } from '../../../src/policy/load.ts';
import { view, type View } from '../../../src/policy/view.ts';
import { readYaml } from '../../../src/text/yaml.ts';
import { policy, principal } from '../../policy/fixtures.ts';
import { formatMarkdownTable } from '../markdown-table.ts';
import { percentile } from '../statistics.ts';
import { createDice, createPolicyText, createPrincipals, createTools } from './world.ts';

/** One line of the table: the best of its rounds, beside the best of its baseline. */
export interface PolicyLine {
  readonly name: string;
  readonly unit: 'µs' | 'ms' | 'bytes';
  readonly value: number;
  readonly against: string;
  readonly baseline: number;
  /** What the value may be at most. */
  readonly most: number;
  /** What it may be as a multiple of the baseline, whatever the machine. */
  readonly mostRatio: number;
}

const RULES = 1_000;
const DECISIONS = 20_000;
const PRINCIPALS = 200;
const CALL = { face: 'http', endpoint: '/mcp' } as const;
const NOW = Date.UTC(2026, 10, 20, 9);

/** What a decision and a view cost. */
export function runPolicyBench(rounds: number, onProgress: (line: string) => void): PolicyLine[] {
  const catalog = createTools();
  const text = createPolicyText(RULES);
  const files = Array.from({ length: 10 }, (_, index) => ({
    file: `p${index}.policy.yaml`,
    text: createPolicyText(RULES, `p${index}`),
  }));
  const best = new Map<string, PolicyLine>();
  // The first round warms up.
  for (let round = 0; round <= rounds; round += 1) {
    onProgress(`policy: round ${round} of ${rounds}`);
    const lines = [
      ...measureDecisions(catalog, policy(text)),
      ...measureViews(catalog, policy(text)),
      measureLoad(files),
    ];
    for (const line of lines) if (round > 0) best.set(line.name, better(best.get(line.name), line));
  }
  return [...best.values()];
}

function measureDecisions(catalog: Catalog, set: PolicySet): PolicyLine[] {
  const known = createPrincipals(PRINCIPALS);
  const dice = createDice(1);
  const draw = (): readonly [Principal, Tool, Record<string, string | number>] => {
    const who = pick(known, dice);
    const args = {
      namespace: `team-${dice(25)}`,
      name: `team-${dice(5)}`,
      ...(dice(2) && { replicas: dice(60) }),
    };
    return [who, pick(catalog.tools, dice), args];
  };
  const decideOne = ([who, tool, args]: ReturnType<typeof draw>): void => {
    decide(set, who, { kind: 'tool', tool }, args, CALL, NOW);
  };
  const askEveryRule = ([who, tool]: ReturnType<typeof draw>): void => {
    const target = { kind: 'tool', tool } as const;
    set.rules.filter((rule) => rule.matchesPrincipal(who) && rule.matchesTarget(target));
  };
  const draws = Array.from({ length: DECISIONS }, draw);
  // As the machine does other things meanwhile, each decision counts as the best of five. The first pass makes the index.
  decideOne(draws[0] ?? draw());
  const repeated = bestOfFive(draws, (one) => one, decideOne);
  const fresh = bestOfFive(
    draws.slice(0, DECISIONS / 10),
    ([who, ...rest]) => [{ ...who }, ...rest] as const,
    decideOne,
  );
  const every = bestOfFive(draws.slice(0, DECISIONS / 10), (one) => one, askEveryRule);
  const line = {
    unit: 'µs',
    against: 'asking every rule',
    baseline: percentile(every, 0.5),
    most: 50,
  } as const;
  return [
    { ...line, name: 'a decision, p50', value: percentile(repeated, 0.5), mostRatio: 0.2 },
    { ...line, name: 'a decision, p99', value: percentile(repeated, 0.99), mostRatio: 1 },
    {
      ...line,
      name: 'a decision about a caller never seen, p99',
      value: percentile(fresh, 0.99),
      mostRatio: 2,
    },
  ];
}

function measureViews(catalog: Catalog, set: PolicySet): PolicyLine[] {
  const [one, ...others] = createPrincipals(20);
  const plain = view(policy('policy: p\nrules: [{ id: all, effect: permit }]\n'), catalog, principal());
  const line = {
    unit: 'ms',
    against: 'writing the list of all tools',
    baseline: cpuOf(Array.from({ length: 10 }), () => toList(plain)),
  } as const;
  const views: View[] = [];
  const open = (who: Principal): void => {
    const seen = view(set, catalog, who);
    if (seen.tools.length > 0) views.push(seen);
  };
  const first = cpuOf([one ?? principal()], open);
  const cold = cpuOf(others, open);
  const warm = timesOf(views, (seen) => seen.tools.length);
  return [
    { ...line, name: 'the first view after a load', value: first, most: Infinity, mostRatio: 30 },
    { ...line, name: 'a cold view', value: cold, most: 50, mostRatio: 5 },
    { ...line, name: 'a warm view', value: percentile(warm, 1) / 1000, most: 1, mostRatio: 0.1 },
    ...measureBytes(catalog),
  ];
}

/** What narrowing adds to a list: to tools of which a condition says something, and to those of which none does. */
function measureBytes(catalog: Catalog): PolicyLine[] {
  const who = principal({ groups: ['dev'], claims: { namespaces: ['team-a', 'team-b'] } });
  const bytesFor = (rules: string): number => {
    const set = policy(`policy: p\nrules: [${rules}]\n`);
    return Buffer.byteLength(toList(view(set, catalog, who)));
  };
  const plain = bytesFor('{ id: all, effect: permit }');
  const line = { unit: 'bytes', against: 'the list', baseline: plain } as const;
  const open = bytesFor('{ id: all, effect: permit, when: \'"dev" in principal.groups\' }') - plain;
  const narrowed =
    bytesFor('{ id: all, effect: permit, when: args.namespace in principal.claims.namespaces }') - plain;
  return [
    { ...line, name: 'added where nothing is narrowed', value: open, most: 0, mostRatio: 0 },
    { ...line, name: 'added where every tool is narrowed', value: narrowed, most: Infinity, mostRatio: 0.5 },
  ];
}

function measureLoad(files: readonly PolicyText[]): PolicyLine {
  return {
    name: 'loading 10,000 rules, an index of them made',
    unit: 'ms',
    value: cpuOf([0], () => {
      const loaded = loadPolicies(files);
      decide(loaded, principal(), { kind: 'prompt', source: 'a', name: 'b' }, {}, CALL, NOW);
    }),
    against: 'reading their YAML',
    baseline: cpuOf([0], () => files.map(({ text }) => readYaml(text, POLICY_YAML).value)),
    most: Infinity,
    mostRatio: 3,
  };
}

function toList({ tools }: View): string {
  return JSON.stringify(tools.map(toEntry));
}

function toEntry({ name, description, inputSchema }: Tool): object {
  return { name, description, inputSchema };
}

function pick<T>(values: readonly T[], dice: (sides: number) => number): T {
  const value = values[dice(values.length)];
  if (value === undefined) throw new RangeError('nothing to pick from');
  return value;
}

/** Microseconds for each item, ascending. Too short to be told in processor time, and too short to be disturbed often. */
function timesOf<T>(items: readonly T[], work: (item: T) => unknown): number[] {
  const times = items.map((item) => {
    const before = performance.now();
    work(item);
    return (performance.now() - before) * 1000;
  });
  return times.toSorted((a, b) => a - b);
}

/** {@link timesOf} items of which each is done five times, each time made anew; the shortest counts. */
function bestOfFive<T>(items: readonly T[], renew: (item: T) => T, work: (item: T) => unknown): number[] {
  const times = items.map(() => Infinity);
  for (let pass = 0; pass < 5; pass += 1) {
    for (const [index, item] of items.entries()) {
      const own = renew(item);
      const before = performance.now();
      work(own);
      times[index] = Math.min(times[index] ?? Infinity, (performance.now() - before) * 1000);
    }
  }
  return times.toSorted((a, b) => a - b);
}

/** Milliseconds of processor time for one item. */
function cpuOf<T>(items: readonly T[], work: (item: T) => unknown): number {
  const before = process.threadCpuUsage();
  for (const item of items) work(item);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000 / items.length;
}

function better(before: PolicyLine | undefined, line: PolicyLine): PolicyLine {
  if (before === undefined) return line;
  return {
    ...line,
    value: Math.min(before.value, line.value),
    baseline: Math.min(before.baseline, line.baseline),
  };
}

/** A Markdown table that reads well on a terminal too. */
export function formatPolicyTable(lines: readonly PolicyLine[]): string {
  const head = ['what', 'cost', 'against', 'ratio', 'bound', 'holds'];
  const rows = lines.map(({ name, unit, value, against, baseline, most, mostRatio }) => {
    const digits = unit === 'bytes' ? 0 : unit === 'µs' ? 1 : 2;
    const bounds = [...(most === Infinity ? [] : [`${most} ${unit}`]), `${mostRatio} ×`];
    const holds = value <= most && value <= mostRatio * baseline;
    return [
      name,
      `${value.toFixed(digits)} ${unit}`,
      `${baseline.toFixed(digits)} (${against})`,
      (value / baseline).toFixed(3),
      `≤ ${bounds.join(', ≤ ')}`,
      holds ? 'yes' : 'no',
    ];
  });
  return formatMarkdownTable(head, rows);
}
