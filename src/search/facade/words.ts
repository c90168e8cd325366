/** Longest name or query of which the words are read. */
const MAX_READ = 2_000;

/** The words of a name or a sentence: lower case, split at capitals and marks, plural `s` gone. */
export function wordsOf(text: string): string[] {
  return text
    .slice(0, MAX_READ)
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => (/^[a-z]{4,}s$/.test(word) && !word.endsWith('ss') ? word.slice(0, -1) : word));
}
