import type { Identity } from '../../src/identity/identity.ts';
import type { Principal } from '../../src/identity/principal.ts';
import { unprovenOf } from '../../src/identity/proof.ts';
import type { RequestFacts } from '../../src/identity/request-facts.ts';

/** An identity that takes callers at their word. */
export function identityOf(identify: (request: RequestFacts) => Principal): Identity {
  return {
    identify: (request) => unprovenOf(identify(request)),
    holds: () => true,
    onLoss: () => () => {},
    challenge: () => 'Bearer',
    dpopNonce: () => undefined,
    metadata: () => undefined,
  };
}
