import type { Target } from '../../catalog/entries.ts';
import type { CompiledRule } from '../policy-set.ts';
import type { Problem } from '../problem.ts';
import type { TargetIndex } from './target-index.ts';

/**
 * Approvals of what nothing permits: a yes to a call that is denied all the same.
 *
 * @param targetsOf of an approval, nothing where not all that it is about is known
 */
export function findIdleApprovals(
  rules: readonly CompiledRule[],
  index: TargetIndex,
  targetsOf: (rule: CompiledRule) => readonly Target[],
): Problem[] {
  const approvals = rules.filter(({ effect }) => effect === 'approve');
  const permits = rules.filter(({ effect }) => effect === 'permit');
  // Of a policy that permits nothing at all that is said, once.
  if (approvals.length === 0 || permits.length === 0) return [];
  const permitted = new Set<Target>();
  const seen = new Set<readonly Target[]>();
  for (const rule of permits) {
    const targets = index.selectAny(rule.what);
    // The same selector gives the same list.
    if (!seen.has(targets)) for (const target of targets) permitted.add(target);
    seen.add(targets);
  }
  return approvals.flatMap((rule): Problem[] => {
    const targets = targetsOf(rule);
    if (targets.length === 0 || targets.some((one) => one.kind === 'model' || permitted.has(one))) return [];
    const message = `${rule.id}: nothing permits what this asks approval for, so it stays denied; an \`approve\` opens nothing by itself`;
    return [{ ...rule.positionOf([]), message }];
  });
}
