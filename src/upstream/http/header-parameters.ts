import type { ParameterBinding } from '../../catalog/binding.ts';
import type { Json } from '../../catalog/json.ts';
import { invalidArgument } from './invalid-argument.ts';
import { toContentText } from './content-text.ts';
import { isJsonMediaType } from './media-type.ts';
import { joinSeparated, separatorOf, toParameterValue } from './parameter-value.ts';

/**
 * Headers that no argument sets: those OpenAPI 3.1.1 tells to ignore as parameters, those that carry identity, those with
 * which HTTP itself frames and routes a message, and those by which some servers take another method than the one that was
 * decided about.
 */
const OWN_HEADERS: ReadonlySet<string> = new Set(
  (
    'accept accept-encoding authorization connection content-length content-type cookie expect host keep-alive ' +
    'proxy-authorization proxy-connection te trailer transfer-encoding upgrade ' +
    'x-http-method x-http-method-override x-method-override'
  ).split(' '),
);

/**
 * The value of one header parameter (style `simple`, or a separator of Swagger 2.0), or `undefined` when it has none.
 *
 * Nothing is percent-encoded: a header is not a URL, and servers do not decode it (OpenAPI 3.1.1 Appendix D). What a
 * header cannot carry unchanged is therefore refused: line breaks and other control characters, characters outside
 * ISO 8859-1, white space at either end, a comma or `=` inside a member of a list.
 */
export function toHeaderValue(parameter: ParameterBinding, value: Json): string | undefined {
  const { argument, name, style, mediaType } = parameter;
  if (OWN_HEADERS.has(name.toLowerCase())) {
    throw invalidArgument(argument, `the header ${name} cannot be set by an argument`);
  }
  if (mediaType !== undefined) {
    const text = toContentText(value, mediaType, argument);
    return checked(argument, isJsonMediaType(mediaType) ? toAscii(text) : text);
  }
  const flat = toParameterValue(value, argument);
  if (flat === undefined) return undefined;
  if (flat.kind === 'primitive') return checked(argument, flat.text);
  const separator = separatorOf(style);
  if (separator !== undefined) {
    return joinSeparated(flat, separator, argument, (text) =>
      text === separator ? text : checked(argument, text),
    );
  }
  if (flat.kind === 'array') return flat.items.map((item) => member(argument, item, /,/)).join(',');
  const equals = parameter.explode ? '=' : ',';
  const delimiter = parameter.explode ? /[,=]/ : /,/;
  return flat.entries
    .map((entry) => entry.map((text) => member(argument, text, delimiter)).join(equals))
    .join(',');
}

/** True for text that arrives as a header's value exactly as it left. */
export function isHeaderText(text: string): boolean {
  return /^(?:[\x21-\x7E\x80-\xFF](?:[\t\x20-\x7E\x80-\xFF]*[\x21-\x7E\x80-\xFF])?)?$/.test(text);
}

function checked(argument: string, text: string): string {
  if (isHeaderText(text)) return text;
  throw invalidArgument(
    argument,
    'does not fit into a header: it holds a line break, a control character, a character outside ISO 8859-1, or begins or ends with white space',
  );
}

function member(argument: string, text: string, delimiter: RegExp): string {
  const found = delimiter.exec(text);
  if (found !== null) {
    throw invalidArgument(
      argument,
      `a member holds "${found[0]}", which separates the members of this header`,
    );
  }
  return checked(argument, text);
}

/** JSON with every character outside ASCII escaped. */
function toAscii(json: string): string {
  return json.replace(/[\x7F-\uFFFF]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
