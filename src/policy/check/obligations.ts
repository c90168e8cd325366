import type { Target } from '../../catalog/entries.ts';
import { toCanonicalJson } from '../../catalog/canonical.ts';
import type { JsonObject } from '../../catalog/json.ts';
import { parseJmesPath } from '../../text/jmespath.ts';
import { fromPointer } from '../../text/pointer.ts';
import type { CompiledRule } from '../policy-set.ts';
import type { Problem } from '../problem.ts';
import type { Who } from '../rule.ts';
import { describeAbsence } from './condition-arguments.ts';

/** Pairs of rules that are compared: bounds the work, and so what can be claimed. */
const MAX_PAIRS = 100_000;

/** Obligations that cannot be carried out. */
export function checkObligations(rule: CompiledRule, schemas: readonly JsonObject[]): Problem[] {
  const { set = {}, defaults = {} } = rule.obligations ?? {};
  const arguments_ = [
    ...Object.keys(set).map((pointer) => ({ pointer, member: 'set' })),
    ...Object.keys(defaults).map((pointer) => ({ pointer, member: 'defaults' })),
  ];
  return arguments_.flatMap(({ pointer, member }) => {
    const absence = schemas.length === 0 ? undefined : describeAbsence(fromPointer(pointer), schemas);
    if (absence === undefined) return [];
    const message = `${rule.id}: ${member}: ${absence}`;
    return [{ ...rule.positionOf(['obligations', member]), message }];
  });
}

/** A projection that is none. */
export function checkSelect(rule: CompiledRule): Problem[] {
  const { select } = rule.obligations ?? {};
  if (select === undefined) return [];
  try {
    parseJmesPath(select);
    return [];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `${rule.id}: select: is no JMESPath: ${why}`;
    return [{ ...rule.positionOf(['obligations', 'select']), message }];
  }
}

/**
 * Permits that oblige to different things, and that one caller's call can match together: such a call is denied, because both cannot
 * be done.
 */
export function findConflicts(
  rules: readonly CompiledRule[],
  targetsOf: (rule: CompiledRule) => readonly Target[],
): Problem[] {
  const obliging = rules.filter(({ effect, obligations }) => effect !== 'deny' && obligations !== undefined);
  const found: Problem[] = [];
  let pairs = 0;
  for (const [position, rule] of obliging.entries()) {
    for (const other of obliging.slice(position + 1)) {
      pairs += 1;
      if (pairs > MAX_PAIRS) return found;
      const what = differenceOf(rule, other);
      if (what === undefined || !mayBeSame(rule.who, other.who)) continue;
      const common = new Set(targetsOf(other));
      if (!targetsOf(rule).some((target) => common.has(target))) continue;
      const message = `${rule.id}: where ${other.id} matches as well, ${what}`;
      found.push({ ...rule.positionOf(['obligations']), message });
    }
  }
  return found;
}

function differenceOf(
  { obligations: first }: CompiledRule,
  { obligations: second }: CompiledRule,
): string | undefined {
  if (first?.select !== undefined && second?.select !== undefined && first.select !== second.select)
    return 'both cut the result, each in its own way, so such a call is denied';
  for (const [member, words] of [
    ['set', 'pinned to different values'],
    ['defaults', 'given different defaults'],
  ] as const) {
    const theirs = second?.[member] ?? {};
    const pointer = Object.entries(first?.[member] ?? {}).find(
      ([key, value]) => Object.hasOwn(theirs, key) && !isSame(theirs[key], value),
    )?.[0];
    if (pointer !== undefined) {
      const name = fromPointer(pointer).join('.');
      return `\`${name}\` is ${words}, so a call that leaves it out is denied`;
    }
  }
  return undefined;
}

/** False where nobody can be selected by both: these are told by one value only. */
function mayBeSame(first: Who = {}, second: Who = {}): boolean {
  return (['team', 'subject', 'client', 'issuer'] as const).every((member) => {
    const [ours, theirs] = [first[member], second[member]];
    return ours === undefined || theirs === undefined || ours.some((value) => theirs.includes(value));
  });
}

function isSame(a: unknown, b: unknown): boolean {
  return toCanonicalJson(a ?? null) === toCanonicalJson(b ?? null);
}
