import { isJsonObject, type Json, type JsonObject } from '../../src/catalog/json.ts';
import type { ParameterBinding } from '../../src/catalog/binding.ts';
import type { Comparison, Member } from './oracle/compare.ts';
import { bodyOf } from './oracle/swagger-client.ts';

/** A reason for which the oracle's request may differ from ours, with the sentence that says whose is right. */
export interface Exclusion {
  readonly id: string;
  /** What the two sides do. */
  readonly what: string;
  /** The sentence of a specification that decides. */
  readonly rightBy: string;
  /** The members of a request that it explains; a difference in any other stays a difference. */
  readonly explains: readonly Member[];
  /** True only where this call really hits the class. */
  readonly applies: (comparison: Comparison) => boolean;
}

/**
 * Where `swagger-client` 3.37 deviates. An operation is excluded only when it differs, every member that differs is explained by
 * a class, and the class applies to this very call: a body that was sent, an array that was given.
 */
export const EXCLUSIONS: readonly Exclusion[] = [
  {
    id: 'range-body',
    what: 'a body is declared under media type ranges only (`*/*`): ours names the type it sends, theirs sends the range',
    rightBy:
      'OpenAPI 3.1.1 §4.8.13: the key is "a media type or media type range"; RFC 9110 §8.3: Content-Type holds a media ' +
      'type, and ranges exist in Accept alone (§12.5.1)',
    explains: ['mediaType', 'body'],
    applies: (comparison) =>
      comparison.declaration.version === '3.x' &&
      hasBody(comparison) &&
      onlyRanges(Object.keys(contentOf(comparison))),
  },
  {
    id: 'range-consumes',
    what: '`consumes` holds ranges only (`*/*`): ours names the type it sends, theirs sends the range',
    rightBy: 'RFC 9110 §8.3: Content-Type holds a media type, and ranges exist in Accept alone (§12.5.1)',
    explains: ['mediaType', 'body'],
    applies: (comparison) =>
      comparison.declaration.version === '2.0' &&
      hasBody(comparison) &&
      onlyRanges(comparison.declaration.consumes ?? []),
  },
  {
    id: 'deep-object-array',
    what: '`deepObject` with an array, or an array or object inside: ours goes on in brackets, theirs joins or writes JSON',
    rightBy:
      'OpenAPI 3.1.1 §4.8.12.2: deepObject is for objects, and "the representation of array or object properties is not ' +
      'defined"; servers that use the style read brackets',
    explains: ['query'],
    applies: ({ binding, args }) =>
      valuesOf(binding.parameters, args, (one) => one.style === 'deepObject').some(isNested),
  },
  {
    id: 'deep-object-form',
    what: 'the same in a form: an array or a nested object whose encoding says `deepObject`',
    rightBy: 'OpenAPI 3.1.1 §4.8.15.1.1: style works as for query parameters, and §4.8.12.2 as above',
    explains: ['body'],
    applies: (comparison) =>
      fieldsOf(comparison, 'form').some(({ style, value }) => style === 'deepObject' && isNested(value)),
  },
  {
    id: 'form-array',
    what: 'an array in a form whose encoding says no style: ours repeats the name, theirs joins with commas',
    rightBy:
      'OpenAPI 3.1.1 §4.8.15.1.1: style defaults to form, and "when style is form, the default value [of explode] is true"',
    explains: ['body'],
    applies: (comparison) =>
      comparison.declaration.version === '3.x' &&
      fieldsOf(comparison, 'form').some(({ style, value }) => style === undefined && Array.isArray(value)),
  },
  {
    id: 'multipart-array',
    what: 'an array in multipart/form-data: ours sends a part for each item, theirs one part with commas, or JSON for objects',
    rightBy:
      'OpenAPI 3.1.1 §4.8.15.1.2: for an array "the default is based on the type of items"; RFC 7578 §4.3: multiple values ' +
      'are "sent by supplying [each] in a separate \'multipart/form-data\' part but all with the same name"',
    explains: ['body'],
    applies: (comparison) =>
      fieldsOf(comparison, 'multipart').some(
        ({ style, value }) => style === undefined && Array.isArray(value),
      ),
  },
  {
    id: 'multipart-style',
    what: 'an array or object in multipart/form-data whose encoding says a style: ours serialises as in a query, theirs escapes once too often or drops it',
    rightBy:
      'OpenAPI 3.1.1 §4.8.15.1.1: with style, explode or allowReserved given, a part is serialised as a query parameter, unescaped',
    explains: ['body'],
    applies: (comparison) =>
      fieldsOf(comparison, 'multipart').some(
        ({ style, value }) => style !== undefined && typeof value === 'object',
      ),
  },
  {
    id: 'multipart-content-type',
    what: 'a value in multipart/form-data whose encoding names a media type: ours is a typed part, theirs a file called `blob`',
    rightBy:
      'RFC 7578 §4.2: the filename parameter is for "a part representing the content of a file"; §4.4: any part may have a Content-Type',
    explains: ['body'],
    applies: (comparison) =>
      fieldsOf(comparison, 'multipart').some(({ name }) => hasContentType(comparison, name)),
  },
  {
    id: 'multipart-other',
    what: 'a multipart type other than form-data: ours sends parts, theirs JSON under the multipart type',
    rightBy: 'RFC 2046 §5.1: the body of every multipart type is a series of parts between boundaries',
    explains: ['body', 'mediaType'],
    applies: (comparison) =>
      hasBody(comparison) && /^multipart\/(?!form-data)/i.test(comparison.binding.body?.mediaType ?? ''),
  },
  {
    id: 'path-fragment',
    what: 'the path template holds a fragment: theirs puts the query behind it, where it is lost, and leaves variables unfilled',
    rightBy: 'RFC 9110 §7.1: the target URI "excludes the reference\'s fragment component"; RFC 3986 §3.5',
    explains: ['path', 'query'],
    applies: ({ declaration }) => declaration.path.includes('#'),
  },
  {
    id: 'path-query',
    what: 'the path template holds variables and a query: ours fills them, theirs sends the braces',
    rightBy:
      'OpenAPI 3.1.1 §4.8.8.1: "each template expression in the path MUST correspond to a path parameter"',
    explains: ['path'],
    applies: ({ declaration }) => /\{[^}]*\}.*\?/.test(declaration.path),
  },
  {
    id: 'ignored-header',
    what: 'a header parameter is called Accept, Content-Type or Authorization: ours ignores it, theirs wants a value',
    rightBy: 'OpenAPI 3.1.1 §4.8.12.1: with these names "the parameter definition SHALL be ignored"',
    explains: ['refusal'],
    applies: ({ theirs }) =>
      'refusal' in theirs &&
      /^Required parameter (?:accept|content-type|authorization) is not provided$/i.test(theirs.refusal),
  },
  {
    id: 'scalar-json',
    what: 'the JSON body is no object or array: ours writes JSON, theirs the bare text, and nothing for false and 0',
    rightBy: 'RFC 8259 §2: a JSON text is a serialized value, and a string has quotation marks (§7)',
    explains: ['mediaType', 'body'],
    applies: ({ binding, args }) => {
      const body = bodyOf(binding, args);
      return (
        binding.body?.format === 'json' && (typeof body !== 'object' || body === null) && body !== undefined
      );
    },
  },
  {
    id: 'cookies',
    what: 'several cookies, or an array or object in one: ours sends all as style `form` says, theirs keeps the last',
    rightBy:
      'OpenAPI 3.1.1 §4.8.12.2: for style form, explode is true by default; RFC 6265 §4.2.1: pairs are joined by "; "',
    explains: ['cookies'],
    applies: ({ binding, args }) => {
      const given = valuesOf(binding.parameters, args, (one) => one.in === 'cookie');
      return given.length > 1 || given.some(isNotScalar);
    },
  },
  {
    id: 'label-list',
    what: 'style `label` without explode: ours joins members with a comma, theirs with a dot',
    rightBy:
      'OpenAPI 3.1.1 §4.8.12.4, row label/false: `.blue,black,brown` (3.0.3 still had dots); RFC 6570 §3.2.5',
    explains: ['path'],
    applies: ({ binding, args }) =>
      valuesOf(binding.parameters, args, (one) => one.style === 'label' && !one.explode).some(isNotScalar),
  },
  {
    id: 'delimited-object',
    what: 'an object of style `spaceDelimited` or `pipeDelimited`: ours uses the delimiter, theirs commas',
    rightBy:
      'OpenAPI 3.1.1 §4.8.12.4, rows spaceDelimited/false and pipeDelimited/false: `R%7C100%7CG%7C200%7CB%7C150`',
    explains: ['query'],
    applies: ({ binding, args }) =>
      valuesOf(binding.parameters, args, (one) => one.style.endsWith('Delimited') && !one.explode).some(
        isJsonObject,
      ),
  },
];

function hasBody({ binding, args }: Comparison): boolean {
  return bodyOf(binding, args) !== undefined;
}

interface Field {
  readonly name: string;
  readonly style: string | undefined;
  readonly value: Json;
}

/** The properties that are sent in a body of this format, files left out. */
function fieldsOf({ binding, args }: Comparison, format: 'form' | 'multipart'): Field[] {
  const body = bodyOf(binding, args);
  if (binding.body?.format !== format || !isJsonObject(body)) return [];
  const { encoding = {} } = binding.body;
  return Object.entries(body)
    .filter(([name]) => encoding[name]?.file === undefined)
    .map(([name, value]) => ({ name, style: encoding[name]?.style, value }));
}

/** True where the document itself names a media type for the property. */
function hasContentType(comparison: Comparison, name: string): boolean {
  return Object.values(contentOf(comparison)).some((media) => {
    const encoding =
      isJsonObject(media) && isJsonObject(media['encoding']) ? media['encoding'][name] : undefined;
    return isJsonObject(encoding) && typeof encoding['contentType'] === 'string';
  });
}

function contentOf({ declaration }: Comparison): JsonObject {
  const content = declaration.requestBody?.['content'];
  return isJsonObject(content) ? content : {};
}

function onlyRanges(mediaTypes: readonly string[]): boolean {
  return mediaTypes.length > 0 && mediaTypes.every((each) => each.includes('*'));
}

/** The values of the parameters that are given and of a kind. */
function valuesOf(
  parameters: readonly ParameterBinding[],
  args: JsonObject,
  isKind: (parameter: ParameterBinding) => boolean,
): Json[] {
  return parameters
    .filter((one) => isKind(one) && Object.hasOwn(args, one.argument))
    .map(({ argument }) => args[argument] ?? null);
}

function isNotScalar(value: Json): boolean {
  return typeof value === 'object';
}

/** True for an array, and for an object that holds an array or an object. */
function isNested(value: Json | undefined): boolean {
  if (Array.isArray(value)) return true;
  return isJsonObject(value) && Object.values(value).some((each) => typeof each === 'object');
}
