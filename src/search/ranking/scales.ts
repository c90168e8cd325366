import { FIELD_NAMES } from './analysis.ts';
import { FIELDS } from './constants.ts';
import { FIELD_PLACES } from './postings.ts';
import type { Stock } from './stock.ts';

/** What an occurrence counts, by where it is. */
export interface Scales {
  /** By {@link placeIn} of the entry: weight of the field over its length against the mean length (BM25F). */
  readonly words: Float64Array;
  /** By slot: over the length of the document's vector of grams. */
  readonly letters: Float64Array;
  /** By slot. */
  readonly priors: Float64Array;
  /** By slot: a bit for each of `ACTIONS`. */
  readonly actions: Uint8Array;
}

/** Scales of a stock as it is, worked out once for each version of it. */
export function createScales(stock: Stock): () => Scales {
  let known: { readonly version: number; readonly scales: Scales } | undefined;
  return function scales() {
    if (known?.version !== stock.version) known = { version: stock.version, scales: scalesOf(stock) };
    return known.scales;
  };
}

function scalesOf(stock: Stock): Scales {
  const words = new Float64Array(stock.facts.length * FIELD_PLACES);
  const letters = new Float64Array(stock.facts.length);
  const priors = new Float64Array(stock.facts.length);
  const actions = new Uint8Array(stock.facts.length);
  const fields = FIELD_NAMES.map((name, field) => ({ ...FIELDS[name], mean: stock.meanLength(field) }));
  for (const [slot, facts] of stock.facts.entries()) {
    if (!facts) continue;
    letters[slot] = 1 / facts.gramLength;
    priors[slot] = facts.prior;
    actions[slot] = facts.actions;
    for (const [field, { weight, length, mean }] of fields.entries()) {
      words[slot * FIELD_PLACES + field] =
        weight / (1 - length + (length * (facts.lengths[field] ?? 0)) / mean);
    }
  }
  return { words, letters, priors, actions };
}
