import type { SearchDocument } from '../document.ts';

/** Names of parameters that a text has, at most: those of a large body say little more. */
const MAX_NAMES = 60;

/**
 * What is embedded of an entry: name, source, description, names of parameters, hints; the same for everybody. What says most stands
 * first, because texts are cut.
 */
export function toEntryText(document: SearchDocument, maxCharacters: number): string {
  const { name, title, source, description, parameterNames, hints } = document;
  const words = name.replaceAll(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2').replaceAll(/[_\-./:{}]+/g, ' ');
  const names = [...new Set(parameterNames)].slice(0, MAX_NAMES);
  const lines = [
    `${words.trim()} (${source})`,
    title === undefined || title === name ? '' : title,
    hints.join('; '),
    description,
    names.length === 0 ? '' : `Parameters: ${names.join(', ')}`,
  ];
  return cutText(lines.filter((line) => line !== '').join('\n'), maxCharacters);
}

/** White space made single, and never half a character at the end. */
export function cutText(text: string, maxCharacters: number): string {
  const cut = text.slice(0, maxCharacters * 4).replaceAll(/[^\S\n]+/g, ' ');
  return cut.trim().slice(0, maxCharacters).toWellFormed();
}
