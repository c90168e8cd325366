import type { ParameterStyle } from '../../catalog/binding.ts';
import type { Json, JsonObject } from '../../catalog/json.ts';
import { isJsonObject } from '../../catalog/json.ts';
import { invalidArgument } from './invalid-argument.ts';
import type { Encode } from './percent-encoding.ts';

/** An argument as the serialisation styles see it: text, a list of texts, or pairs of texts. */
export type ParameterValue =
  | { readonly kind: 'primitive'; readonly text: string }
  | { readonly kind: 'array'; readonly items: readonly string[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [key: string, value: string])[] };

/**
 * The form in which a style serialises a value, or `undefined` for what RFC 6570 §2.3 calls undefined: `null`, a list or
 * map without members. Members that are `null` are left out. A list or map inside another has no defined serialisation
 * and is written as JSON.
 */
export function toParameterValue(value: Json, argument: string): ParameterValue | undefined {
  if (value === null) return undefined;
  if (Array.isArray(value)) {
    const items = value.filter((item) => item !== null).map((item) => toText(item, argument));
    return items.length === 0 ? undefined : { kind: 'array', items };
  }
  if (isJsonObject(value)) {
    const entries = Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([key, member]) => [toText(key, argument), toText(member, argument)] as const);
    return entries.length === 0 ? undefined : { kind: 'object', entries };
  }
  return { kind: 'primitive', text: toText(value, argument) };
}

/** The members of a list, or the keys and values of an object in turn. */
export function toMembers(value: Exclude<ParameterValue, { kind: 'primitive' }>): readonly string[] {
  return value.kind === 'array' ? value.items : value.entries.flat();
}

/** The character between the members of a value, of the styles that are nothing but such a character. */
export function separatorOf(style: ParameterStyle): string | undefined {
  if (style === 'spaceDelimited') return ' ';
  if (style === 'pipeDelimited') return '|';
  return style === 'tabDelimited' ? '\t' : undefined;
}

/**
 * The members with a separator between them that is encoded like the members themselves (OpenAPI 3.1.1 Appendix E), so a member
 * that holds it would split unseen: refused.
 */
export function joinSeparated(
  value: ParameterValue,
  separator: string,
  argument: string,
  encode: Encode,
): string {
  if (value.kind === 'primitive') return encode(value.text);
  const members = toMembers(value);
  if (members.some((member) => member.includes(separator))) {
    throw invalidArgument(
      argument,
      `a member holds ${JSON.stringify(separator)}, which separates the members of this parameter`,
    );
  }
  return members.map((member) => encode(member)).join(encode(separator));
}

/** One value as text: a string as it is, a whole number in digits however large, anything else as JSON. */
export function toText(value: Json, argument: string): string {
  if (Number.isInteger(value)) return BigInt(value as number).toString();
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (!text.isWellFormed()) {
    throw invalidArgument(argument, 'holds half of a surrogate pair, which has no UTF-8 form');
  }
  return text;
}

/** The argument's value, or `undefined` when the call does not have it. Inherited members do not count. */
export function argumentOf(args: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(args, name) ? args[name] : undefined;
}
