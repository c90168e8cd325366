import type { Finding } from './finding.ts';
import { toKey } from './token-cache.ts';

/** Tokens that were found bad at some cost, so that the same one costs nothing when it comes again. */
export interface BadTokens {
  get(digest: Buffer): Finding | undefined;
  put(digest: Buffer, finding: Finding): void;
  /** Forgets all of them: with other settings or keys they may be good. */
  clear(): void;
  readonly size: number;
}

const MAX_BAD_TOKENS = 2000;

/** Bounded: the oldest one makes room. */
export function createBadTokens(limit = MAX_BAD_TOKENS): BadTokens {
  const findings = new Map<string, Finding>();
  return {
    get: (digest) => findings.get(toKey(digest)),
    put(digest, finding) {
      if (findings.size >= limit) {
        const [oldest] = findings.keys();
        if (oldest !== undefined) findings.delete(oldest);
      }
      findings.set(toKey(digest), finding);
    },
    clear: () => findings.clear(),
    get size() {
      return findings.size;
    },
  };
}
