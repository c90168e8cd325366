import { createBreaker, type Breaker, type BreakerOptions } from './breaker.ts';

/** The most breakers that are kept; those that are closed go first, the longest unused ones before others. */
const MAX_BREAKERS = 1_000;

/** A breaker for each credential that is shown to an upstream: what one is refused is no fault of the others. */
export interface Breakers {
  of(shareKey: string): Breaker;
  /** The upstream can be reached again. */
  retryNow(): void;
}

export function createBreakers(options: BreakerOptions): Breakers {
  const breakers = new Map<string, Breaker>();
  const of = (shareKey: string): Breaker => {
    const breaker = breakers.get(shareKey) ?? createBreaker(options);
    breakers.delete(shareKey);
    breakers.set(shareKey, breaker);
    if (breakers.size > MAX_BREAKERS) {
      const [oldest] =
        [...breakers].find(([, one]) => !one.isOpen()) ?? breakers.entries().next().value ?? [];
      if (oldest !== undefined) breakers.delete(oldest);
    }
    return breaker;
  };
  return {
    of,
    retryNow() {
      for (const breaker of breakers.values()) breaker.retryNow();
    },
  };
}
