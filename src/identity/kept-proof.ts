import type { Proof } from './proof.ts';

/** A proof that knows what it rests on. Of facts that are not there it has no member: thousands of them are kept. */
export abstract class KeptProof implements Proof {
  readonly kind: Proof['kind'];
  readonly principal: Proof['principal'];
  readonly expiresAt: number;
  declare readonly issuedAt?: number;
  declare readonly tokenId?: string;
  declare readonly confirmation?: NonNullable<Proof['confirmation']>;

  constructor(kind: Proof['kind'], facts: Omit<Proof, 'kind'>) {
    this.kind = kind;
    this.principal = facts.principal;
    this.expiresAt = facts.expiresAt;
    if (facts.issuedAt !== undefined) this.issuedAt = facts.issuedAt;
    if (facts.tokenId !== undefined) this.tokenId = facts.tokenId;
    if (facts.confirmation !== undefined) this.confirmation = facts.confirmation;
  }

  /** Whether what it rests on still stands, as far as is known. */
  abstract stands(): boolean;
}
