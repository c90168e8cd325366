import { KeptProof } from '../kept-proof.ts';
import type { Proof } from '../proof.ts';

/** Whether a token still counts, as its proofs share it: each answer of the issuer makes another proof. */
export interface Standing {
  isLost: boolean;
}

/** A proof, and what it rests on. */
export class IntrospectedProof extends KeptProof {
  /** From then on the issuer has to be asked again before it is shown to be somebody. */
  readonly #freshUntil: number;
  readonly #standing: Standing;
  readonly #source: { readonly isInForce: boolean };

  constructor(
    facts: Omit<Proof, 'kind'>,
    basis: {
      readonly freshUntil: number;
      readonly standing: Standing;
      readonly source: { readonly isInForce: boolean };
    },
  ) {
    super('opaque-token', facts);
    this.#freshUntil = basis.freshUntil;
    this.#standing = basis.standing;
    this.#source = basis.source;
  }

  override stands(): boolean {
    return this.#source.isInForce && !this.#standing.isLost;
  }

  isFresh(now: number): boolean {
    return this.stands() && now < this.#freshUntil && now < this.expiresAt;
  }

  get standing(): Standing {
    return this.#standing;
  }
}
