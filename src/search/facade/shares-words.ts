import type { SeenEntry } from '../../catalog/sight.ts';
import { wordsOf } from './words.ts';

/** Shorter words, and these, say nothing of what is wanted. */
const SHORTEST = 3;
const EMPTY = new Set(
  'and are can for from get has have how into its not one our out please show that the them then there this use want what when where which who with you your all any'.split(
    ' ',
  ),
);

/** Letters by which two forms of a word are taken for the same. */
const STEM = 5;

/** Whether any word of a query that says something is among the words of what was found: in names, descriptions or hints. */
export function sharesWords(query: string, found: readonly SeenEntry[]): boolean {
  const wanted = new Set(wordsOf(query).filter(saysSomething).flatMap(toStems));
  if (wanted.size === 0) return true;
  return found.some((entry) =>
    textsOf(entry).some((text) =>
      wordsOf(text)
        .flatMap(toStems)
        .some((stem) => wanted.has(stem)),
    ),
  );
}

function textsOf({ shown, source, tool, present }: SeenEntry): string[] {
  const { title, description, name } = present();
  const own = [title, description, name].filter((text) => typeof text === 'string');
  return [shown, source, ...own, ...(tool?.attributes.tags ?? []), ...(tool?.hints ?? [])];
}

function saysSomething(word: string): boolean {
  return !/^[a-z]+$/.test(word) || (word.length >= SHORTEST && !EMPTY.has(word));
}

/** What is written without spaces is compared by pairs of letters. */
function toStems(word: string): string[] {
  if (/^[\p{Script=Latin}\p{N}]+$/u.test(word)) return [word.slice(0, STEM)];
  const letters = Array.from(word);
  return letters.length < 2 ? [word] : letters.slice(1).map((letter, at) => `${letters[at] ?? ''}${letter}`);
}
