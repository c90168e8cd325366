import type { KeySettings } from './principal-settings.ts';
import { expiryOf, toKeyName } from './static-keys.ts';

/** A key of the configuration, by its short name: never the key, never its hash. */
export interface KeyFacts {
  readonly key: string;
  readonly principal: string;
  readonly expires?: string;
}

export interface KeyChanges {
  readonly added: readonly KeyFacts[];
  readonly removed: readonly KeyFacts[];
  /** Keys that speak for another principal, or expire at another time, as they are now. */
  readonly changed: readonly KeyFacts[];
}

/** What became of the keys of a configuration between two versions of it. */
export function compareKeys(before: readonly KeySettings[], after: readonly KeySettings[]): KeyChanges {
  const known = byHash(before);
  const current = byHash(after);
  return {
    added: after.filter((key) => !known.has(idOf(key))).map(toFacts),
    removed: before.filter((key) => !current.has(idOf(key))).map(toFacts),
    changed: after
      .filter((key) => {
        const other = known.get(idOf(key));
        return other && (other.principal !== key.principal || other.expires !== key.expires);
      })
      .map(toFacts),
  };
}

/** Keys that are refused at this instant because their time is over. */
export function expiredKeys(keys: readonly KeySettings[], now: number): KeyFacts[] {
  return keys.filter((key) => now >= expiryOf(key)).map(toFacts);
}

function byHash(keys: readonly KeySettings[]): Map<string, KeySettings> {
  return new Map(keys.map((key) => [idOf(key), key]));
}

function idOf(key: KeySettings): string {
  return key.hash.toLowerCase();
}

function toFacts(key: KeySettings): KeyFacts {
  const { principal, expires, hash } = key;
  return { key: toKeyName(hash), principal, ...(expires !== undefined && { expires }) };
}
