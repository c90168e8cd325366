/** What was found out a moment ago, so that it costs nothing when the same comes again. Bounded: the oldest makes room. */
export interface Recent<T> {
  get(key: string, now: number): T | undefined;
  /** @param forMs how long it is remembered; the same key anew begins anew */
  put(key: string, value: T, now: number, forMs: number): void;
  clear(): void;
  readonly size: number;
}

/** @param most entries that are kept */
export function createRecent<T>(most: number): Recent<T> {
  const entries = new Map<string, { readonly value: T; readonly at: number; readonly forMs: number }>();
  return {
    get(key, now) {
      const entry = entries.get(key);
      // Where the clock was put back nobody knows how long ago it was.
      return entry && Math.abs(now - entry.at) < entry.forMs ? entry.value : undefined;
    },
    put(key, value, now, forMs) {
      entries.delete(key);
      entries.set(key, { value, at: now, forMs });
      const oldest = entries.size > most ? entries.keys().next().value : undefined;
      if (oldest !== undefined) entries.delete(oldest);
    },
    clear: () => entries.clear(),
    get size() {
      return entries.size;
    },
  };
}
