import type { BailiwickError } from '../../errors.ts';
import type { Sealer } from '../../state/sealed.ts';
import type { Store } from '../../state/store.ts';
import type { Credential } from '../credential.ts';
import type { Proof } from '../proof.ts';
import type { RequestFacts } from '../request-facts.ts';
import type { IdentitySettings } from '../settings.ts';
import type { Trace } from '../trace.ts';
import { tooMany, unavailable } from '../unavailable.ts';
import { faultOf, unauthenticated } from '../unauthenticated.ts';
import { createNonces } from './nonces.ts';
import { ProofFault } from './proof-fault.ts';
import { readProof, type SentProof } from './read-proof.ts';
import { createSeenProofs } from './seen-proofs.ts';
import { targetUrls, toComparable } from './target-url.ts';
import { createSignatureVerifier } from './verify-signature.ts';

export interface BindingOptions {
  /** Remembers which proofs were shown. */
  readonly store: Pick<Store, 'put'>;
  /** What is given to clients to bring back, at any replica. */
  readonly sealer: Pick<Sealer, 'seal' | 'open'>;
  readonly settings: () => Pick<IdentitySettings, 'dpop' | 'issuers'>;
  /** Where callers find this server, without a slash at its end. */
  readonly baseUrl: () => string | undefined;
  readonly now: () => number;
}

/** Whether callers hold what their tokens are bound to. */
export interface BindingCheck {
  /**
   * Without waiting where the token is bound to nothing.
   *
   * @throws BailiwickError `UNAUTHENTICATED`; `IDENTITY_UNAVAILABLE` where it cannot be known whether a proof was shown before
   */
  check(proof: Proof, credential: Credential, request: RequestFacts, trace?: Trace): void | Promise<void>;
  /** The `DPoP-Nonce` that the answer with this error has to bring. */
  nonceFor(error: BailiwickError): string | undefined;
}

/** Proofs that are looked at at the same time. More than these would only wait for each other. */
const MAX_AT_ONCE = 1000;

/** So much longer proofs are remembered than they count: the clock of the store, or of another replica, may be ahead. */
const FORGOTTEN_AFTER_MS = 60_000;

export function createBindingCheck(options: BindingOptions): BindingCheck {
  const { settings, baseUrl, now } = options;
  const verifySignature = createSignatureVerifier();
  const seen = createSeenProofs(options.store, now);
  const nonces = createNonces(options.sealer, now);
  let atOnce = 0;

  /** What can be said of a proof without computing much: RFC 9449, section 4.3, steps 8 to 12. */
  function checkClaims(proof: SentProof, jkt: string, { digest }: Credential, request: RequestFacts): void {
    const { dpop } = settings();
    if (proof.method !== request.method) {
      throw new ProofFault(`the proof is for ${JSON.stringify(proof.method)}, not for ${request.method}`);
    }
    const base = baseUrl();
    const here = base === undefined ? [] : targetUrls(base, request.target);
    const url = toComparable(proof.url);
    if (url === undefined || !here.includes(url)) {
      throw new ProofFault(
        `the proof is for ${JSON.stringify(proof.url.slice(0, 200))}, and the request came to ${here[0] ?? 'no known URL'}; callers have to use the URL of server.publicUrl`,
      );
    }
    const age = now() - proof.issuedAt;
    if (age < -dpop.clockSkewSeconds * 1000) {
      throw new ProofFault(
        `the proof was made ${-age} ms ahead of this clock (identity.dpop.clockSkewSeconds)`,
      );
    }
    if (age > (dpop.maxAgeSeconds + dpop.clockSkewSeconds) * 1000) {
      throw new ProofFault(`the proof is ${age} ms old (identity.dpop.maxAgeSeconds)`);
    }
    if (proof.tokenHash !== digest.toString('base64url')) {
      throw new ProofFault('the proof is for another token (`ath`)');
    }
    if (proof.thumbprint !== jkt)
      throw new ProofFault('the proof is by another key than the token is bound to');
    if (dpop.nonce && (proof.nonce === undefined || !nonces.isCurrent(proof.nonce))) {
      throw new ProofFault(
        'the proof holds no nonce of the last minutes (identity.dpop.nonce)',
        'proof-nonce',
      );
    }
  }

  async function checkProof(
    jkt: string,
    credential: Credential,
    request: RequestFacts,
    trace: Trace | undefined,
  ): Promise<void> {
    if (atOnce >= MAX_AT_ONCE) throw tooMany('too many proofs are being checked', trace);
    atOnce += 1;
    try {
      const proof = readProof(request.headers['dpop']);
      checkClaims(proof, jkt, credential, request);
      await verifySignature(proof);
      const { maxAgeSeconds, clockSkewSeconds } = settings().dpop;
      // Last of all: only a proof that is good is used up.
      await seen.take(proof, proof.issuedAt + (maxAgeSeconds + clockSkewSeconds) * 1000 + FORGOTTEN_AFTER_MS);
      trace?.({ name: 'proof of possession', ok: true, detail: `${proof.algorithm}, by key ${jkt}` });
    } catch (error) {
      if (error instanceof ProofFault) throw refuse(error.fault, error.message, trace);
      const detail = 'whether a proof was shown before cannot be known now: the store is away';
      throw unavailable(detail, { trace, name: 'proof of possession', cause: error });
    } finally {
      atOnce -= 1;
    }
  }

  return {
    check(proof, credential, request, trace) {
      const { confirmation, principal } = proof;
      const isDpop = credential.scheme === 'DPoP';
      if (!confirmation) {
        const { issuer } = principal;
        const isRequired = settings().issuers.some((one) => one.issuer === issuer && one.dpop === 'require');
        if (isRequired) {
          throw refuse('binding', `tokens of ${issuer} have to be bound to a key (dpop: require)`, trace);
        }
        if (!isDpop) return undefined;
        throw refuse('binding', 'the token is bound to no key: it is sent with Bearer, not with DPoP', trace);
      }
      if ('other' in confirmation) {
        const names = confirmation.other.join(', ');
        throw refuse(
          'binding',
          `the token is bound by ${names}, which cannot be checked here: only keys of DPoP (\`jkt\`) can`,
          trace,
        );
      }
      if (!isDpop) {
        throw refuse('binding', 'the token is bound to a key: it is sent with DPoP and a proof', trace);
      }
      return checkProof(confirmation.jkt, credential, request, trace);
    },
    nonceFor(error) {
      return faultOf(error) === 'proof-nonce' ? nonces.current() : undefined;
    },
  };
}

function refuse(fault: ProofFault['fault'], detail: string, trace: Trace | undefined): BailiwickError {
  trace?.({ name: fault === 'binding' ? 'binding' : 'proof of possession', ok: false, detail });
  return unauthenticated(fault, detail);
}
