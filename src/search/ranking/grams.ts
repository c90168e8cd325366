import { BOUNDS } from './constants.ts';
import { splitWords } from './words.ts';

const SIZE = 4;

/**
 * Each run of four letters in the words of a text, where a word's start and end count as letters. A word counts once, however often it
 * is written: nobody is more like a question by repeating its words.
 */
export function gramsOf(text: string): string[] {
  const grams: string[] = [];
  for (const word of new Set(splitWords(text))) {
    const marked = `^${word}$`;
    const last = Math.max(0, marked.length - SIZE);
    for (let at = 0; at <= last; at += 1) grams.push(marked.slice(at, at + SIZE));
  }
  return grams;
}

/** Where a description's first sentence ends, if that is near. */
export function firstSentence(text: string): string {
  const cut = text.trimStart().slice(0, BOUNDS.gramCharacters);
  const end = /[.!?](?:\s|$)|\n/.exec(cut);
  return end ? cut.slice(0, end.index) : cut;
}
