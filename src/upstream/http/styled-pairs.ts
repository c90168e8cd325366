import type { ParameterBinding } from '../../catalog/binding.ts';
import type { Json } from '../../catalog/json.ts';
import { toNestedPairs } from './nested-pairs.ts';
import { joinSeparated, separatorOf, toMembers, toParameterValue } from './parameter-value.ts';
import type { Encode } from './percent-encoding.ts';

/** One `name=value` of a query string, a cookie or a form. */
export interface WirePair {
  /** Decoded. */
  readonly name: string;
  /** As it is written: percent-encoded where the place asks for it. */
  readonly value: string;
  /** The name is written as it is: style `cookie`. */
  readonly isVerbatim?: boolean;
}

/**
 * The pairs that a value becomes in one of the styles of a query, which cookies and forms share. None for a value that
 * RFC 6570 §2.3 calls undefined.
 *
 * What OpenAPI 3.1.1 calls *n/a*: an exploded list whose style is a separator is sent as exploded `form`.
 */
export function toStyledPairs(
  parameter: Pick<ParameterBinding, 'name' | 'argument' | 'style' | 'explode'>,
  value: Json,
  encode: Encode,
): WirePair[] {
  const { name, argument, style, explode } = parameter;
  if (style === 'deepObject') {
    const pairs = toNestedPairs(name, value, 'brackets', argument);
    return pairs.map((pair) => ({ name: pair.name, value: encode(pair.text) }));
  }
  const flat = toParameterValue(value, argument);
  if (flat === undefined) return [];
  if (flat.kind === 'primitive') return [{ name, value: encode(flat.text) }];
  if (explode) {
    return flat.kind === 'array'
      ? flat.items.map((item) => ({ name, value: encode(item) }))
      : flat.entries.map(([key, member]) => ({ name: key, value: encode(member) }));
  }
  const separator = separatorOf(style);
  if (separator !== undefined) return [{ name, value: joinSeparated(flat, separator, argument, encode) }];
  const members = toMembers(flat).map((member) => encode(member, ','));
  return [{ name, value: members.join(',') }];
}
