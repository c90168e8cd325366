import type { Target } from '../catalog/entries.ts';
import type { Json, JsonObject } from '../catalog/json.ts';
import type { Principal } from '../identity/principal.ts';
import { decide } from './decide.ts';
import type { Decision, Obligations } from './decision.ts';
import type { CallFacts } from './facts.ts';
import type { PolicySet } from './policy-set.ts';
import { indexRules } from './rule-index.ts';
import { setArguments } from './set-arguments.ts';

/** What policy says of a call together with what it sets in it. */
export interface Settled {
  readonly decision: Decision;
  /** What is to be sent: the caller's arguments with what rules pin, and their defaults. */
  readonly args: JsonObject;
  /** JSON Pointers of what was set. */
  readonly set: readonly string[];
}

/** Rules whose defaults open further rules, whose defaults open further ones: nobody means more than that. */
const MOST_ROUNDS = 8;

/**
 * {@link decide} for a call that is to be carried out: on the arguments as the caller sent them, and then on those that would be sent
 * after obligations have set theirs. Nothing is sent that would be denied had the caller sent it: the stricter of the decisions
 * counts, and what any of them obliges to is to be done.
 */
export function settle(
  policy: PolicySet,
  principal: Principal,
  target: Target,
  args: JsonObject,
  call: CallFacts,
  now: number,
): Settled {
  let decision = decide(policy, principal, target, args, call, now);
  let sent = args;
  const set = new Set<string>();
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    if (decision.effect === 'deny') return { decision, args, set: [] };
    const next = setArguments(sent, decision.obligations?.set ?? {});
    if (next === undefined) break;
    if (next.changed.length === 0) return { decision, args: sent, set: [...set] };
    for (const pointer of next.changed) set.add(pointer);
    sent = next.args;
    decision = stricter(decision, decide(policy, principal, target, sent, call, now));
  }
  return { decision: toConflict(decision), args, set: [] };
}

/**
 * The values that rules about this caller and target pin or give by default, whether their conditions hold or not: what a call may leave out
 * without being incomplete. Of several values for one argument the first, in the order of the rules.
 */
export function pinsOf(policy: PolicySet, principal: Principal, target: Target): Record<string, Json> {
  const about = indexRules(policy.rules).applicableTo(principal).about(target);
  return Object.fromEntries(
    about
      .toReversed()
      .flatMap(({ duties }) => {
        const { pins = [], defaults = [] } = duties?.of(target) ?? {};
        return [...defaults, ...pins];
      })
      .map(({ pointer, value }) => [pointer, value]),
  );
}

function stricter(first: Decision, second: Decision): Decision {
  if (first.effect === 'deny') return first;
  if (second.effect === 'deny') return second;
  const obligations = together(first.obligations, second.obligations);
  if (obligations === undefined) return toConflict(second);
  if (first.effect === 'permit') return { ...second, obligations };
  if (second.effect === 'permit') return { ...first, obligations };
  return {
    effect: 'approve',
    rules: [...new Set([...first.rules, ...second.rules])].toSorted(),
    approvers: [...new Set([...first.approvers, ...second.approvers])],
    obligations,
  };
}

/** Undefined: they do not go together. */
function together(first: Obligations = {}, second: Obligations = {}): Obligations | undefined {
  const select = first.select ?? second.select;
  if (second.select !== undefined && second.select !== select) return undefined;
  const mask = [...new Set([...(first.mask ?? []), ...(second.mask ?? [])])];
  const set = { ...first.set, ...second.set };
  return {
    ...second,
    ...(Object.keys(set).length > 0 && { set }),
    ...(select !== undefined && { select }),
    ...(mask.length > 0 && { mask }),
    ...(first.dryRun && { dryRun: true }),
  };
}

function toConflict({ rules }: Decision): Decision {
  return { effect: 'deny', rules, reason: 'conflict', missingScopes: [] };
}
