import type { CompiledRule } from '../policy-set.ts';
import type { Problem } from '../problem.ts';
import { checkArguments, type ConditionFinding } from './condition-arguments.ts';
import { findUnguarded, mayLackSomething, provenOf, type Budget, type Scope } from './condition-truth.ts';

/** What is found in the condition of one rule. */
export interface ConditionReview {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

const NOTHING: ConditionReview = { problems: [], warnings: [] };

/** What a condition says that cannot be meant, and what it may not have been meant to say. */
export function reviewCondition(rule: CompiledRule, scope: Scope, budget: Budget): ConditionReview {
  const { when } = rule;
  if (when === undefined || scope.targets.length === 0) return NOTHING;
  const place = (finding: ConditionFinding): Problem => ({
    ...rule.positionOf(['when'], finding.at.start),
    message: `${rule.id}: when: ${finding.message}`,
  });
  const problems = checkArguments(rule, scope.schemas);
  if (problems.length > 0) return { problems: problems.map(place), warnings: [] };
  const warnings = findUnguarded(rule, scope);
  const proven = provenOf(rule, scope, budget);
  const whole = { start: 0, end: when.text.length };
  switch (proven?.kind) {
    case 'never': {
      const but = warnings.length > 0 ? ', and it matches only where it cannot be evaluated' : '';
      const message = `never holds for anything that the rule is about${but}`;
      return { problems: [place({ at: whole, message })], warnings: [] };
    }
    case 'error': {
      const outcome = rule.effect === 'permit' ? 'the rule never matches' : 'the rule always matches';
      const message = `can never be evaluated, so ${outcome}: ${proven.message}`;
      return { problems: [place({ at: proven.at, message })], warnings: [] };
    }
    case 'always': {
      if (rule.effect === 'permit' && mayLackSomething(rule, scope))
        return { problems: [], warnings: warnings.map(place) };
      const message = 'always holds for everything that the rule is about; leave it out';
      return { problems: [], warnings: [...warnings, { at: whole, message }].map(place) };
    }
    case undefined:
      return { problems: [], warnings: warnings.map(place) };
  }
}
