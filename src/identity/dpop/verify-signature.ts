import { compactVerify, importJWK, type CryptoKey } from 'jose';
import { ProofFault } from './proof-fault.ts';
import type { SentProof } from './read-proof.ts';

/** Keys of clients that are kept ready for the next proof; beyond, the least recently used goes. */
const MAX_KEYS = 1000;

/** Checks signatures of proofs. @throws ProofFault, by its promise */
export type VerifySignature = (proof: SentProof) => Promise<void>;

export function createSignatureVerifier(): VerifySignature {
  const keys = new Map<string, CryptoKey>();

  async function keyOf({ key, algorithm, thumbprint }: SentProof): Promise<CryptoKey> {
    const name = `${algorithm} ${thumbprint}`;
    const known = keys.get(name);
    const imported = known ?? (await importJWK({ ...key }, algorithm));
    keys.delete(name);
    keys.set(name, imported);
    const oldest = keys.size > MAX_KEYS ? keys.keys().next().value : undefined;
    if (oldest !== undefined) keys.delete(oldest);
    return imported;
  }

  return async function verifySignature(proof) {
    try {
      await compactVerify(proof.jwt, await keyOf(proof), { algorithms: [proof.algorithm] });
    } catch {
      throw new ProofFault('the signature of the proof is not by the key in it');
    }
  };
}
