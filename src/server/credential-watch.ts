import type { Identity } from '../identity/identity.ts';
import type { Proof } from '../identity/proof.ts';

/** Ends what is open for a credential when the credential is over. */
export interface CredentialWatch {
  /**
   * Calls `end` once when the proof expires or does not hold any more, and not before this returns.
   *
   * @returns how to stop that
   */
  follow(proof: Proof, end: () => void): () => void;
  /** True where a proof does not hold any more before its time. One that has expired may be followed by another of the same caller. */
  isWithdrawn(proof: Proof): boolean;
  /** Calls after something was withdrawn and what it held open has ended. Returns how to stop that. */
  onLoss(listener: () => void): () => void;
  close(): void;
}

interface Followed {
  readonly proof: Proof;
  readonly end: () => void;
}

/** A clock that was set, or a machine that slept, is noticed within this time, in milliseconds. */
const LONGEST_WAIT_MS = 30_000;

/** One timer for all, whatever their number. */
export function createCredentialWatch(
  identity: Pick<Identity, 'holds' | 'onLoss'>,
  now: () => number,
): CredentialWatch {
  const followed = new Set<Followed>();
  const listeners = new Set<() => void>();
  let timer: NodeJS.Timeout | undefined;
  let firesAt = Infinity;

  const arm = (expiresAt: number): void => {
    if (expiresAt === Infinity) return;
    const at = Math.min(Math.max(expiresAt, now()), now() + LONGEST_WAIT_MS);
    if (at >= firesAt) return;
    clearTimeout(timer);
    firesAt = at;
    timer = setTimeout(review, at - now()).unref();
  };
  const endAll = (isOver: (proof: Proof) => boolean): void => {
    // Many streams may be open for one proof.
    const known = new Map<Proof, boolean>();
    for (const one of followed) {
      const over = known.get(one.proof) ?? isOver(one.proof);
      known.set(one.proof, over);
      if (over && followed.delete(one)) one.end();
    }
  };
  function review(): void {
    firesAt = Infinity;
    endAll(({ expiresAt }) => now() >= expiresAt);
    arm(followed.values().reduce((earliest, { proof }) => Math.min(earliest, proof.expiresAt), Infinity));
  }
  const stop = identity.onLoss(() => {
    endAll((proof) => !identity.holds(proof));
    for (const listener of listeners) listener();
  });

  return {
    follow(proof, end) {
      const one: Followed = { proof, end };
      followed.add(one);
      arm(proof.expiresAt);
      return () => followed.delete(one);
    },
    isWithdrawn: (proof) => now() < proof.expiresAt && !identity.holds(proof),
    onLoss(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      stop();
      clearTimeout(timer);
      followed.clear();
    },
  };
}
