import { readCredential } from '../credential.ts';
import type { Proof } from '../proof.ts';
import type { Revocations } from '../revocations/revocations.ts';
import type { TokenVerifier } from '../token-verifier.ts';
import { unauthenticated } from '../unauthenticated.ts';
import type { KeyCheck } from './sign-ins.ts';

/** Looks at keys of this server the way a request with one is looked at. */
export function createKeyCheck(
  verifiers: readonly TokenVerifier[],
  revocations: Revocations,
  now: () => number,
): KeyCheck {
  const requireCurrent = (proof: Proof): Proof => {
    if (now() >= proof.expiresAt) throw unauthenticated('expired', 'the key has expired');
    if (revocations.isRevoked(proof)) throw unauthenticated('revoked', 'the key was revoked');
    return proof;
  };
  const verifyFrom = (key: string, index: number): Proof | Promise<Proof> => {
    const credential = readCredential(`Bearer ${key}`);
    for (let at = index; at < verifiers.length; at += 1) {
      const answer = verifiers[at]?.verify(credential, now());
      if (answer instanceof Promise) {
        return answer.then((proof) => (proof ? requireCurrent(proof) : verifyFrom(key, at + 1)));
      }
      if (answer) return requireCurrent(answer);
    }
    throw unauthenticated('unknown-key', 'it is no key of this server');
  };
  return {
    verify(key) {
      const waiting = revocations.ready();
      return waiting ? waiting.then(() => verifyFrom(key, 0)) : verifyFrom(key, 0);
    },
    holds: (proof) =>
      now() < proof.expiresAt &&
      !revocations.isRevoked(proof) &&
      verifiers.some((verifier) => verifier.holds(proof)),
  };
}
