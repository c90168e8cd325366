import { RE2JS } from 're2js';

/** What a regular expression may come to. Repetitions make a short text large. */
export interface PatternLimits {
  /** Of the text, in UTF-16 code units. */
  readonly length: number;
  /** Of the compiled program, in instructions. */
  readonly size: number;
}

/** Those of constants, which a reviewer has seen. */
export const CONSTANT_PATTERN: PatternLimits = { length: 4096, size: 10_000 };

/** Those of patterns that come with arguments or claims. */
export const COMPUTED_PATTERN: PatternLimits = { length: 200, size: 1000 };

/** An RE2 regular expression: its work is linear in the text, whatever the pattern. */
export interface Pattern {
  /** In instructions. */
  readonly size: number;
  /** Whether it is found anywhere in a text. */
  test(text: string): boolean;
}

const MAX_REMEMBERED = 200;
const remembered = new Map<string, Pattern | { readonly problem: string }>();

/** Compiled, or why not. */
export function toPattern(text: string, limits: PatternLimits): Pattern | { readonly problem: string } {
  if (text.length > limits.length) return tooLarge(`has more than ${limits.length} characters`);
  // Before anything is compiled, which takes time as well.
  if (estimate(text) > 10 * limits.size) return tooLarge('repeats too much');
  const pattern = remembered.get(text) ?? remember(text);
  return 'size' in pattern && pattern.size > limits.size ? tooLarge('repeats too much') : pattern;
}

function tooLarge(how: string): { readonly problem: string } {
  return { problem: `the regular expression ${how}` };
}

function remember(text: string): Pattern | { readonly problem: string } {
  const pattern = compile(text);
  const [oldest] = remembered.keys();
  if (remembered.size >= MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  remembered.set(text, pattern);
  return pattern;
}

function compile(text: string): Pattern | { readonly problem: string } {
  try {
    const compiled = RE2JS.compile(text);
    return { size: compiled.programSize(), test: (subject) => compiled.test(subject) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { problem: `not a regular expression that RE2 accepts: ${reason}` };
  }
}

/** What a pattern costs in steps that has to be compiled, or might have to be. */
export function stepsToCompile(text: string): number {
  const { length } = text;
  return length > COMPUTED_PATTERN.length ? 50 : 50 + 4 * length + Math.ceil(estimate(text) / 5);
}

/** Not less than what compiling takes: RE2 lets nested repetitions come to 1000 at most. */
function estimate(text: string): number {
  let times = 1;
  for (const [, least = '', most = ''] of text.matchAll(/\{(\d{1,9})(?:,(\d{0,9}))?\}/g)) {
    times = Math.min(1000, times * Math.max(1, Number(most === '' ? least : most)));
  }
  return text.length * times;
}
