import type { Proof } from '../proof.ts';
import type { KeyRecord } from './key-record.ts';

/** A key that was found in the store. */
export interface KnownKey {
  readonly digest: string;
  record: KeyRecord;
  /** Absent where nobody can be it any more: the configuration does not name the principal. */
  proof: Proof | undefined;
  /** When the store was asked that said so. */
  confirmedAt: number;
  /** It may have changed: the store has to be asked before it counts again. */
  isDoubtful: boolean;
}

/** Keys in memory, by digest and by name: bounded, of which the least recently used goes first. */
export interface KnownKeys {
  get(digest: string): KnownKey | undefined;
  /** The same, which from now on is the most recently used one. */
  use(digest: string): KnownKey | undefined;
  byName(name: string): KnownKey | undefined;
  add(key: KnownKey): void;
  delete(key: KnownKey): void;
  all(): KnownKey[];
  clear(): void;
}

export function createKnownKeys(capacity: number): KnownKeys {
  const byDigest = new Map<string, KnownKey>();
  const byName = new Map<string, KnownKey>();
  const remove = (key: KnownKey): void => {
    byDigest.delete(key.digest);
    byName.delete(key.record.name);
  };
  return {
    get: (digest) => byDigest.get(digest),
    use(digest) {
      const known = byDigest.get(digest);
      if (known) {
        byDigest.delete(digest);
        byDigest.set(digest, known);
      }
      return known;
    },
    byName: (name) => byName.get(name),
    add(key) {
      byDigest.set(key.digest, key);
      byName.set(key.record.name, key);
      const oldest = byDigest.size > capacity ? byDigest.values().next().value : undefined;
      if (oldest) remove(oldest);
    },
    delete: remove,
    all: () => [...byDigest.values()],
    clear() {
      byDigest.clear();
      byName.clear();
    },
  };
}
