import { ALGORITHMS } from './algorithms.ts';
import type { AcceptedAudience } from './check-claims.ts';
import type { KeyCache } from './key-cache.ts';
import type { SigningKey } from './key-set.ts';
import type { IssuerSettings } from './settings.ts';
import { KeptProof } from '../kept-proof.ts';
import type { Proof } from '../proof.ts';

/** An issuer in force. */
export interface Issuer {
  readonly settings: IssuerSettings;
  /** Where it is written: `identity.issuers[0]`. */
  readonly where: string;
  readonly audience: AcceptedAudience;
  readonly algorithms: readonly string[];
  readonly keys: KeyCache;
  /** False once configuration has it no more, or otherwise. */
  isInForce: boolean;
}

export function toIssuer(
  settings: IssuerSettings,
  options: { readonly where: string; readonly resource: string | undefined; readonly keys: KeyCache },
): Issuer {
  const { where, resource, keys } = options;
  return {
    settings,
    where,
    audience: { values: settings.audience ?? [resource ?? []].flat(), where: `${where}.audience` },
    algorithms: settings.algorithms ?? ALGORITHMS,
    keys,
    isInForce: true,
  };
}

/** A proof, and what it rests on. */
export class IssuedProof extends KeptProof {
  readonly #issuer: Issuer;
  readonly #key: SigningKey;

  constructor(facts: Omit<Proof, 'kind'>, issuer: Issuer, key: SigningKey) {
    super('jwt', facts);
    this.#issuer = issuer;
    this.#key = key;
  }

  override stands(): boolean {
    return this.#issuer.isInForce && this.#key.isPublished;
  }

  get issuer(): Issuer {
    return this.#issuer;
  }
}
