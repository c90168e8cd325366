import { BOUNDS } from './constants.ts';
import { splitWords } from './words.ts';

const SIZE = 4;

/**
 * How often each run of four letters occurs in the words of a text, where a word's start and end count as letters. A word counts once,
 * however often it is written: nobody is more like a question by repeating its words.
 */
export function gramsOf(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of new Set(splitWords(text))) {
    const marked = `^${word}$`;
    const last = Math.max(0, marked.length - SIZE);
    for (let at = 0; at <= last; at += 1) {
      const gram = marked.slice(at, at + SIZE);
      counts.set(gram, (counts.get(gram) ?? 0) + 1);
    }
  }
  return counts;
}

/** Where a description's first sentence ends, if that is near. */
export function firstSentence(text: string): string {
  const cut = text.trimStart().slice(0, BOUNDS.gramCharacters);
  const end = /[.!?](?:\s|$)|\n/.exec(cut);
  return end ? cut.slice(0, end.index) : cut;
}
