import type { SeenEntry, Sight } from '../../catalog/sight.ts';
import type { Stock } from './stock.ts';

/** What of a stock a sight sees. */
export interface Seen {
  /** By slot the place of its entry among the sight's; -1 where it sees none. */
  readonly placeOf: Int32Array;
  readonly entries: readonly SeenEntry[];
}

/** What of the stock each sight sees, worked out once for a sight and a version of the stock. */
export function createSights(stock: Stock): (sight: Sight) => Seen {
  const known = new WeakMap<Sight, { readonly version: number; readonly seen: Seen }>();
  return function seenIn(sight) {
    const last = known.get(sight);
    if (last?.version === stock.version) return last.seen;
    const placeOf = new Int32Array(stock.facts.length).fill(-1);
    for (const [place, { key }] of sight.entries.entries()) {
      const slot = stock.slotOf(key);
      if (slot !== undefined && placeOf[slot] === -1) placeOf[slot] = place;
    }
    const seen = { placeOf, entries: sight.entries };
    known.set(sight, { version: stock.version, seen });
    return seen;
  };
}
