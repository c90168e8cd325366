import type { Json, JsonObject } from '../../catalog/json.ts';
import { isJsonObject } from '../../catalog/json.ts';
import { invalidArgument } from './invalid-argument.ts';

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

/** One value as text: a string as it is, anything else as JSON. */
export function toText(value: Json, argument: string): string {
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

/** The text of a parameter that is described by `content`: JSON, except that a string under another media type is itself. */
export function toContentText(value: Json, mediaType: string, argument: string): string {
  if (isJsonMediaType(mediaType) || typeof value !== 'string') return JSON.stringify(value);
  return toText(value, argument);
}

/** True for `application/json`, any `+json` type, and either with parameters. */
export function isJsonMediaType(mediaType: string): boolean {
  return /^[^;]*[/+]json\s*(;|$)/i.test(mediaType);
}
