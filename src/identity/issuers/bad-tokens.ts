import type { Finding } from './finding.ts';
import { toKey } from './token-cache.ts';

/** Tokens that were found bad at some cost, so that the same one costs nothing when it comes again. */
export interface BadTokens {
  get(digest: Buffer, now: number): Finding | undefined;
  put(digest: Buffer, finding: Finding, now: number): void;
  /** Forgets all of them: with other settings or keys they may be good. */
  clear(): void;
  readonly size: number;
}

const MAX_BAD_TOKENS = 2000;
/** Long for a flood, and short for somebody whom the directory of the issuer does not know yet. */
const REMEMBERED_MS = 10_000;

/** Bounded: the oldest one makes room. */
export function createBadTokens(limit = MAX_BAD_TOKENS): BadTokens {
  const findings = new Map<string, { readonly finding: Finding; readonly at: number }>();
  return {
    get(digest, now) {
      const known = findings.get(toKey(digest));
      // Where the clock was put back nobody knows how long ago it was.
      return known && Math.abs(now - known.at) < REMEMBERED_MS ? known.finding : undefined;
    },
    put(digest, finding, now) {
      const key = toKey(digest);
      findings.delete(key);
      findings.set(key, { finding, at: now });
      const oldest = findings.size > limit ? findings.keys().next().value : undefined;
      if (oldest !== undefined) findings.delete(oldest);
    },
    clear: () => findings.clear(),
    get size() {
      return findings.size;
    },
  };
}
