import type { Target } from '../catalog/entries.ts';
import type { Expression } from './cel/expression.ts';
import { ALWAYS, ARGS, isAbsent, NOWHERE } from './cel/made.ts';
import { compareJson } from './compare-json.ts';
import type { Duties } from './duties.ts';
import type { Finding } from './examine.ts';
import type { Setting } from './pins.ts';

/** How many pairs of rules are looked at for one target. */
const MOST_PAIRS = 64;

/**
 * For which arguments rules contradict each other, so that every call with them is denied: expressions that never fail. Only what is
 * certain: of rules that match whatever comes but for their pins, and of no more than {@link MOST_PAIRS} pairs.
 */
export function findClashes(findings: readonly Finding[], target: Target): Expression[] {
  const sure = findings.flatMap((finding) => {
    const duties = finding.rule.duties?.of(target);
    return duties && isSure(finding) ? [duties] : [];
  });
  // A default gives way to a pin, and whether that counts is known at the call only.
  const pinned = new Set(
    findings.flatMap(({ rule }) => rule.duties?.of(target).pins.map(({ path }) => path[0]) ?? []),
  );
  const clashes: Expression[] = [];
  let pairs = 0;
  for (const [index, first] of sure.entries()) {
    for (const second of sure.slice(index + 1)) {
      pairs += 1;
      if (pairs > MOST_PAIRS) return clashes;
      clashes.push(...findClashesOf(first, second, pinned));
    }
  }
  return clashes;
}

/** Its condition holds whatever comes. Its pins may depend on the arguments. */
function isSure({
  rule,
  verdict,
  condition = rule.when === undefined ? undefined : verdict,
}: Finding): boolean {
  if (rule.effect === 'deny' || verdict.kind === 'false') return false;
  if (condition === undefined || condition.kind === 'true') return true;
  return condition.kind === 'error' && rule.effect === 'approve';
}

function findClashesOf(first: Duties, second: Duties, pinned: ReadonlySet<string | undefined>): Expression[] {
  const clashes: Expression[] = [];
  if (first.select !== undefined && second.select !== undefined && first.select !== second.select) {
    clashes.push(...whereBothMatch(first, second, undefined));
  }
  const differing = [
    ...findDiffering(first.pins, second.pins),
    ...findDiffering(first.defaults, second.defaults).filter((name) => !pinned.has(name)),
  ];
  for (const name of new Set(differing)) clashes.push(...whereBothMatch(first, second, name));
  return clashes;
}

/** First parts of the pointers that two rules have different values for. */
function findDiffering(first: readonly Setting[], second: readonly Setting[]): string[] {
  const values = new Map(first.map(({ pointer, value }) => [pointer, value]));
  return second.flatMap(({ pointer, path: [name], value }) =>
    name !== undefined && values.has(pointer) && !compareJson(values.get(pointer), value) ? [name] : [],
  );
}

/**
 * Where the pins of both are met and `absent` is left out. Nothing where that could fail: a pin within something fails where that is no
 * object.
 */
function whereBothMatch(first: Duties, second: Duties, absent: string | undefined): Expression[] {
  const pins = [...first.pins, ...second.pins].filter(({ path }) => path[0] !== absent);
  if (pins.some(({ path }) => path.length > 1)) return [];
  const parts = [
    ...(absent === undefined ? [] : [isAbsent(ARGS, absent)]),
    ...pins.map(({ expression }) => expression),
  ];
  const [head = ALWAYS, ...rest] = parts;
  return [rest.reduce<Expression>((left, right) => ({ kind: 'and', left, right, at: NOWHERE }), head)];
}
