import { textTokens } from '../../compile/present/tokens.ts';
import type { Draft } from './draft.ts';
import { fitTokens } from './one-line.ts';

/** What the lines of an answer cost together, for each of them, in tokens: five stay below 250. */
const TOKENS_PER_LINE = 45;

/** What a sentence costs at most. */
const SENTENCE = 18;

/** Required arguments that are named. */
const MOST_REQUIRED = 10;

/** How many optional arguments, and variants, a line has room for in turn. */
const OPTIONAL = [3, 3];
const VARIANTS = [1, 2];

/** A line as far as it is written. */
interface Line {
  readonly draft: Draft;
  optional: number;
  sentence: string;
  variants: number;
}

export interface Written {
  readonly text: string;
  /** Keys of the variants that it names. */
  readonly variants: readonly string[];
}

/**
 * A line for each draft, `name(required, optional?) - sentence; also: variant (how it differs)`. Names and required arguments are
 * always there. What is left of the room goes to sentences, then to variants and optional arguments, to the better ones first.
 *
 * @param detail `name`: names and variants alone
 */
export function writeLines(drafts: readonly Draft[], detail: 'name' | 'signature'): Written[] {
  const lines = drafts.map((draft): Line => ({ draft, optional: 0, sentence: '', variants: 0 }));
  const isFull = detail === 'signature';
  let room = lines.length * TOKENS_PER_LINE;
  for (const line of lines) room -= costOf(line, isFull);
  const grow = (line: Line, change: Partial<Omit<Line, 'draft'>>): void => {
    const cost = costOf({ ...line, ...change }, isFull) - costOf(line, isFull);
    if (cost > room) return;
    room -= cost;
    Object.assign(line, change);
  };
  if (isFull) {
    for (const line of lines) {
      const sentence = fitTokens(line.draft.sentence, Math.min(SENTENCE, room - 1));
      if (sentence !== '') grow(line, { sentence });
    }
  }
  for (let turn = 0; turn < Math.max(OPTIONAL.length, VARIANTS.length); turn += 1) {
    for (const line of lines) addVariants(line, VARIANTS[turn] ?? 0, grow);
    if (isFull) for (const line of lines) addOptional(line, OPTIONAL[turn] ?? 0, grow);
  }
  return lines.map((line) => ({
    text: write(line, isFull),
    variants: line.draft.variants.slice(0, line.variants).map(({ key }) => key),
  }));
}

type Grow = (line: Line, change: Partial<Omit<Line, 'draft'>>) => void;

function addVariants(line: Line, count: number, grow: Grow): void {
  const most = Math.min(line.variants + count, line.draft.variants.length);
  while (line.variants < most) {
    const before = line.variants;
    grow(line, { variants: before + 1 });
    if (line.variants === before) return;
  }
}

function addOptional(line: Line, count: number, grow: Grow): void {
  const most = Math.min(line.optional + count, line.draft.parameters?.optional.length ?? 0);
  while (line.optional < most) {
    const before = line.optional;
    grow(line, { optional: before + 1 });
    if (line.optional === before) return;
  }
}

function costOf(line: Line, isFull: boolean): number {
  // The line's end.
  return textTokens(write(line, isFull)) + 1;
}

function write({ draft, optional, sentence, variants }: Line, isFull: boolean): string {
  const named = draft.variants.slice(0, variants).map(({ text }) => text);
  return [
    `${draft.kind}${draft.name}${isFull ? writeParameters(draft, optional) : ''}`,
    sentence === '' ? '' : ` - ${sentence}`,
    named.length === 0 ? '' : `; also: ${named.join(', ')}`,
  ].join('');
}

function writeParameters({ parameters }: Draft, optional: number): string {
  if (!parameters) return '';
  const names = [
    ...parameters.required.slice(0, MOST_REQUIRED),
    ...parameters.optional.slice(0, optional).map((name) => `${name}?`),
  ];
  const isCut = parameters.required.length > MOST_REQUIRED || optional < parameters.optional.length;
  return `(${[...names, ...(isCut ? ['…'] : [])].join(', ')})`;
}
