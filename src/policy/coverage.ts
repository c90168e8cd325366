import type { RuleId } from './decision.ts';
import type { PolicySet } from './policy-set.ts';
import type { Position } from './problem.ts';
import type { CaseOutcome } from './run-tests.ts';

/** Which rules decided something. */
export interface Coverage {
  /** Of all rules those that decided in some case, in percent, cut to a tenth; 100 where there is no rule. */
  readonly percent: number;
  readonly rules: readonly (Position & {
    readonly id: RuleId;
    /** In how many cases it decided. */
    readonly cases: number;
  })[];
}

/**
 * How often each rule of the policies decided: was among those that a decision names. A rule that held and was outdone by another
 * did not.
 *
 * @param toShown How a file is named.
 */
export function coverageOf(
  runs: readonly { readonly policy: PolicySet; readonly outcomes: readonly CaseOutcome[] }[],
  toShown: (file: string) => string = (file) => file,
): Coverage {
  const rules = new Map<string, Coverage['rules'][number]>();
  for (const { policy, outcomes } of runs) {
    const counts = new Map<RuleId, number>();
    for (const { decided } of outcomes)
      for (const id of decided?.rules ?? []) counts.set(id, (counts.get(id) ?? 0) + 1);
    for (const rule of policy.rules) {
      const { file, line, column } = rule.positionOf([]);
      const shown = toShown(file);
      // As it is shown: the same file may be named in two ways.
      const key = `${shown}\0${rule.id}`;
      const cases = (rules.get(key)?.cases ?? 0) + (counts.get(rule.id) ?? 0);
      rules.set(key, { id: rule.id, cases, file: shown, line, column });
    }
  }
  const all = [...rules.values()];
  const covered = all.filter(({ cases }) => cases > 0).length;
  return {
    percent: all.length === 0 ? 100 : Math.floor((covered / all.length) * 1000) / 10,
    rules: all,
  };
}
