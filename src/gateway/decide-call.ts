import type { Target } from '../catalog/entries.ts';
import { BailiwickError } from '../errors.ts';
import { decide } from '../policy/decide.ts';
import type { Decision } from '../policy/decision.ts';
import type { Caller } from './road.ts';

/** The one decision function of every door, on the snapshot the call started with. */
export function decideCall(caller: Caller, target: Target): Decision {
  return decide(caller.snapshot.policy, caller.principal, target);
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
    case 'deny': {
      const why =
        decision.reason === 'rule' ? `denied by ${decision.rules.join(', ')}` : 'no rule permits it';
      return new BailiwickError('POLICY_DENIED', `policy does not permit this call: ${why}`, {
        data: { rules: decision.rules, missingScopes: decision.missingScopes },
      });
    }
  }
}
