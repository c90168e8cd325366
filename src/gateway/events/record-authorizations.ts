import type { Via } from '../../audit/record.ts';
import type { AuthorizationEvent } from '../../identity/server/events.ts';
import { recordPrincipal } from '../describe-call.ts';
import type { AppendEvent } from './append-event.ts';

/** Most records of what nobody has proven anything for, in one minute. */
const MAX_UNPROVEN = 60;

const MINUTE_MS = 60_000;

/**
 * Records what happens at the authorization server: who agreed to what, and programs that registered themselves. Of what anybody can do
 * without proving anything, only so much in a minute.
 */
export function createAuthorizationRecorder(deps: {
  readonly append: AppendEvent;
  readonly face: Via['face'];
  readonly now: () => number;
}): (event: AuthorizationEvent) => void {
  let minute = 0;
  let unproven = 0;
  return function noteAuthorization({ what, client, principal, scopes, ip }) {
    if (!principal) {
      const current = Math.floor(deps.now() / MINUTE_MS);
      if (current !== minute) [minute, unproven] = [current, 0];
      unproven += 1;
      if (unproven > MAX_UNPROVEN) return;
    }
    void deps.append({
      type: 'signin',
      ...(principal && { principal: recordPrincipal({ ...principal, client }) }),
      via: { face: deps.face, ...(ip !== undefined && { ip }) },
      detail: { what, client: client.slice(0, 512), ...(scopes && { scopes }) },
    });
  };
}
