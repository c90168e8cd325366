import type { ParameterBinding } from '../../catalog/binding.ts';
import type { Json, JsonObject } from '../../catalog/json.ts';
import { BailiwickError } from '../../errors.ts';
import { invalidArgument } from './invalid-argument.ts';
import { toContentText } from './content-text.ts';
import {
  argumentOf,
  joinSeparated,
  separatorOf,
  toParameterValue,
  type ParameterValue,
} from './parameter-value.ts';
import { encodeLiteral, encodeReservedSegment, encodeStrict, type Encode } from './percent-encoding.ts';

/** A `/` that is not inside an expression: a variable's name may hold one. */
const SEPARATOR = /\/(?![^{}]*\})/;
const EXPRESSION = /(\{[^{}]*\})/;

/**
 * The path of a request: every `{name}` of the template filled in.
 *
 * No argument can change the route. Reserved characters are percent-encoded, and an encoded `/` is not a `/` (RFC 3986
 * §2.2). For `.` that does not hold: `%2E%2E` is equivalent to `..` (§6.2.2.2), and URL parsers and proxies remove it
 * as a dot segment; so a segment that comes out as `.` or `..` is refused, and so is a value that comes out empty.
 *
 * @throws BailiwickError `INVALID_ARGUMENTS`; `CONFIGURATION` when the template names a variable that nothing fills.
 */
export function buildPath(
  template: string,
  parameters: readonly ParameterBinding[],
  args: JsonObject,
): string {
  const byName = new Map(parameters.filter((one) => one.in === 'path').map((one) => [one.name, one]));
  const path = template
    .split(SEPARATOR)
    .map((segment) => fillSegment(segment, template, byName, args))
    .join('/');
  return path.startsWith('/') ? path : `/${path}`;
}

function fillSegment(
  segment: string,
  template: string,
  byName: ReadonlyMap<string, ParameterBinding>,
  args: JsonObject,
): string {
  let last: ParameterBinding | undefined;
  const filled = segment
    .split(EXPRESSION)
    .map((part, index) => {
      if (index % 2 === 0) return encodeLiteral(part);
      const parameter = byName.get(part.slice(1, -1));
      if (parameter === undefined) {
        throw new BailiwickError(
          'CONFIGURATION',
          `path ${template}: no parameter fills ${part}; declare it in the OpenAPI document`,
        );
      }
      last = parameter;
      return expand(parameter, argumentOf(args, parameter.argument));
    })
    .join('');
  if (!isDotSegment(filled)) return filled;
  if (last !== undefined) {
    throw invalidArgument(
      last.argument,
      `would make "${filled}" a segment of the path, which changes the route`,
    );
  }
  throw new BailiwickError(
    'CONFIGURATION',
    `path ${template}: the segment "${filled}" leads out of the base URL; write the path without it in the OpenAPI document`,
  );
}

/** Servers drop what follows `;` (RFC 3986 §3.3) before they look for dot segments. */
function isDotSegment(segment: string): boolean {
  return /^(?:\.|%2e){1,2}(?:;.*)?$/is.test(segment);
}

function expand(parameter: ParameterBinding, value: Json | undefined): string {
  const { argument, mediaType } = parameter;
  if (value === undefined) throw invalidArgument(argument, 'is part of the path and missing');
  const expanded =
    mediaType === undefined
      ? expandStyle(parameter, toParameterValue(value, argument))
      : encodeStrict(toContentText(value, mediaType, argument));
  if (expanded === '') throw invalidArgument(argument, 'is part of the path and must not be empty');
  return expanded;
}

function expandStyle(parameter: ParameterBinding, value: ParameterValue | undefined): string {
  if (value === undefined) return '';
  const { style, explode, name, argument } = parameter;
  const encode: Encode = parameter.allowReserved ? encodeReservedSegment : encodeStrict;
  if (style === 'label') return expandLabel(value, explode, encode);
  if (style === 'matrix') return expandMatrix(value, explode, { name: encodeStrict(name), encode });
  const separator = separatorOf(style);
  if (separator !== undefined) return joinSeparated(value, separator, argument, encode);
  return joinValue(value, explode, ',', encode);
}

/** OpenAPI 3.1.1: `explode: false` gives `.a,b` (3.0.3 said `.a.b`). A dot inside an exploded member is encoded, so that it does not split it. */
function expandLabel(value: ParameterValue, explode: boolean, encode: Encode): string {
  if (!explode || value.kind === 'primitive') return `.${joinValue(value, false, ',', encode)}`;
  const encodeDots: Encode = (text, separators) => encode(text, separators).replaceAll('.', '%2E');
  return `.${joinValue(value, true, '.', encodeDots)}`;
}

/** RFC 6570 §3.2.7: `;name=value`, and `;name` alone where the value is empty. */
function expandMatrix(
  value: ParameterValue,
  explode: boolean,
  { name, encode }: { readonly name: string; readonly encode: Encode },
): string {
  const encodeMember: Encode = (text, separators = '') => encode(text, `${separators};=`);
  if (!explode || value.kind === 'primitive') {
    return toMatrixPair(name, joinValue(value, false, ',', encodeMember));
  }
  if (value.kind === 'array')
    return value.items.map((item) => toMatrixPair(name, encodeMember(item))).join('');
  return value.entries.map(([key, member]) => toMatrixPair(encodeMember(key), encodeMember(member))).join('');
}

function toMatrixPair(name: string, value: string): string {
  return value === '' ? `;${name}` : `;${name}=${value}`;
}

function joinValue(value: ParameterValue, explode: boolean, separator: string, encode: Encode): string {
  if (value.kind === 'primitive') return encode(value.text);
  const encodeMember = (text: string): string => encode(text, explode ? `${separator}=` : separator);
  if (value.kind === 'array') return value.items.map(encodeMember).join(separator);
  return value.entries
    .map(([key, member]) => `${encodeMember(key)}${explode ? '=' : separator}${encodeMember(member)}`)
    .join(separator);
}
