import type { MissingHints } from '../../audit/searches/summary.ts';
import { HINT, MAX_HINTS } from '../../catalog/hints.ts';

/** The longest hint. */
const MOST_CHARACTERS = 100;

/** How often a question has to lead to what destroys before it is proposed as a hint of it. */
const SURE = 2;

/**
 * What was asked for tools that were not told, as a file of hints holds it: by source and tool, the questions. What stood in a
 * question that no hint may hold is left out; a question of which something was masked, all of it. What destroys is to be found by words that were asked more than once: a hint puts
 * it in front of everybody.
 *
 * @returns YAML; empty where nothing is missing
 */
export function toHintLines(missing: readonly MissingHints[]): string {
  const hinted = missing.flatMap(({ target, access, questions }) => {
    const slash = target.indexOf('/');
    const source = target.slice(0, Math.max(0, slash));
    const least = access === 'destructive' ? SURE : 1;
    const hints = questions.flatMap(({ question, times }) => (times < least ? [] : (toHint(question) ?? [])));
    // Only tools have hints, and those of hostile records have names that no tool has.
    return hints.length > 0 && isName(source) && isName(target.slice(slash + 1))
      ? [{ source, tool: target.slice(slash + 1), hints: [...new Set(hints)].slice(0, MAX_HINTS) }]
      : [];
  });
  const lines = [...Map.groupBy(hinted, ({ source }) => source)].flatMap(([source, tools]) => [
    `${source}:`,
    ...tools.flatMap(({ tool, hints }) => [
      `  ${tool}:`,
      ...hints.map((hint) => `    - ${JSON.stringify(hint)}`),
    ]),
  ]);
  return lines.map((line) => `${line}\n`).join('');
}

function isName(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(text) && !YAML_WORDS.has(text.toLowerCase());
}

/** Texts that some readers of YAML take for no text. */
const YAML_WORDS: ReadonlySet<string> = new Set([
  'y',
  'n',
  'yes',
  'no',
  'on',
  'off',
  'true',
  'false',
  'null',
]);

/** Undefined where nothing is left that may be a hint. */
function toHint(question: string): string | undefined {
  if (/\[[a-z ]+\]/.test(question)) return undefined;
  const clean = question
    .replaceAll(/\b\w{1,20}:\/\/\S*/g, ' ')
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}<>`\s]+/gu, ' ')
    .trim();
  const hint = clean.length <= MOST_CHARACTERS ? clean : (/^.{1,100}(?=\s)/u.exec(clean)?.[0] ?? '');
  return HINT.test(hint) ? hint : undefined;
}
