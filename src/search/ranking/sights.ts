import type { SeenEntry, Sight } from '../../catalog/sight.ts';
import type { Language } from './language.ts';
import { shownTimes, type ShownTimes } from './shown-arguments.ts';
import type { Stock } from './stock.ts';

/** What of a stock a sight sees. */
export interface Seen {
  /** By slot the place of its entry among the sight's; -1 where it sees none. */
  readonly placeOf: Int32Array;
  readonly entries: readonly SeenEntry[];
  /** By slot, for tools of whose arguments it sees less than the stock has. */
  readonly shownTimes: ReadonlyMap<number, ShownTimes>;
  /** By slot, of entries that are renamed where they are seen, the terms that their names have by that. */
  readonly newNames: ReadonlyMap<number, ReadonlySet<string>>;
}

/** What of the stock each sight sees, worked out once for a sight and a version of the stock. */
export function createSights(stock: Stock, language: Language): (sight: Sight) => Seen {
  const known = new WeakMap<Sight, { readonly version: number; readonly seen: Seen }>();
  return function seenIn(sight) {
    const last = known.get(sight);
    if (last?.version === stock.version) return last.seen;
    const placeOf = new Int32Array(stock.facts.length).fill(-1);
    const times = new Map<number, ShownTimes>();
    const newNames = new Map<number, ReadonlySet<string>>();
    for (const [place, entry] of sight.entries.entries()) {
      const slot = stock.slotOf(entry.key);
      if (slot === undefined || placeOf[slot] !== -1) continue;
      placeOf[slot] = place;
      if (entry.hidesArguments) times.set(slot, shownTimes(entry, language));
      if (entry.isRenamed) newNames.set(slot, newTerms(entry, language));
    }
    const seen = { placeOf, entries: sight.entries, shownTimes: times, newNames };
    known.set(sight, { version: stock.version, seen });
    return seen;
  };
}

function newTerms({ shown, own }: SeenEntry, language: Language): ReadonlySet<string> {
  const known = new Set(language.terms(own));
  return new Set(language.terms(shown).filter((term) => !known.has(term)));
}
