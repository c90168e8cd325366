import type { Target } from '../catalog/entries.ts';
import type { JsonObject } from '../catalog/json.ts';
import { BailiwickError } from '../errors.ts';
import { decide } from '../policy/decide.ts';
import type { Decision } from '../policy/decision.ts';
import type { CallFacts } from '../policy/facts.ts';
import { toEndpointPath } from './endpoint.ts';
import type { Caller } from './road.ts';

/** The one decision function of every door, on the snapshot the call started with. */
export function decideCall(caller: Caller, target: Target, args: JsonObject, now: number): Decision {
  return decide(caller.snapshot.policy, caller.principal, target, args, callFacts(caller), now);
}

/** How a request came, as conditions see it. */
export function callFacts({ via, endpoint }: Caller): CallFacts {
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

/** A decision as a refusal, or undefined where it permits. */
export function toRefusal(decision: Decision): BailiwickError | undefined {
  switch (decision.effect) {
    case 'permit':
      return undefined;
    case 'approve':
      return new BailiwickError(
        'APPROVAL_REQUIRED',
        `a person has to approve this call (${decision.rules.join(', ')}), and this version cannot ask for approval`,
        { data: { rules: decision.rules } },
      );
    case 'deny':
      return new BailiwickError('POLICY_DENIED', `policy does not permit this call: ${whyDenied(decision)}`, {
        data: { rules: decision.rules, missingScopes: decision.missingScopes },
      });
  }
}

function whyDenied({ reason, rules }: Extract<Decision, { effect: 'deny' }>): string {
  switch (reason) {
    case 'no-rule':
      return 'no rule permits it';
    case 'rule':
      return `denied by ${rules.join(', ')}`;
    case 'condition-error':
      return `denied by ${rules.join(', ')}, whose condition could not be evaluated for these arguments`;
    case 'conflict':
      return `${rules.join(', ')} ask for what does not go together`;
  }
}
