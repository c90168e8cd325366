import { FIELD_NAMES } from './analysis.ts';
import { FIELDS } from './constants.ts';
import { countOf, FIELD_PLACES, slotOf } from './postings.ts';
import { gramRarity, logOf } from './rarity.ts';
import type { Stock } from './stock.ts';

/** What an occurrence counts, by where it is. */
export interface Scales {
  /** By {@link placeIn} of the entry: weight of the field over its length against the mean length (BM25F). */
  readonly words: Float64Array;
  /** By slot: one over the length of its vector of grams, each by how often it occurs and how rare it is. */
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
  const letters = lettersOf(stock);
  const priors = new Float64Array(stock.facts.length);
  const actions = new Uint8Array(stock.facts.length);
  const fields = FIELD_NAMES.map((name, field) => ({ ...FIELDS[name], mean: stock.meanLength(field) }));
  for (const [slot, facts] of stock.facts.entries()) {
    if (!facts) continue;
    priors[slot] = facts.prior;
    actions[slot] = facts.actions;
    for (const [field, { weight, length, mean }] of fields.entries()) {
      words[slot * FIELD_PLACES + field] =
        weight / (1 - length + (length * (facts.lengths[field] ?? 0)) / mean);
    }
  }
  return { words, letters, priors, actions };
}

/**
 * One over the length of each document's vector of grams. Squares are summed in whole millionths: the sum is the same to the last bit in
 * whatever order documents came.
 */
function lettersOf({ grams, facts, size }: Stock): Float64Array {
  const squares = new Float64Array(facts.length);
  for (const { entries, documents } of grams.rows()) {
    const weight = gramRarity(size, documents);
    for (const entry of entries) {
      const slot = slotOf(entry);
      squares[slot] = (squares[slot] as number) + Math.round((weight * logOf(countOf(entry))) ** 2 * 1e6);
    }
  }
  return squares.map((square) => (square === 0 ? 0 : 1 / Math.sqrt(square)));
}
