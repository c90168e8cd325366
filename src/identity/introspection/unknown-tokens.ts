import type { BailiwickError } from '../../errors.ts';
import { toKey } from '../issuers/token-cache.ts';

/** Refusals of tokens for some seconds, so that the same one costs no question when it comes again. */
export interface UnknownTokens {
  get(digest: Buffer, now: number): BailiwickError | undefined;
  put(digest: Buffer, refusal: BailiwickError, until: number): void;
  clear(): void;
}

const MAX_UNKNOWN_TOKENS = 2000;

/** Bounded: the oldest one makes room. */
export function createUnknownTokens(limit = MAX_UNKNOWN_TOKENS): UnknownTokens {
  const refusals = new Map<string, { readonly refusal: BailiwickError; readonly until: number }>();
  return {
    get(digest, now) {
      const known = refusals.get(toKey(digest));
      return known && now < known.until ? known.refusal : undefined;
    },
    put(digest, refusal, until) {
      const key = toKey(digest);
      refusals.delete(key);
      refusals.set(key, { refusal, until });
      const oldest = refusals.size > limit ? refusals.keys().next().value : undefined;
      if (oldest !== undefined) refusals.delete(oldest);
    },
    clear: () => refusals.clear(),
  };
}
