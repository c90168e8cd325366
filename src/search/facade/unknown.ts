import type { JsonObject } from '../../catalog/json.ts';
import type { Sight } from '../../catalog/sight.ts';
import { sayError } from './answer.ts';
import { suggest } from '../../text/suggest.ts';
import { BUILT_IN } from './definitions.ts';
import { suggestNames } from './suggestions.ts';
import { meaningOf } from './forgive/names.ts';

/** Longest name of a caller's that is repeated. */
const MAX_ECHO = 200;

/** Things that fit a name equally well that are told. */
const MOST_FITTING = 5;

/**
 * What is told of a name that means nothing to this caller, or too much: the same whether there is such a thing that it may not see, or none.
 *
 * @param code of the road that it was looked for on
 */
export function sayUnknown(
  name: string,
  sight: Sight,
  code: 'UNKNOWN_TOOL' | 'UNKNOWN_RESOURCE' | 'UNKNOWN_PROMPT' = 'UNKNOWN_TOOL',
): JsonObject {
  const meaning = meaningOf(name, sight);
  const fitting = meaning.kind === 'unclear' ? meaning.fitting.map(({ shown }) => shown) : [];
  const suggestions = fitting.length > 0 ? fitting.slice(0, MOST_FITTING) : suggestAny(name, sight);
  const noun = code.slice('UNKNOWN_'.length).toLowerCase();
  const head = name.slice(0, MAX_ECHO).toWellFormed();
  const echoed = name.length <= MAX_ECHO ? head : `${head}… (${name.length} characters)`;
  const advice =
    suggestions.length === 0
      ? 'find_tools finds tools by what they do.'
      : `${fitting.length > 1 ? 'It may be one of' : 'Did you mean'}: ${suggestions.join(', ')}${fitting.length > 1 ? '.' : '?'}`;
  return sayError(code, `Unknown ${noun}: ${echoed}. ${advice}`, { suggestions });
}

/** A built-in tool is suggested for how a name is spelled alone, to everybody alike. */
function suggestAny(name: string, sight: Sight): string[] {
  const builtIn = suggest(name, BUILT_IN);
  return builtIn === undefined ? suggestNames(name, sight) : [builtIn];
}
