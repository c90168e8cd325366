import type { BailiwickError } from '../errors.ts';
import { guessCredential, readCredential, type Credential } from './credential.ts';
import { isLoopbackRequest } from './local.ts';
import type { BindingCheck } from './dpop/check-binding.ts';
import type { Principal } from './principal.ts';
import { unprovenOf, type Proof } from './proof.ts';
import type { RequestFacts } from './request-facts.ts';
import type { ResourceMetadata } from './resource/metadata.ts';
import type { ProtectedResource } from './resource/protected-resource.ts';
import type { Revocations } from './revocations/revocations.ts';
import type { TokenVerifier } from './token-verifier.ts';
import type { Trace } from './trace.ts';
import { unauthenticated } from './unauthenticated.ts';

/** Who calls, and whether that still holds. */
export interface Identity {
  /**
   * Who sent a request. Without waiting where the credential was verified before.
   *
   * A credential that is presented is decided on its own: where it is bad, the request is refused even if the local principal
   * would have been available, so that a mistyped key never runs with other rights than the caller believes.
   *
   * @throws BailiwickError `UNAUTHENTICATED`, `IDENTITY_UNAVAILABLE`
   */
  identify(request: RequestFacts, trace?: Trace): Proof | Promise<Proof>;
  /** False once a proof is over: expired, revoked, or of a credential that configuration does not accept any more. */
  holds(proof: Proof): boolean;
  /** Calls when proofs that held may not hold any more, other than by expiry. Returns how to stop that. */
  onLoss(listener: () => void): () => void;
  /** The `WWW-Authenticate` value for an `UNAUTHENTICATED` or `INSUFFICIENT_SCOPE` error that answers this request. */
  challenge(error: BailiwickError, request: RequestFacts): string;
  /** The `DPoP-Nonce` header that the answer with this error brings (RFC 9449, section 9), where it brings one. */
  dpopNonce(error: BailiwickError): string | undefined;
  /** What clients read to find out where they sign in (RFC 9728); undefined where there is no such place. */
  metadata(): ResourceMetadata | undefined;
}

export interface IdentityOptions {
  /** In the order in which they are asked. */
  readonly verifiers: readonly TokenVerifier[];
  readonly revocations: Revocations;
  readonly binding: BindingCheck;
  /** The principal of callers without a credential, where configuration has one. */
  readonly local: () => Principal | undefined;
  /** Where callers find this server, where configuration says so. */
  readonly publicUrl: () => string | undefined;
  /** What clients are told of where and how to sign in. */
  readonly resource: Pick<ProtectedResource, 'challenge' | 'metadata'>;
  readonly now: () => number;
}

/**
 * ```
 * header → credential → verifiers, one after another → expiry and revocation → binding → proof
 * ```
 */
export function createIdentity(options: IdentityOptions): Identity & { lose(): void } {
  const { verifiers, revocations, binding, now } = options;
  const listeners = new Set<() => void>();
  const lose = (): void => {
    for (const listener of listeners) listener();
  };
  revocations.onRevoked(lose);
  let unproven: Proof | undefined;

  const identifyLocal = (request: RequestFacts, trace: Trace | undefined): Proof => {
    const local = options.local();
    if (local && isLoopbackRequest({ ...request, publicUrl: options.publicUrl() })) {
      trace?.({
        name: 'local principal',
        ok: true,
        detail: 'no credential, and the request is from this machine',
      });
      if (unproven?.principal !== local) unproven = unprovenOf(local);
      return unproven;
    }
    throw unauthenticated('missing', 'no Authorization header, and the local principal is not available');
  };

  const recall = ({ digest }: Credential): Proof | undefined => {
    for (const verifier of verifiers) {
      const known = verifier.recall?.(digest, now());
      if (known) return known;
    }
    return undefined;
  };

  /** Asks the verifiers from the one at `index` on. */
  const verify = (credential: Credential, trace: Trace | undefined, index = 0): Proof | Promise<Proof> => {
    for (let at = index; at < verifiers.length; at += 1) {
      const answer = verifiers[at]?.verify(credential, now(), trace);
      if (answer instanceof Promise) {
        return answer.then((proof) => proof ?? verify(credential, trace, at + 1));
      }
      if (answer) return answer;
    }
    throw unauthenticated(
      'unknown-key',
      'the token is no key that is known, and no token of an issuer that is trusted',
    );
  };

  const settle = (
    proof: Proof,
    credential: Credential,
    request: RequestFacts,
    trace: Trace | undefined,
  ): Proof | Promise<Proof> => {
    const known = revocations.ready();
    const check = (): Proof | Promise<Proof> => checkWhole(proof, credential, request, trace);
    return known ? known.then(check) : check();
  };

  const checkWhole = (
    proof: Proof,
    credential: Credential,
    request: RequestFacts,
    trace: Trace | undefined,
  ): Proof | Promise<Proof> => {
    // A proof of possession can be shown once: it is not used up for a credential that is over.
    requireCurrent(proof, trace);
    const bound = binding.check(proof, credential, request, trace);
    if (!bound) return proof;
    return bound.then(() => {
      requireCurrent(proof, undefined);
      return proof;
    });
  };

  const requireCurrent = (proof: Proof, trace: Trace | undefined): void => {
    const { subject } = proof.principal;
    const refuse = (fault: 'expired' | 'revoked', detail: string): never => {
      trace?.({ name: fault === 'expired' ? 'expiry' : 'revocations', ok: false, detail });
      throw unauthenticated(fault, detail);
    };
    if (now() >= proof.expiresAt) refuse('expired', `the credential of "${subject}" has expired`);
    if (revocations.isRevoked(proof)) {
      refuse(
        'revoked',
        `what "${subject}" had proven was revoked; \`bailiwick revoke --list\` shows by what`,
      );
    }
    trace?.({ name: 'revocations', ok: true, detail: `nothing revokes what "${subject}" proved`, proof });
  };

  return {
    identify(request, trace) {
      const { authorization } = request;
      if (authorization === undefined) return identifyLocal(request, trace);
      // Who wants to know each step is shown each step.
      const guess = trace ? undefined : guessCredential(authorization);
      const known = guess && recall(guess);
      if (known) return settle(known, guess, request, undefined);
      const credential = readCredential(authorization, guess);
      const verified = verify(credential, trace);
      return verified instanceof Promise
        ? verified.then((proof) => settle(proof, credential, request, trace))
        : settle(verified, credential, request, trace);
    },
    holds(proof) {
      if (proof.kind === 'none') return options.local() === proof.principal;
      return (
        now() < proof.expiresAt &&
        !revocations.isRevoked(proof) &&
        verifiers.some((verifier) => verifier.holds(proof))
      );
    },
    onLoss(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    challenge: options.resource.challenge,
    dpopNonce: binding.nonceFor,
    metadata: options.resource.metadata,
    lose,
  };
}
