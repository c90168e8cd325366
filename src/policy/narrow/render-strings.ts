import { ALL_STRINGS, combineCuts, cutsOfPrefix, cutsOfStrings, type Cuts } from './cuts.ts';
import { MAX_LISTED } from './notes.ts';
import { escapePattern } from './pattern.ts';
import type { Said } from './render.ts';
import { stringPiecesOf, type StringPiece } from './strings.ts';
import { ofStrings } from './value-set.ts';

/** The most alternatives of a pattern, and how long it may be. */
const MAX_ALTERNATIVES = 40;
const MAX_PATTERN = 1_000;

const either = (a: boolean, b: boolean): boolean => a || b;
const both = (a: boolean, b: boolean): boolean => a && b;
const butNot = (a: boolean, b: boolean): boolean => a && !b;

/** What strings begin with as a pattern, and what of it is left out. */
export function renderStrings(strings: Cuts<string>, domain: Cuts<string>): Said {
  const covers = coversOf(strings);
  const pattern = toPattern(covers);
  const covered = pattern === undefined ? ALL_STRINGS : cutsOfPieces(covers);
  const isNews = combineCuts(domain, covered, butNot).length > 0;
  const within = combineCuts(isNews ? covered : domain, domain, both);

  const excluded: string[] = [];
  const prefixes: StringPiece[] = [];
  for (const piece of stringPiecesOf(combineCuts(within, strings, butNot))) {
    if (piece.kind === 'single') excluded.push(piece.text);
    if (piece.kind === 'prefix' && piece.text !== '') prefixes.push(piece);
  }
  const unwanted = toPattern(prefixes);
  let said = isNews ? covered : ALL_STRINGS;
  if (unwanted !== undefined) said = combineCuts(said, cutsOfPieces(prefixes), butNot);
  return {
    schema: isNews && pattern !== undefined ? { pattern } : {},
    said: ofStrings(said),
    excluded: excluded.length <= MAX_LISTED ? excluded : [],
    patterns: unwanted === undefined ? [] : [unwanted],
  };
}

/** The widest prefixes, and the single strings beside them, that strings are among. */
function coversOf(strings: Cuts<string>): StringPiece[] {
  const covers: StringPiece[] = [];
  for (const piece of stringPiecesOf(strings)) {
    const last = covers.at(-1);
    if (last !== undefined && last.kind !== 'single' && piece.text.startsWith(last.text)) continue;
    covers.push(piece);
  }
  return covers;
}

function cutsOfPieces(pieces: readonly StringPiece[]): Cuts<string> {
  const singles = pieces.filter(({ kind }) => kind === 'single').map(({ text }) => text);
  return pieces
    .filter(({ kind }) => kind !== 'single')
    .reduce((cuts, { text }) => combineCuts(cuts, cutsOfPrefix(text), either), cutsOfStrings(singles));
}

/** Undefined where there is nothing to say, or no way to say it. */
function toPattern(pieces: readonly StringPiece[]): string | undefined {
  if (pieces.length === 0 || pieces.length > MAX_ALTERNATIVES) return undefined;
  const alternatives: string[] = [];
  for (const { kind, text } of pieces) {
    const escaped = escapePattern(text);
    if (escaped === undefined || (kind !== 'single' && text === '')) return undefined;
    alternatives.push(kind === 'single' ? `${escaped}$` : escaped);
  }
  const pattern = alternatives.length === 1 ? `^${alternatives[0]}` : `^(?:${alternatives.join('|')})`;
  return pattern.length > MAX_PATTERN ? undefined : pattern;
}
