import { toVisibleText } from '../../compile/mcp/text.ts';
import { textTokens } from '../../compile/present/tokens.ts';

/** Longest text that is read for a line: what lies beyond would be cut anyway. */
const MAX_READ = 2_000;

/** Somebody else's text on one line, in which nothing is hidden: it cannot look like a line of ours. */
export function toOneLine(text: string, most = MAX_READ): string {
  const line = toVisibleText(text.slice(0, most * 2))
    .replace(/\s+/g, ' ')
    .trim();
  return line.length <= most ? line : `${wholeCharacters(line.slice(0, most - 1))}…`;
}

/** Letters behind which a full stop does not end a sentence. */
const ABBREVIATED = /(?:^|[\s(])(?:e\.g|i\.e|etc|vs|cf|no|approx|[A-Z])\.$/i;

/**
 * The first sentence of a description, on one line: of its first paragraph, or heading, unless that is a single word. A warning that it
 * is deprecated goes with the sentence behind it.
 */
export function firstSentence(description: string): string {
  const paragraphs = description
    .slice(0, MAX_READ)
    .split(/\r?\n\s*\n/)
    .map((paragraph) => toOneLine(paragraph).replace(/^#+\s*/, ''))
    .filter((paragraph) => paragraph !== '');
  const [first = '', second = ''] = paragraphs;
  const line = first.includes(' ') || second === '' ? first : `${first.replace(/[.:]$/, '')}: ${second}`;
  const marked = /^deprecated[.:!]\s+/i.exec(line);
  const rest = marked ? line.slice(marked[0].length) : line;
  const sentence = cutAtSentence(rest).replace(/[.。]$/u, '');
  return marked ? `Deprecated: ${sentence}` : sentence;
}

function cutAtSentence(line: string): string {
  for (const match of line.matchAll(/[.!?](?=\s)|[。！？]/gu)) {
    const sentence = line.slice(0, match.index + match[0].length);
    if (!ABBREVIATED.test(sentence)) return sentence;
  }
  return line;
}

/** As many whole words as cost at most that many tokens; `…` marks the cut. Empty where that leaves next to nothing. */
export function fitTokens(line: string, tokens: number): string {
  if (textTokens(line) <= tokens) return line;
  let text = line;
  while (text !== '' && textTokens(text) + 1 > tokens) {
    const words = text.lastIndexOf(' ');
    // A script without spaces is cut between letters.
    const next = words > text.length - 24 && words > 0 ? words : Math.floor(text.length * 0.9);
    text = wholeCharacters(text.slice(0, Math.min(next, text.length - 1)));
  }
  return text.length < 8 && line.length > 8 ? '' : `${text.replace(/[\s,;:(-]+$/u, '')}…`;
}

function wholeCharacters(text: string): string {
  return text.replace(/[\uD800-\uDBFF]$/, '');
}
