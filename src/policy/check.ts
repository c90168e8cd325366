import type { Catalog } from '../catalog/catalog.ts';
import { toCanonicalJson } from '../catalog/canonical.ts';
import type { Target } from '../catalog/entries.ts';
import type { Tool } from '../catalog/tool.ts';
import { findIdleApprovals } from './check/approvals.ts';
import { reviewCondition } from './check/conditions.ts';
import { checkObligations, checkSelect, findConflicts } from './check/obligations.ts';
import { findIdleMasks } from './check/masked-places.ts';
import { findRefusedValues } from './check/refused-values.ts';
import { createSelectorCheck, type Entry } from './check/selectors.ts';
import { findShadowed } from './check/shadowing.ts';
import { findLookAlikes } from './check/spellings.ts';
import { createTargetIndex, type TargetIndex } from './check/target-index.ts';
import type { CompiledLimit, LimitMeasure } from './limit.ts';
import { toLimitMeaning, toMeaning, type CompiledRule, type PolicySet } from './policy-set.ts';
import { inFileOrder, type Problem } from './problem.ts';
import type { What } from './rule.ts';
import { selectsTools } from './select.ts';

/** What is known beside the catalog. */
export interface CheckContext {
  /** Tools of the lock: what is in the lock means something, also where its source does not offer it now. */
  readonly locked?: readonly Tool[];
  /** Sources of whose offer the catalog has the tools only: what resources and prompts they have is unknown. */
  readonly withToolsOnly?: readonly string[];
  /** Sources that are configured and missing from the catalog. What they would offer is unknown, so no selector that may mean it is said to match nothing. */
  readonly unknown?: readonly string[];
}

/** In the order of the files. */
export interface Review {
  /** What cannot be meant. */
  readonly problems: readonly Problem[];
  /** What may be meant, and probably is not. */
  readonly warnings: readonly Problem[];
}

/** How often it is asked what is true of a condition for one target, of all rules together. */
const MAX_PROOFS = 30_000;

/**
 * What is wrong with policies that are well-formed. Only what is certain is said, whoever calls and with whatever arguments.
 *
 * Problems: selectors that match nothing in the catalog and the lock; conditions about arguments that nothing has, that never hold, or
 * that can never be evaluated; rules that are never reached, that others make idle, or that say what others say; obligations that
 * cannot be carried out; limits that tell nothing apart; policies that permit nothing at all.
 *
 * Warnings: conditions that always hold; denials and approvals that also match calls without an argument; masks of what no
 * result has; permits that contradict one another; names of callers that only look alike.
 *
 * The work grows with the rules and the catalog, not with their product, where selectors name a source or a tool; where it would grow
 * beyond bounds, less is found.
 */
export function checkPolicies(policy: PolicySet, catalog: Catalog, context: CheckContext = {}): Review {
  const { locked = [], unknown = [], withToolsOnly = [] } = context;
  const index = createTargetIndex(catalog, locked);
  const checkEntry = createSelectorCheck({ catalog, index, unknown, withToolsOnly });
  const targetsOf = createTargetFinder(index, context);
  const budget = { left: MAX_PROOFS };
  const conditions = policy.rules.map((rule) => {
    const targets = targetsOf(rule);
    return reviewCondition(rule, { targets, schemas: index.schemasOf(targets) }, budget);
  });
  return {
    problems: inFileOrder([
      ...[...policy.rules, ...policy.limits].flatMap(checkEntry),
      ...conditions.flatMap(({ problems }) => problems),
      ...policy.rules.flatMap((rule) => [
        ...checkObligations(rule, index.schemasOf(targetsOf(rule))),
        ...findRefusedValues(rule, index.schemasOf(targetsOf(rule)), budget),
        ...checkSelect(rule),
      ]),
      ...findRepeatedMeanings(policy.rules, toMeaning),
      ...findRepeatedMeanings(policy.limits, toLimitMeaning),
      ...findShadowed(policy.rules),
      ...findIdleApprovals(policy.rules, index, targetsOf),
      ...policy.limits.flatMap((limit) => findIdleCounts(limit, index, unknown)),
      ...findNoPermit(policy.rules),
    ]),
    warnings: inFileOrder([
      ...conditions.flatMap(({ warnings }) => warnings),
      ...policy.rules.flatMap((rule) => findIdleMasks(rule, targetsOf(rule))),
      ...findConflicts(policy.rules, ({ what }) => index.selectAny(what)),
      ...findLookAlikes([...policy.rules, ...policy.limits]),
    ]),
  };
}

/** Selectors that match nothing: of rules, limits, or of whatever else has selectors. */
export function checkSelectors(
  entries: readonly Entry[],
  catalog: Catalog,
  { locked = [], unknown = [], withToolsOnly = [] }: CheckContext = {},
): Problem[] {
  const index = createTargetIndex(catalog, locked);
  return entries.flatMap(createSelectorCheck({ catalog, index, unknown, withToolsOnly }));
}

/** Stands for all models: what is known of one before it is asked for is the same for each. */
const ANY_MODEL: Target = { kind: 'model', source: '', name: '' };

/** All that a rule is about; nothing where something of it is unknown: what holds for the rest need not hold for that. */
function createTargetFinder(
  index: TargetIndex,
  { unknown = [], withToolsOnly = [] }: CheckContext,
): (rule: CompiledRule) => readonly Target[] {
  const isOpen = (what: What | undefined): boolean =>
    mayMean(what, unknown) || (!isAboutTools(what) && mayMean(what, withToolsOnly));
  const everything = [...index.targets, ANY_MODEL];
  const found = new Map<CompiledRule, readonly Target[]>();
  const find = ({ what }: CompiledRule): readonly Target[] => {
    if (what?.some(isOpen) ?? isOpen(undefined)) return [];
    if (what === undefined) return everything;
    return what.some(({ model }) => model) ? [...index.selectAny(what), ANY_MODEL] : index.selectAny(what);
  };
  return (rule) => {
    const targets = found.get(rule) ?? find(rule);
    found.set(rule, targets);
    return targets;
  };
}

/** True where a selector may be about one of these sources. */
function mayMean(what: What | undefined, sources: readonly string[]): boolean {
  return sources.some((one) => what?.source?.includes(one) ?? true);
}

/** True for selectors of nothing but tools. */
function isAboutTools(what: What | undefined): boolean {
  if (what === undefined) return false;
  return selectsTools(what) || (what.access !== undefined && !what.access.includes('read'));
}

function findRepeatedMeanings<T extends Entry>(
  entries: readonly T[],
  meaningOf: (entry: T) => unknown,
): Problem[] {
  const firsts = new Map<string, T>();
  return entries.flatMap((entry) => {
    const meaning = toCanonicalJson(meaningOf(entry));
    const first = firsts.get(meaning);
    if (first !== undefined) {
      return [
        { ...entry.positionOf([]), message: `${entry.id}: says the same as ${first.id}; remove one of them` },
      ];
    }
    firsts.set(meaning, entry);
    return [];
  });
}

/** Counts of their own for each of what nothing is: all of it would be counted together, which is not what was written. */
function findIdleCounts(
  limit: CompiledLimit,
  { selectAny }: TargetIndex,
  unknown: readonly string[],
): Problem[] {
  const matched = selectAny(limit.what);
  if (matched.length === 0) return [];
  const isIdle = ({ by }: LimitMeasure): boolean =>
    by === 'model' || (by === 'tool' && unknown.length === 0 && matched.every(({ kind }) => kind !== 'tool'));
  const idle = new Map(limit.measures.filter(isIdle).map((measure) => [measure.by, measure.kind]));
  return [...idle].map(([by, kind]) => ({
    ...limit.positionOf([kind, 'by']),
    message: `${limit.id}: \`by: ${by}\` tells nothing apart: nothing that this limit is about is a ${by}`,
  }));
}

function findNoPermit(rules: readonly CompiledRule[]): Problem[] {
  const [first] = rules;
  if (first === undefined || rules.some(({ effect }) => effect === 'permit')) return [];
  const message =
    'no policy permits anything, so every call is denied; `deny` and `approve` only take from what a permit or a scope opens';
  return [{ ...first.positionOf([]), message }];
}
