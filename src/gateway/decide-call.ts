import type { Target } from '../catalog/entries.ts';
import type { JsonObject } from '../catalog/json.ts';
import { decideAhead, decideImplied } from '../policy/decide-ahead.ts';
import { findStepUpScope, heldScopes } from '../policy/decide.ts';
import type { Decision } from '../policy/decision.ts';
import type { CallFacts } from '../policy/facts.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import { setArguments } from '../policy/set-arguments.ts';
import { pinsOf, settle } from '../policy/settle.ts';
import { toEndpointPath } from './endpoint.ts';
import type { Caller } from './road.ts';
import { compareWithShadow, type ShadowDecision } from './shadow.ts';

/*
 * Every decision that the gateway takes is taken here, on the snapshot that the request started with. What is shown in lists is
 * the View's, which follows the same rules.
 */

/** Who asks, as far as decisions go: lists have no context. */
export type Asker = Pick<Caller, 'snapshot' | 'principal' | 'via' | 'endpoint'>;

/** A decision, and what goes with it into the record. */
export interface Ruling {
  readonly decision: Decision;
  /** What is to be sent: the caller's arguments with what policy sets. */
  readonly args: JsonObject;
  /** JSON Pointers of what policy set. */
  readonly set: readonly string[];
  /** What the shadow policies would have decided, where that differs. */
  readonly shadow?: ShadowDecision;
}

/** What policy says of one call, whichever door it came through. */
export function decideCall(asker: Asker, target: Target, args: JsonObject, now: number): Ruling {
  const facts = callFacts(asker);
  return ruleWith(asker, (policy) => settle(policy, asker.principal, target, args, facts, now));
}

/** What policy says of a target whose arguments are not there, or do not count: of a completion, and of a call of what is hidden. */
export function decideWithoutArguments(asker: Asker, target: Target, now: number): Ruling {
  const facts = callFacts(asker);
  return ruleWith(asker, (policy, viewOf) => {
    const decision = decideAhead(policy, asker.principal, target, facts, now);
    if (decision.effect === 'deny' || viewOf(asker.principal).shows(target)) return { decision };
    return { decision: { effect: 'deny', rules: [], reason: 'no-rule', missingScopes: [] } };
  });
}

/** Whether a source may use the client's own model during a call that is permitted. Undefined: no rule is about it. */
export function decideSampling(
  asker: Asker,
  source: string,
  args: JsonObject,
  now: number,
): Ruling | undefined {
  const target: Target = { kind: 'model', source, name: 'client' };
  const decision = decideImplied(asker.snapshot.policy, asker.principal, target, args, callFacts(asker), now);
  if (decision === undefined) return undefined;
  return decision.effect === 'permit' ? decideCall(asker, target, args, now) : { decision, args, set: [] };
}

/** The arguments with what policy may set in them where they have nothing: without it a call is not incomplete. */
export function withPins({ snapshot, principal }: Asker, target: Target, args: JsonObject): JsonObject {
  const pins = pinsOf(snapshot.policy, principal, target);
  return setArguments(args, pins, { onlyAbsent: true })?.args ?? args;
}

/** The scope that this caller may be told it lacks for what it is denied, and those that it has. */
export function decideStepUp(
  caller: Asker & Pick<Caller, 'obtainable'>,
  target: Target,
  args: JsonObject,
  now: number,
): { readonly scope: string; readonly held: readonly string[] } | undefined {
  const { snapshot, principal, obtainable } = caller;
  const facts = { principal, target, args, call: callFacts(caller), now };
  const scope = findStepUpScope(snapshot.policy, facts, obtainable);
  return scope === undefined ? undefined : { scope, held: heldScopes(snapshot.policy, principal) };
}

interface OneRuling {
  readonly decision: Decision;
  readonly args?: JsonObject;
  readonly set?: readonly string[];
}

/** By the policies in force, and by those in their shadow, whose faults are nobody's but their own. */
function ruleWith(
  { snapshot }: Asker,
  decideBy: (policy: PolicySet, viewOf: Asker['snapshot']['view']) => OneRuling,
): Ruling {
  const { decision, args = {}, set = [] } = decideBy(snapshot.policy, snapshot.view);
  const ruling = { decision, args, set };
  if (snapshot.shadow === undefined) return ruling;
  try {
    const other = decideBy(snapshot.shadow.policy, snapshot.shadow.view);
    const shadow = compareWithShadow(snapshot.shadow, decision, other.decision);
    return shadow === undefined ? ruling : { ...ruling, shadow };
  } catch {
    return ruling;
  }
}

/** How a request came, as conditions see it. */
function callFacts({ via, endpoint }: Asker): CallFacts {
  const { face, era, clientName, clientVersion, ip } = via;
  return {
    face,
    endpoint: toEndpointPath(endpoint),
    ...(era !== undefined && { era }),
    ...(clientName !== undefined && { clientName }),
    ...(clientVersion !== undefined && { clientVersion }),
    ...(ip !== undefined && { ip }),
  };
}
