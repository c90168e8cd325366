import { examineRules } from '../examine.ts';
import type { RuleId } from '../decision.ts';
import type { PolicySet, CompiledRule } from '../policy-set.ts';
import type { PastCall } from '../replay/past-call.ts';
import { takesArgument } from '../takes-argument.ts';
import { createObserved, type Observed } from './observed.ts';

/** Who called, as policy tells callers apart. */
export interface UsedBy {
  readonly issuer: string;
  readonly subject: string;
  readonly team?: string;
  readonly groups: readonly string[];
  readonly scopes: readonly string[];
}

/** What was called. */
export interface UsedTarget {
  readonly kind: 'tool' | 'resource' | 'prompt' | 'model';
  readonly source: string;
  readonly name: string;
}

/** What one caller did with one target. */
export interface Use {
  readonly caller: UsedBy;
  readonly target: UsedTarget;
  /** Calls that were permitted, or would have been with a human's yes. */
  calls: number;
  /** Those of `calls` that were refused for want of a human's yes. */
  asked: number;
  /** Calls that policy denied. */
  denied: number;
  /** When the last of `calls` was made: RFC 3339, UTC. */
  last: string;
  /** Some call was permitted by what has no condition that can be kept. */
  isPlain: boolean;
  /** Rules with a condition, or obligations, by which it was permitted, and which would permit it today. */
  readonly kept: Set<RuleId>;
  /** Rules by which a human's yes was asked for, or {@link ANY_APPROVAL}. */
  readonly approvals: Set<RuleId>;
  /** Rules that denied some of the calls. */
  readonly denials: Set<RuleId>;
  /** Of the arguments whose values are noted those that the target takes. */
  readonly names: readonly string[];
  readonly observed: Observed;
}

/** An approval that is in no rule of today. */
export const ANY_APPROVAL = '';

/** What a record says was used. */
export interface Usage {
  /** In the order of callers and targets, those without a permitted call as well. */
  readonly uses: readonly Use[];
  /** By rule: the targets it permitted, as {@link targetKey} names them. */
  readonly usedRules: ReadonlyMap<RuleId, ReadonlySet<string>>;
  /** Calls that are left out: they are of more callers and targets than are told apart. */
  readonly leftOut: number;
}

/** Callers and targets, together, that are told apart. */
const MAX_USES = 200_000;

/**
 * Adds up what the calls of a record used.
 *
 * @param policy The policies of today, from which conditions, obligations and approvals are kept.
 * @param names Arguments of which the values are noted.
 */
export function createUsage(policy: PolicySet, names: readonly string[], maxUses = MAX_USES) {
  const rules = new Map(policy.rules.map((rule) => [rule.id, rule]));
  const uses = new Map<string, Use>();
  const usedRules = new Map<RuleId, Set<string>>();
  let leftOut = 0;

  function useOf(past: PastCall): Use | undefined {
    const { issuer, subject, team, groups, scopes } = past.facts.principal;
    const caller = {
      issuer,
      subject,
      ...(team !== undefined && { team }),
      groups: groups.toSorted(),
      scopes: scopes.toSorted(),
    };
    const target = toUsedTarget(past);
    const key = JSON.stringify([caller, target]);
    const known = uses.get(key);
    if (known !== undefined || uses.size >= maxUses) return known;
    const taken = names.filter((name) => takes(past, name));
    const use: Use = {
      caller,
      target,
      calls: 0,
      asked: 0,
      denied: 0,
      last: '',
      isPlain: false,
      kept: new Set(),
      approvals: new Set(),
      denials: new Set(),
      names: taken,
      observed: createObserved(taken),
    };
    uses.set(key, use);
    return use;
  }

  return {
    /** @param wasRefused a call that was to be approved was not carried out */
    add(past: PastCall, time: string, { wasRefused = false } = {}): void {
      const use = useOf(past);
      if (use === undefined) {
        leftOut += 1;
        return;
      }
      const { effect, rules: ids } = past.decided;
      if (effect === 'deny') {
        use.denied += 1;
        for (const id of ids) if (rules.get(id)?.effect === 'deny') use.denials.add(id);
        return;
      }
      use.calls += 1;
      if (wasRefused) use.asked += 1;
      if (time > use.last) use.last = time;
      use.observed.add(past.facts.args);
      noteRules(use, past, rules);
      for (const id of ids) {
        const targets = usedRules.get(id) ?? new Set();
        usedRules.set(id, targets.add(targetKey(use.target)));
      }
    },
    end: (): Usage => ({
      uses: [...uses].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, use]) => use),
      usedRules,
      leftOut,
    }),
  };
}

/** What the schema of a tool does not list no call of it has. */
function takes({ target }: PastCall, name: string): boolean {
  return target.kind !== 'tool' || takesArgument(target.tool.inputSchema, name.split('.'));
}

export function targetKey({ kind, source, name }: UsedTarget): string {
  return JSON.stringify([kind, source, name]);
}

function toUsedTarget({ target }: Pick<PastCall, 'target'>): UsedTarget {
  if (target.kind === 'tool') return { kind: 'tool', source: target.tool.source, name: target.tool.name };
  return {
    kind: target.kind,
    source: target.source,
    name: target.kind === 'resource' ? target.uri : target.name,
  };
}

/** By which rules of today the call would be permitted as it was. */
function noteRules(use: Use, past: PastCall, rules: ReadonlyMap<RuleId, CompiledRule>): void {
  const { effect, rules: ids } = past.decided;
  const today = ids.flatMap((id) => rules.get(id) ?? []);
  const holding = examineRules(today, past.facts)
    .filter(({ verdict }) => verdict.kind === 'true' || verdict.kind === 'unknown')
    .map(({ rule }) => rule);
  const permits = holding.filter((rule) => rule.effect === 'permit');
  const conditional = permits.filter(isConditional);
  const isPlain = conditional.length === 0 || conditional.length < permits.length;
  if (isPlain) use.isPlain = true;
  for (const rule of conditional) if (!isPlain || rule.obligations !== undefined) use.kept.add(rule.id);
  if (effect !== 'approve') return;
  const approvals = holding.filter((rule) => rule.effect === 'approve');
  if (approvals.length === 0) use.approvals.add(ANY_APPROVAL);
  for (const { id } of approvals) use.approvals.add(id);
}

function isConditional({ when, obligations }: CompiledRule): boolean {
  return when !== undefined || obligations !== undefined;
}
