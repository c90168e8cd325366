/** Tokens that were not given out here: the same one costs no question to the store again for some minutes. Bounded. */
export interface StrangeTokens {
  has(digest: string, now: number): boolean;
  add(digest: string, now: number): void;
}

/** Nobody has a token before it is kept, so one that is not never will be. */
const REMEMBERED_MS = 300_000;
const MOST = 20_000;

export function createStrangeTokens(): StrangeTokens {
  const seen = new Map<string, number>();
  return {
    has(digest, now) {
      const at = seen.get(digest);
      return at !== undefined && Math.abs(now - at) < REMEMBERED_MS;
    },
    add(digest, now) {
      seen.delete(digest);
      seen.set(digest, now);
      const oldest = seen.size > MOST ? seen.keys().next().value : undefined;
      if (oldest !== undefined) seen.delete(oldest);
    },
  };
}
