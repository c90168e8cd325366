import type { Target } from '../catalog/entries.ts';
import type { JsonObject } from '../catalog/json.ts';
import { BailiwickError } from '../errors.ts';
import { decideStepUp } from './decide-call.ts';
import type { Caller } from './road.ts';

/**
 * What a caller is told who is denied a target and lacks but a scope for it: `INSUFFICIENT_SCOPE` with `missingScopes`, the smallest
 * that would do. Undefined where it is to be told nothing, so that the target is unknown to it.
 *
 * Clients of MCP 2026-07-28 ask for the scope beside those they have; for an older one, which asks for what it is told alone,
 * `requiredScopes` holds those that it has as well.
 */
export function scopeRefusal(
  caller: Caller,
  target: Target,
  args: JsonObject,
  now: number,
): BailiwickError | undefined {
  const lacking = caller.mayStepUp ? decideStepUp(caller, target, args, now) : undefined;
  if (lacking === undefined) return undefined;
  const { scope } = lacking;
  const held = caller.via.era === 'legacy' ? lacking.held : [];
  return new BailiwickError('INSUFFICIENT_SCOPE', `a further scope is needed for this: ${scope}`, {
    data: { missingScopes: [scope], ...(held.length > 0 && { requiredScopes: [...held, scope] }) },
  });
}
