import type { ParameterBinding } from '../../catalog/binding.ts';
import { isJsonObject, type Json } from '../../catalog/json.ts';
import { invalidArgument } from './invalid-argument.ts';
import { toContentText, toParameterValue, toText, type ParameterValue } from './parameter-value.ts';
import { encodeReserved, encodeStrict } from './percent-encoding.ts';

/** One `name=value` of a query string or a cookie. */
export interface WirePair {
  /** Decoded. */
  readonly name: string;
  /** Encoded. */
  readonly value: string;
}

/** The pairs that one query parameter becomes. None for a value that RFC 6570 §2.3 calls undefined. */
export function toQueryPairs(parameter: ParameterBinding, value: Json): WirePair[] {
  const { name, argument, style, mediaType } = parameter;
  if (mediaType !== undefined) {
    return [{ name, value: encodeStrict(toContentText(value, mediaType, argument)) }];
  }
  if (style === 'deepObject') return toDeepPairs(parameter, name, value);
  const flat = toParameterValue(value, argument);
  if (flat === undefined) return [];
  if (style === 'spaceDelimited' && !parameter.explode) return delimited(parameter, flat, ' ', '%20');
  if (style === 'pipeDelimited' && !parameter.explode) return delimited(parameter, flat, '|', '%7C');
  return toFormPairs(parameter, flat, (text, delimiter) =>
    parameter.allowReserved ? encodeReserved(text, delimiter) : encodeStrict(text),
  );
}

/**
 * Style `form`, which cookies share.
 *
 * An exploded `spaceDelimited` or `pipeDelimited` parameter is *n/a* in OpenAPI 3.1.1; it is sent as exploded `form`.
 */
export function toFormPairs(
  parameter: Pick<ParameterBinding, 'name' | 'explode'>,
  value: ParameterValue,
  encode: (text: string, delimiter: string) => string,
): WirePair[] {
  const { name, explode } = parameter;
  if (value.kind === 'primitive') return [{ name, value: encode(value.text, '') }];
  if (explode) {
    return value.kind === 'array'
      ? value.items.map((item) => ({ name, value: encode(item, '') }))
      : value.entries.map(([key, member]) => ({ name: key, value: encode(member, '') }));
  }
  return [
    {
      name,
      value: toMembers(value)
        .map((text) => encode(text, ','))
        .join(','),
    },
  ];
}

/** The members of a list, or the keys and values of an object in turn. */
function toMembers(value: Exclude<ParameterValue, { kind: 'primitive' }>): readonly string[] {
  return value.kind === 'array' ? value.items : value.entries.flat();
}

/** The delimiter is percent-encoded itself (OpenAPI 3.1.1 Appendix E), so a member that holds it would split unseen: refused. */
function delimited(
  parameter: ParameterBinding,
  value: ParameterValue,
  delimiter: string,
  encodedDelimiter: string,
): WirePair[] {
  const encode = parameter.allowReserved ? (text: string) => encodeReserved(text, '') : encodeStrict;
  if (value.kind === 'primitive') return [{ name: parameter.name, value: encode(value.text) }];
  const members = toMembers(value);
  if (members.some((member) => member.includes(delimiter))) {
    throw invalidArgument(
      parameter.argument,
      `a member holds ${JSON.stringify(delimiter)}, which separates the members of this parameter`,
    );
  }
  return [{ name: parameter.name, value: members.map(encode).join(encodedDelimiter) }];
}

/**
 * `name[key]=value`. OpenAPI defines it for objects of scalars; members that are objects or arrays go on in brackets
 * (`name[key][0]`), as the servers that use this style read them.
 */
function toDeepPairs(parameter: ParameterBinding, name: string, value: Json): WirePair[] {
  const { argument } = parameter;
  if (value === null) return [];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => toDeepPairs(parameter, `${name}[${index}]`, item));
  }
  if (!isJsonObject(value)) {
    const text = toText(value, argument);
    return [{ name, value: parameter.allowReserved ? encodeReserved(text, '') : encodeStrict(text) }];
  }
  return Object.entries(value).flatMap(([key, member]) => {
    if (/[[\]]/.test(key)) {
      throw invalidArgument(
        argument,
        `the key ${JSON.stringify(key)} holds a bracket, which separates keys here`,
      );
    }
    return toDeepPairs(parameter, `${name}[${toText(key, argument)}]`, member);
  });
}
