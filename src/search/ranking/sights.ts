import type { SeenEntry, Sight } from '../../catalog/sight.ts';
import type { Stock } from './stock.ts';

/** What of a stock a sight sees: by slot the candidate, undefined where it sees none. */
export type Seen = readonly (Candidate | undefined)[];

/** An entry that may be found. */
export interface Candidate {
  readonly slot: number;
  /** In the sight: what is first among equals. */
  readonly place: number;
  readonly entry: SeenEntry;
}

/** What of the stock each sight sees, worked out once for a sight and a version of the stock. */
export function createSights(stock: Stock): (sight: Sight) => Seen {
  const known = new WeakMap<Sight, { readonly version: number; readonly seen: Seen }>();
  return function seenIn(sight) {
    const last = known.get(sight);
    if (last?.version === stock.version) return last.seen;
    const seen: (Candidate | undefined)[] = stock.facts.map(() => undefined);
    for (const [place, entry] of sight.entries.entries()) {
      const slot = stock.slotOf(entry.key);
      if (slot !== undefined && !seen[slot]) seen[slot] = { slot, place, entry };
    }
    known.set(sight, { version: stock.version, seen });
    return seen;
  };
}
