import type { Sealer } from '../../state/sealed.ts';

/**
 * Nonces for proofs (RFC 9449, section 9). Nothing is kept of them: each is the instant at which it was made, sealed with the key
 * that the replicas share.
 */
export interface Nonces {
  /** One to give out now. */
  current(): string;
  /** Whether one was given out, here or by another replica, within the last minutes. */
  isCurrent(nonce: string): boolean;
}

/** One nonce is given to everybody for so long. */
const GIVEN_FOR_MS = 60_000;
const TAKEN_FOR_MS = 360_000;
const SEALED_FOR = 'identity/dpop-nonce';

export function createNonces(sealer: Pick<Sealer, 'seal' | 'open'>, now: () => number): Nonces {
  let given: { readonly nonce: string; readonly at: number } | undefined;
  /** What was opened last: clients bring the same one again and again. */
  let opened: { readonly nonce: string; readonly at: number } | undefined;

  const open = (nonce: string): number | undefined => {
    const [key, bytes, text] = nonce.split('.');
    if (key === undefined || bytes === undefined || text === undefined) return undefined;
    try {
      const { value } = sealer.open(SEALED_FOR, { sealed: 1, key, nonce: bytes, text });
      return typeof value === 'number' ? value : undefined;
    } catch {
      return undefined;
    }
  };

  return {
    current() {
      const at = now();
      if (!given || at - given.at >= GIVEN_FOR_MS || at < given.at) {
        const { key, nonce, text } = sealer.seal(SEALED_FOR, at);
        given = { nonce: [key, nonce, text].join('.'), at };
      }
      return given.nonce;
    },
    isCurrent(nonce) {
      const at = opened?.nonce === nonce ? opened.at : open(nonce);
      if (at === undefined) return false;
      opened = { nonce, at };
      // Another replica's clock may be a little ahead.
      return Math.abs(now() - at) < TAKEN_FOR_MS;
    },
  };
}
