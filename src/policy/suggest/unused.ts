import type { Catalog } from '../../catalog/catalog.ts';
import type { RuleId } from '../decision.ts';
import type { PolicySet } from '../policy-set.ts';
import { targetKey, type Usage } from './usage.ts';

/** A rule that permits more than was used. */
export interface Unused {
  readonly rule: RuleId;
  /** It permitted nothing at all. */
  readonly isWhole: boolean;
  /** Tools of the catalog that it is about and that nobody called by it, as `source/name`. */
  readonly tools: readonly string[];
}

/** What the policies of today permit and nobody used. Rules of models, resources and prompts count as a whole. */
export function findUnused(policy: PolicySet, catalog: Catalog, { usedRules }: Usage): Unused[] {
  return policy.rules.flatMap((rule): Unused[] => {
    if (rule.effect !== 'permit') return [];
    const used = usedRules.get(rule.id);
    const tools = catalog.tools.filter((tool) => rule.matchesTarget({ kind: 'tool', tool }));
    const idle = tools.filter(({ source, name }) => !used?.has(targetKey({ kind: 'tool', source, name })));
    if (used !== undefined && idle.length === 0) return [];
    return [
      {
        rule: rule.id,
        isWhole: used === undefined,
        tools: idle.map(({ source, name }) => `${source}/${name}`),
      },
    ];
  });
}
