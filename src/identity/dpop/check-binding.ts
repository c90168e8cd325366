import type { Credential } from '../credential.ts';
import type { Proof } from '../proof.ts';
import { unauthenticated } from '../unauthenticated.ts';

/** @throws BailiwickError `UNAUTHENTICATED` */
export function checkBinding(proof: Proof, credential: Credential): void {
  if (proof.confirmation || credential.scheme === 'DPoP') {
    throw unauthenticated(
      'binding',
      'the token is bound to a key, and whether the caller holds it cannot be checked',
    );
  }
}
