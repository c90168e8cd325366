import { hash as sha } from 'node:crypto';
import type { Store } from '../../state/store.ts';
import { ProofFault } from './proof-fault.ts';
import type { SentProof } from './read-proof.ts';

/** Takes each proof once. It is the store that remembers, so that a proof cannot be shown to another replica again. */
export interface SeenProofs {
  /**
   * @param until when the proof is too old anyway, in milliseconds since the epoch
   * @throws ProofFault, by its promise, for one that was taken before; BailiwickError `STATE_UNAVAILABLE`
   */
  take(proof: SentProof, until: number): Promise<void>;
}

const PREFIX = 'identity/dpop-proof/';

export function createSeenProofs(store: Pick<Store, 'put'>, now: () => number): SeenProofs {
  return {
    async take({ thumbprint, id }, until) {
      // By key and id: nobody can use up the ids of another's key.
      const key = PREFIX + sha('sha256', JSON.stringify([thumbprint, id]), 'base64url');
      const options = { now: now(), expiresAt: Math.ceil(until), ifVersion: 0 };
      if (!(await store.put(key, 1, options))) throw new ProofFault('the proof was shown before');
    },
  };
}
