import type { Proof } from '../proof.ts';

/** Whose credentials do not count any more, although nothing about them says so. */
export interface Revocations {
  /**
   * Nothing to wait for where what is known is fresh enough to let anybody in; otherwise a promise that it is.
   *
   * @throws BailiwickError `IDENTITY_UNAVAILABLE`, by its promise, where the store cannot be read
   */
  ready(): Promise<void> | undefined;
  /** As far as this process knows: without waiting. */
  isRevoked(proof: Proof): boolean;
  /** Calls when something was revoked. */
  onRevoked(listener: () => void): void;
  close(): Promise<void>;
}

/** Nothing is revoked. */
export function noRevocations(): Revocations {
  return {
    ready: () => undefined,
    isRevoked: () => false,
    onRevoked() {},
    close: () => Promise.resolve(),
  };
}
