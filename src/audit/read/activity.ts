import { codesOf, countOf, limitsOf, toShown, type Call } from './call.ts';
import type { Entry } from './join-calls.ts';
import { createTotals, type Totals } from './totals.ts';

/** What somebody did, counted. Each list begins with the most. */
export interface Activity {
  readonly totals: Totals;
  readonly tools: readonly ToolActivity[];
  /** Refusals by the rules or limits behind them, or by reason or code where no rule decided. */
  readonly denials: readonly Counted[];
  readonly principals: readonly Counted[];
  readonly sessions: readonly Counted[];
  readonly clients: readonly Counted[];
  readonly addresses: readonly Counted[];
  /** Records that are no calls, by their type. */
  readonly others: readonly Counted[];
}

export interface Counted {
  readonly name: string;
  readonly count: number;
}

export interface ToolActivity {
  readonly name: string;
  readonly access: string;
  readonly calls: number;
  readonly refused: number;
  readonly errors: number;
  readonly nanoUsd: number;
}

/** Names that are told apart in one list; the others are one. */
const MOST_NAMES = 1_000;

const OTHERS = '(others)';

/** Counts entries. Memory is bounded, however many names there are. */
export function createActivity(): { add(entry: Entry): void; current(): Activity } {
  const totals = createTotals();
  const tools = new Map<string, ReturnType<typeof createTool>>();
  const denials = new Map<string, number>();
  const principals = new Map<string, number>();
  const sessions = new Map<string, number>();
  const clients = new Map<string, number>();
  const addresses = new Map<string, number>();
  const others = new Map<string, number>();

  function addCall(call: Call): void {
    totals.add(call);
    const name = toShown(call.target) ?? '';
    const access = call.target?.access ?? '';
    const key = boundedKey(tools, JSON.stringify([name, access]));
    const tool = tools.get(key) ?? createTool(key === OTHERS ? OTHERS : name, key === OTHERS ? '' : access);
    tool.add(call);
    tools.set(key, tool);
    if (call.refused) for (const [why, times] of reasonsOf(call)) count(denials, why, times);
  }

  return {
    add(entry) {
      const { principal, via } = entry.kind === 'call' ? entry.call : entry.record;
      if (entry.kind === 'call') addCall(entry.call);
      else count(others, entry.record.type, 1);
      if (principal) count(principals, `${principal.issuer}#${principal.subject}`, 1);
      if (via?.session !== undefined) count(sessions, via.session, 1);
      if (via?.clientName !== undefined)
        count(clients, [via.clientName, via.clientVersion].join(' ').trim(), 1);
      if (via?.ip !== undefined) count(addresses, via.ip, 1);
    },
    current: () => ({
      totals: totals.current(),
      tools: [...tools.values()].map((tool) => tool.current()).toSorted(byCalls),
      denials: toCounted(denials),
      principals: toCounted(principals),
      sessions: toCounted(sessions),
      clients: toCounted(clients),
      addresses: toCounted(addresses),
      others: toCounted(others),
    }),
  };
}

function createTool(name: string, access: string) {
  const totals = createTotals();
  return {
    add: totals.add,
    current: (): ToolActivity => {
      const { calls, refused, errors, nanoUsd } = totals.current();
      return { name, access, calls, refused, errors, nanoUsd };
    },
  };
}

/** Why a call was refused, each with how often: folded refusals have several codes. */
function reasonsOf(call: Call): ReadonlyMap<string, number> {
  const { rules = [], reason } = call.decision ?? {};
  const times = countOf(call);
  const codes = codesOf(call);
  const limits = limitsOf(call);
  if (limits.length > 0) return new Map(limits.map((limit) => [limit, times]));
  if (rules.length > 0 && call.decision?.effect !== 'permit')
    return new Map(rules.map((rule) => [rule, times]));
  if (codes.size > 1 || reason === undefined) return codes;
  return new Map([[reason, times]]);
}

function count(counts: Map<string, number>, name: string, times: number): void {
  const key = boundedKey(counts, name);
  counts.set(key, (counts.get(key) ?? 0) + times);
}

function boundedKey(map: ReadonlyMap<string, unknown>, key: string): string {
  return map.has(key) || map.size < MOST_NAMES ? key : OTHERS;
}

function toCounted(counts: ReadonlyMap<string, number>): Counted[] {
  return [...counts]
    .map(([name, times]) => ({ name, count: times }))
    .toSorted((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}

function byCalls(a: ToolActivity, b: ToolActivity): number {
  return b.calls - a.calls || (a.name < b.name ? -1 : 1);
}
