import { RANKING } from './constants.ts';
import type { Sums } from './score.ts';

/**
 * Words and letters, each as a share of the best among the slots: what cannot be found has no part in it. From 0 to 1, by place in
 * `slots`.
 */
export function likenessOf({ words, letters }: Sums, slots: readonly number[]): Float64Array {
  const whole = 1 + RANKING.gramWeight;
  const wordShare = 1 / whole / (greatest(words, slots) || 1);
  const letterShare = RANKING.gramWeight / whole / (greatest(letters, slots) || 1);
  const fits = new Float64Array(slots.length);
  for (let at = 0; at < slots.length; at += 1) {
    const slot = slots[at] as number;
    fits[at] = (words[slot] as number) * wordShare + (letters[slot] as number) * letterShare;
  }
  return fits;
}

/**
 * Adds to the likeness of each entry that to the sentence that it fits best, by words alone; both as a share of the best.
 *
 * @param fits - By place in `slots`; changed.
 * @param wordsOf - Sums by slot, good until it is called again.
 */
export function addSentences<Terms>(
  fits: Float64Array,
  slots: readonly number[],
  sentences: readonly Terms[],
  wordsOf: (sentence: Terms) => Float64Array,
): void {
  const bests = new Float64Array(fits.length);
  for (const sentence of sentences) {
    const words = wordsOf(sentence);
    const share = 1 / (greatest(words, slots) || 1);
    for (let at = 0; at < slots.length; at += 1) {
      const part = (words[slots[at] as number] as number) * share;
      if (part > (bests[at] as number)) bests[at] = part;
    }
  }
  const share = 1 / (fits.reduce((a, b) => Math.max(a, b), 0) || 1);
  for (let at = 0; at < fits.length; at += 1) {
    fits[at] = (fits[at] as number) * share + RANKING.sentenceWeight * (bests[at] as number);
  }
}

function greatest(sums: Float64Array, slots: readonly number[]): number {
  let found = 0;
  for (let at = 0; at < slots.length; at += 1) {
    const sum = sums[slots[at] as number] as number;
    if (sum > found) found = sum;
  }
  return found;
}
