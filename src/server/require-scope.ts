import { isJsonObject } from '../catalog/json.ts';
import { refused } from '../gateway/recorded-call.ts';
import type { Caller } from '../gateway/road.ts';
import { findScopeRefusal } from '../gateway/step-up.ts';
import { stepUpOf, type Client } from './caller.ts';

/**
 * Refuses a message that only lacks a scope, and records that, before the SDK sees it: over HTTP that is said by the status of the
 * answer (RFC 6750, section 3.1), so before any stream begins. What comes in a batch is refused one by one, further on.
 *
 * @throws BailiwickError `INSUFFICIENT_SCOPE`
 */
export async function requireScope(
  client: Client,
  era: 'legacy' | 'modern',
  message: unknown,
): Promise<void> {
  const { gateway, principal, endpoint, via } = client;
  const snapshot = gateway.current();
  const stepUp = stepUpOf(client);
  if (!snapshot.policy.hasStepUp || !stepUp.mayStepUp || !isJsonObject(message)) return;
  const caller: Caller = {
    principal,
    endpoint,
    snapshot,
    via: { ...via, era },
    context: { signal: new AbortController().signal },
    ...stepUp,
  };
  const refusal = findScopeRefusal(caller, message, gateway.road.now());
  if (refusal) throw await refused(gateway.road, caller, refusal.attempt, refusal.error);
}
