import { digestOfText } from '../catalog/canonical.ts';
import type { Target } from '../catalog/entries.ts';
import type { Principal } from '../identity/principal.ts';
import type { Verdict } from './cel/condition.ts';
import { evaluateCondition } from './cel/evaluate.ts';
import { writeExpression } from './cel/write.ts';
import { examineRules, withPins, type Finding } from './examine.ts';
import { principalVariable } from './facts.ts';
import { keyOfJson } from './key-of-json.ts';
import type { CompiledRule, PolicySet } from './policy-set.ts';
import { readsVariable } from './read-expression.ts';
import { indexRules } from './rule-index.ts';

/**
 * What is left of a policy once it is known who calls: the rules about the principal, with what is left of their conditions. All that
 * lists depend on beside the catalog.
 */
export interface Remainder {
  /** Equal for two principals that see the same of every catalog under the same policy. */
  readonly key: string;
  /** What is left of the rules about a target. The same list for targets that no rule tells apart. */
  about(target: Target): readonly Rest[];
}

/** What is left of one rule. */
export interface Rest {
  /** Its condition is what is left of it. */
  readonly rule: CompiledRule;
  /** What is known of the condition for every target; absent where it looks at the target. */
  readonly verdict?: Verdict;
}

const remainders = new WeakMap<readonly CompiledRule[], WeakMap<Principal, Remainder>>();

/** Remembered for as long as the principal is. */
export function remainderFor({ rules }: PolicySet, principal: Principal): Remainder {
  const known = remainders.get(rules) ?? new WeakMap<Principal, Remainder>();
  remainders.set(rules, known);
  const remainder = known.get(principal) ?? createRemainder(rules, principal);
  known.set(principal, remainder);
  return remainder;
}

function createRemainder(rules: readonly CompiledRule[], principal: Principal): Remainder {
  const applicable = indexRules(rules).applicableTo(principal);
  const rests = new Map<CompiledRule, Rest>();
  const parts: unknown[] = [];
  for (const rule of applicable.rules) {
    const rest = toRest(rule, principal);
    if (rest === undefined) continue;
    rests.set(rule, rest);
    const { when } = rest.rule;
    parts.push(rule.id);
    if (rest.verdict?.kind === 'error') parts.push([]);
    if (when && rest.verdict?.kind !== 'error') parts.push([when.text]);
    // Evaluation was given up before it came to what the principal is.
    if (when && readsVariable(when.expression, 'principal')) parts.push(principalVariable(principal));
  }
  const lists = new WeakMap<readonly CompiledRule[], readonly Rest[]>();
  return {
    key: digestOfText(keyOfJson(parts)),
    about(target) {
      const about = applicable.about(target);
      let list = lists.get(about);
      if (list === undefined) {
        list = about.flatMap((rule) => rests.get(rule) ?? []);
        lists.set(about, list);
      }
      return list;
    },
  };
}

const TRUE: Verdict = { kind: 'true' };

/** Undefined for a rule that cannot make a difference to what is seen. */
function toRest(rule: CompiledRule, principal: Principal): Rest | undefined {
  if (rule.when === undefined) return { rule, verdict: TRUE };
  const verdict = evaluateCondition(rule.when, { principal: principalVariable(principal) });
  switch (verdict.kind) {
    case 'false':
      return undefined;
    case 'error':
      return rule.effect === 'permit' ? undefined : { rule, verdict };
    case 'true':
      return { rule: { ...rule, when: undefined }, verdict };
    case 'unknown': {
      const { residual } = verdict;
      const rest = { ...rule, when: { text: writeExpression(residual), expression: residual } };
      return readsVariable(residual, 'tool') ? { rule: rest } : { rule: rest, verdict };
    }
  }
}

/** What is left of the rules says of a target of which, at most, the arguments are known: a resource has none. */
export function examineRests(rests: readonly Rest[], principal: Principal, target: Target): Finding[] {
  const facts = { principal, target, ...(target.kind === 'resource' && { args: {} }) };
  return rests.flatMap(({ rule, verdict }) =>
    verdict === undefined || (verdict.kind === 'unknown' && target.kind === 'resource')
      ? examineRules([rule], facts)
      : [withPins(rule, verdict, facts)],
  );
}
