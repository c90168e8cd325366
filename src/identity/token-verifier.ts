import type { Credential } from './credential.ts';
import type { Proof } from './proof.ts';
import type { IdentitySettings } from './settings.ts';
import type { Trace } from './trace.ts';

/** One way in which a token can prove somebody. */
export interface TokenVerifier {
  /** What it knows, for the operator: `keys of the configuration`, `issuers`. */
  readonly name: string;
  /** Takes other settings; what they still hold and what was learnt for it goes on. */
  use(settings: IdentitySettings): void;
  /**
   * Without waiting where the token was verified before.
   *
   * @param now milliseconds since the epoch
   * @returns nothing where the token is not one of this verifier's: the next one is asked
   * @throws BailiwickError `UNAUTHENTICATED` for one of its own that is bad, with one message for all causes and the fault as
   *   its cause; `IDENTITY_UNAVAILABLE` where that cannot be known now
   */
  verify(credential: Credential, now: number, trace?: Trace): Proof | undefined | Promise<Proof | undefined>;
  /**
   * The proof of a token that was verified before and still counts, by its digest alone: the token may be of any form. Absent: it
   * remembers none.
   */
  recall?(digest: Buffer, now: number): Proof | undefined;
  /** Of a proof that it made: whether it would make it again, as far as is known without waiting. Expiry is not its matter. */
  holds(proof: Proof): boolean;
  close(): Promise<void>;
}
