import { locate, toHome, type Home } from './location.ts';

/** A `$ref` with its value: in double quotes, in single quotes, or plain, on the same line or a later one. */
const REFERENCE =
  /\$ref["']?\s*:\s*(?:[>|][+-]?[ \t]*\n\s*)?(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\n]|'')*)'|([^\s"'#&*!|>%@`{[,\]}][^\n,}\]]*))/g;

const SELF = /\$self["']?\s*:\s*["']?([^\s"',]+)/;

/** By what names a document that is not parsed yet is referred to. */
export function homeOf(file: string, text: string): Home {
  return toHome(file, SELF.exec(text)?.[1]);
}

/**
 * The other documents that the references in a text may lead to, sorted: what has to be read before it can be compiled.
 * Looks at the text alone, so it may name one that only a comment or an example mentions.
 *
 * @param base The name of the document that the text is of; empty for the root document.
 */
export function findReferencedDocuments(text: string, base: string, home: Home): string[] {
  const found = new Set<string>();
  for (const [, double, single, plain] of text.matchAll(REFERENCE)) {
    const reference =
      double === undefined ? (single?.replaceAll("''", "'") ?? toPlain(plain)) : unescape(double);
    if (reference.startsWith('#')) continue;
    const { document } = locate(reference, base, home);
    if (document !== '' && document !== base) found.add(document);
  }
  return [...found].toSorted();
}

/** A comment ends a plain value. */
function toPlain(text = ''): string {
  const comment = text.search(/\s#/);
  return (comment < 0 ? text : text.slice(0, comment)).trim();
}

/** JSON and YAML escape alike what a reference may contain. */
function unescape(text: string): string {
  if (!text.includes('\\')) return text;
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return text;
  }
}
