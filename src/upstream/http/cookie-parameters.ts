import type { ParameterBinding } from '../../catalog/binding.ts';
import type { Json } from '../../catalog/json.ts';
import { toContentText } from './content-text.ts';
import { invalidArgument } from './invalid-argument.ts';
import { encodeReserved, encodeStrict, type Encode } from './percent-encoding.ts';
import { toStyledPairs, type WirePair } from './styled-pairs.ts';

/**
 * The pairs that one cookie parameter becomes. Style `form` is percent-encoded; with `allowReserved` what RFC 6265 §4.1.1
 * keeps out of a cookie is encoded all the same. Style `cookie` (OpenAPI 3.2) passes values unchanged, so what would end
 * the value is refused.
 */
export function toCookiePairs(parameter: ParameterBinding, value: Json): WirePair[] {
  const { name, argument, style, mediaType, allowReserved } = parameter;
  if (mediaType !== undefined) {
    return [{ name, value: encodeStrict(toContentText(value, mediaType, argument)) }];
  }
  if (style !== 'cookie')
    return toStyledPairs(parameter, value, allowReserved ? encodeForCookie : encodeStrict);
  const pairs = toStyledPairs({ ...parameter, style: 'form' }, value, checkerOf(argument));
  const illegal = pairs.find((pair) => !TOKEN.test(pair.name));
  if (illegal === undefined) return pairs.map((pair) => ({ ...pair, isVerbatim: true }));
  throw invalidArgument(argument, `${JSON.stringify(illegal.name)} cannot be the name of a cookie`);
}

/** RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

function encodeForCookie(text: string, separators = ''): string {
  return encodeReserved(text, `${separators};,`);
}

function checkerOf(argument: string): Encode {
  return (text, separators = '') => {
    const found = separators.split('').find((separator) => text.includes(separator));
    if (found !== undefined) {
      throw invalidArgument(
        argument,
        `a member holds "${found}", which separates the members of this cookie`,
      );
    }
    if (/^[\x21-\x3A\x3C-\x7E](?:[\x20-\x3A\x3C-\x7E]*[\x21-\x3A\x3C-\x7E])?$|^$/.test(text)) return text;
    throw invalidArgument(
      argument,
      'does not fit into a cookie: it holds `;`, a control character, a character outside ASCII, or begins or ends with a space',
    );
  };
}
