import { createScrubber, type Scrub } from './scrub.ts';

/** Tokens that are no longer used are masked for as long as they are among the last so many. */
const MAX_RETIRED = 32;

/** A scrubber for secrets that come and go. */
export interface LiveScrubber {
  readonly scrub: Scrub;
  /** Masks `secret` from now on, in the place of `replaced`, which is remembered for a while. */
  add(secret: string, replaced?: string): void;
}

export function createLiveScrubber(fixed: readonly string[]): LiveScrubber {
  const current = new Set<string>();
  const retired = new Set<string>();
  let scrub = createScrubber(fixed);
  return {
    scrub: (text) => scrub(text),
    add(secret, replaced) {
      if (replaced !== undefined && current.delete(replaced)) retired.add(replaced);
      for (const oldest of retired) {
        if (retired.size <= MAX_RETIRED) break;
        retired.delete(oldest);
      }
      if (current.has(secret) && replaced === undefined) return;
      current.add(secret);
      scrub = createScrubber([...fixed, ...current, ...retired]);
    },
  };
}
