import type { Proof } from '../proof.ts';

/** Whose credentials do not count any more, although nothing about them says so. */
export interface Revocations {
  /** As far as this process knows: without waiting. */
  isRevoked(proof: Proof): boolean;
  /** Calls when something was revoked. */
  onRevoked(listener: () => void): void;
  close(): Promise<void>;
}

/** Nothing is revoked. */
export function noRevocations(): Revocations {
  return { isRevoked: () => false, onRevoked() {}, close: () => Promise.resolve() };
}
