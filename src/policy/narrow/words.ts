import { mentionedPathsOf } from './argument-path.ts';
import type { Region } from './region.ts';
import { isCovered, type Part, type Solution } from './solve.ts';
import type { Shape } from './shape.ts';

/** The longest that is said; what would be longer is said without conditions. */
const MAX_WORDS = 600;

/** The most arguments that are named where conditions are not written out. */
const MAX_NAMED = 8;

/**
 * What limits leave unsaid of a region, in one sentence or two; undefined where they leave nothing unsaid.
 *
 * @param said what the limits and the schema let through
 */
export function wordsFor(region: Region, solution: Solution, said: Shape): string | undefined {
  if (isCovered(said, solution.boxes)) return undefined;
  const permits = wordsForPermits(solution, said);
  const denies = [
    ...new Set(solution.denies.filter((part) => !isCovered(said, part.boxes)).map(({ text }) => text)),
  ];
  const sentences = [
    ...(permits.length === 0 ? [] : [`Permitted only where ${permits.map(quote).join(' or ')}.`]),
    ...(denies.length === 0 ? [] : [`Not permitted where ${denies.map(quote).join(' or ')}.`]),
  ];
  const words = sentences.join(' ');
  return words !== '' && words.length <= MAX_WORDS ? words : vagueWords(region);
}

/** As few conditions as say what is not said yet; none where all is. */
function wordsForPermits({ permits }: Solution, said: Shape): string[] {
  const unsaid = permits.map((parts) => parts.filter((part) => !isCovered(said, part.boxes)));
  if (unsaid.some((parts) => parts.length === 0)) return [];
  const single = unsaid.length === 1 ? unsaid : permits;
  return [...new Set(single.map(writeParts))];
}

function writeParts(parts: readonly Part[]): string {
  if (parts.length === 1) return parts.map(({ text }) => text).join('');
  // An `||` or a conditional would be read the other way without parentheses.
  return parts.map(({ text }) => (/\|\||\?/.test(text) ? `(${text})` : text)).join(' && ');
}

/** CEL in Markdown; a grave accent of its own would end it. */
function quote(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

function vagueWords({ permits, denies }: Region): string {
  const names = new Set<string>();
  for (const expression of [...permits, ...denies]) {
    for (const path of mentionedPathsOf(expression)) if (path.length > 0) names.add(path.join('.'));
  }
  const named = [...names].toSorted().slice(0, MAX_NAMED);
  const rest = names.size - named.length;
  const quoted = named.map((name) => `\`${name}\``);
  const list = [...quoted, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
  const words =
    list === '' ? '' : `What is permitted depends on ${list}, by rules that are too long to be given here.`;
  return words !== '' && words.length <= MAX_WORDS
    ? words
    : 'What is permitted depends on rules that are too long to be given here.';
}
