import type { Proof } from '../proof.ts';

/** Whether a token still counts, as its proofs share it: each answer of the issuer makes another proof. */
export interface Standing {
  isLost: boolean;
}

/** A proof, and what it rests on. */
export class IntrospectedProof implements Proof {
  readonly kind = 'opaque-token';
  readonly principal: Proof['principal'];
  readonly expiresAt: number;
  declare readonly issuedAt?: number;
  declare readonly tokenId?: string;
  declare readonly confirmation?: NonNullable<Proof['confirmation']>;
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
    this.principal = facts.principal;
    this.expiresAt = facts.expiresAt;
    if (facts.issuedAt !== undefined) this.issuedAt = facts.issuedAt;
    if (facts.tokenId !== undefined) this.tokenId = facts.tokenId;
    if (facts.confirmation !== undefined) this.confirmation = facts.confirmation;
    this.#freshUntil = basis.freshUntil;
    this.#standing = basis.standing;
    this.#source = basis.source;
  }

  /** Whether what it rests on still stands, as far as is known. */
  stands(): boolean {
    return this.#source.isInForce && !this.#standing.isLost;
  }

  isFresh(now: number): boolean {
    return this.stands() && now < this.#freshUntil && now < this.expiresAt;
  }

  get standing(): Standing {
    return this.#standing;
  }
}
