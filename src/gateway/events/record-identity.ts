import type { Via } from '../../audit/record.ts';
import type { Identity } from '../../identity/identity.ts';
import type { Proof } from '../../identity/proof.ts';
import type { RequestFacts } from '../../identity/request-facts.ts';
import { faultOf } from '../../identity/unauthenticated.ts';
import type { NoteRefusal } from './log-refused-credentials.ts';
import type { NoteSignin } from './record-signins.ts';

/** The same identity, with a record of who was let in, and a log of why others were not. */
export function recordIdentity(
  identity: Identity,
  deps: {
    readonly face: Via['face'];
    readonly noteSignin: NoteSignin;
    readonly noteRefusal: NoteRefusal;
    /** A static key was shown whose time is over. */
    readonly onExpiredKey: () => void;
  },
): Identity {
  const letIn = (proof: Proof, { remoteAddress: ip }: RequestFacts): Proof => {
    if (proof.kind !== 'none') {
      deps.noteSignin(proof.principal, { face: deps.face, ...(ip !== undefined && { ip }) });
    }
    return proof;
  };
  const turnAway = (error: unknown, request: RequestFacts): never => {
    deps.noteRefusal(error, request);
    if (faultOf(error) === 'expired-key') deps.onExpiredKey();
    throw error;
  };
  return {
    ...identity,
    identify(request, trace) {
      try {
        const proof = identity.identify(request, trace);
        return proof instanceof Promise
          ? proof.then(
              (late) => letIn(late, request),
              (error: unknown) => turnAway(error, request),
            )
          : letIn(proof, request);
      } catch (error) {
        return turnAway(error, request);
      }
    },
  };
}
