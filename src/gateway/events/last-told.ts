/** What was told last about each of many things: a bounded memory, of which the least recently asked about goes first. */
export interface LastTold {
  /** True where `what` was not the last that was told about `key`; from now on it is. */
  isNews(key: string, what: string): boolean;
  /** As if nothing had been told about `key`. */
  forget(key: string): void;
}

export function createLastTold(maxKeys: number): LastTold {
  const told = new Map<string, string>();
  return {
    isNews(key, what) {
      const before = told.get(key);
      told.delete(key);
      told.set(key, what);
      const oldest = told.size > maxKeys ? told.keys().next().value : undefined;
      if (oldest !== undefined) told.delete(oldest);
      return before !== what;
    },
    forget: (key) => void told.delete(key),
  };
}
