import type { BodyFormat } from '../../catalog/binding.ts';

/** `application/json` of `Application/JSON; charset=utf-8`. */
export function essenceOf(mediaType: string): string {
  return (mediaType.split(';', 1)[0] ?? '').trim().toLowerCase();
}

/** True for a media type whose content is JSON: RFC 8259, `text/json`, and the `+json` suffix of RFC 6839. */
export function isJsonMediaType(mediaType: string): boolean {
  const essence = essenceOf(mediaType);
  return essence === 'application/json' || essence === 'text/json' || /^[^/]+\/[^/*]+\+json$/.test(essence);
}

/** True for a range that covers JSON without naming it. */
function isJsonRange(mediaType: string): boolean {
  const essence = essenceOf(mediaType);
  return (
    essence === '*/*' || essence === '*' || essence === 'application/*' || essence === 'application/*+json'
  );
}

/** True for YAML, of which every JSON text is one (YAML 1.2 §1.3), so that it is written as JSON. */
export function isYamlMediaType(mediaType: string): boolean {
  return /^(?:application|text)\/(?:[^/]+\+|x-|vnd\.)?yaml$/.test(essenceOf(mediaType));
}

/** True for XML, which a caller gives as text. */
export function isXmlMediaType(mediaType: string): boolean {
  return /^(?:application|text)\/xml$|\+xml$/.test(essenceOf(mediaType));
}

/** True for content that is characters, in whatever language. */
export function isTextMediaType(mediaType: string): boolean {
  const essence = essenceOf(mediaType);
  return essence.startsWith('text/') || isXmlMediaType(mediaType) || isTextApplication(essence);
}

/** `+json-seq` (RFC 8091) and `+jsonl` are sequences of JSON texts, which are written as text. */
function isTextApplication(essence: string): boolean {
  return TEXT_APPLICATIONS.has(essence) || /\+(?:json-seq|jsonl|ndjson)$/.test(essence);
}

const TEXT_APPLICATIONS = new Set(
  ['ecmascript', 'graphql', 'javascript', 'json-seq', 'jsonl', 'ndjson', 'rtf', 'sdp', 'sparql-query', 'sql']
    .concat('toml', 'x-javascript', 'x-jsonlines', 'x-ndjson', 'x-sh', 'xml-dtd')
    .map((subtype) => `application/${subtype}`),
);

/** Binary forms of structured data: nobody can be asked to write them byte by byte. */
const BINARY_DATA = /[/+.-](?:avro|bson|cbor|flatbuffers?|msgpack|messagepack|proto|protobuf|thrift)\b/;

/** True for structured data in a binary form, which no reader of text can use. */
export function isBinaryData(mediaType: string): boolean {
  return BINARY_DATA.test(essenceOf(mediaType));
}

/** Content that is bytes, whatever a schema says. */
const BYTES =
  /^(?:audio|font|image|model|video)\/|^application\/(?:octet-stream|binary|pdf|(?:x-)?(?:bzip2?|gzip|rar.*|tar|xz|zip|7z.*))$/;

/** What the schema of a body says its content is. `encoded`: bytes written as text, as in Base64. */
export type ContentKind = 'binary' | 'encoded' | 'text' | 'structured' | 'unknown';

/** How a declared media type is sent. */
export interface SentMediaType {
  /** Never a range. */
  readonly mediaType: string;
  readonly format: BodyFormat;
}

/**
 * How content of this kind is sent under a declared media type or range.
 *
 * @returns `undefined` for what cannot be sent: a name that HTTP cannot carry, a binary form of structured data.
 */
export function toSentMediaType(declared: string, kind: ContentKind): SentMediaType | undefined {
  const essence = essenceOf(declared);
  if (!/^[\t\x20-\x7E]+$/.test(declared) || essence === '') return undefined;
  const mediaType = declared.includes(';') ? declared.trim() : essence;
  if (isJsonRange(declared)) {
    return kind === 'binary'
      ? { mediaType: 'application/octet-stream', format: 'binary' }
      : { mediaType: 'application/json', format: 'json' };
  }
  if (essence === 'text/*') return { mediaType: 'text/plain', format: 'text' };
  if (essence === 'multipart/*') return { mediaType: 'multipart/form-data', format: 'multipart' };
  if (essence.includes('*')) return { mediaType: 'application/octet-stream', format: 'binary' };
  if (!/^[^\s/]+\/[^\s/]+$/.test(essence)) return undefined;
  if (isJsonMediaType(declared) || isYamlMediaType(declared)) return { mediaType, format: 'json' };
  if (essence === 'application/x-www-form-urlencoded') return { mediaType, format: 'form' };
  if (essence.startsWith('multipart/')) return { mediaType, format: 'multipart' };
  if (isTextMediaType(declared) || kind === 'encoded') return { mediaType, format: 'text' };
  if (kind === 'binary') return { mediaType, format: 'binary' };
  if (BINARY_DATA.test(essence)) return undefined;
  // A type that we do not know: its schema says what it is made of.
  if (BYTES.test(essence) || kind === 'unknown') return { mediaType, format: 'binary' };
  return { mediaType, format: kind === 'text' ? 'text' : 'json' };
}

/** The media type to prefer among those declared: never simply the first key. Equal ranks are decided by text. */
export function bestMediaType(mediaTypes: readonly string[]): string | undefined {
  return byRank(mediaTypes)[0];
}

/** The media types, those we can best work with first. */
export function byRank(mediaTypes: readonly string[]): string[] {
  return mediaTypes.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/**
 * The media types by preference, the first of `preferred` first, and by rank where it names none of them. A wish for
 * `application/json` finds ranges, too; no other does, because a range is no sign that a server takes something special.
 */
export function byPreference(mediaTypes: readonly string[], preferred: readonly string[]): string[] {
  const ranked = byRank(mediaTypes);
  const wanted = preferred.flatMap((wish) => {
    const name = wish.trim().toLowerCase();
    const exact = ranked.filter((each) => each.trim().toLowerCase() === name);
    const alike = ranked.filter((each) => essenceOf(each) === name);
    return [...exact, ...alike, ...(name === 'application/json' ? ranked.filter(isJsonRange) : [])];
  });
  return [...new Set([...wanted, ...ranked])];
}

/**
 * JSON, other `+json`, YAML, form, multipart, text, bytes, XML, and ranges last. Among `+json` a merge patch (RFC 7396) comes
 * first: its body looks like the resource, while a JSON patch (RFC 6902) is a language of its own.
 */
function rank(mediaType: string): number {
  const essence = essenceOf(mediaType);
  if (isJsonRange(mediaType)) return 12;
  if (essence.includes('*')) return 13;
  if (essence === 'application/json') return mediaType.includes(';') ? 1 : 0;
  if (essence === 'application/merge-patch+json') return 2;
  if (essence === 'application/json-patch+json') return 4;
  if (isJsonMediaType(mediaType)) return 3;
  if (isYamlMediaType(mediaType)) return 5;
  if (essence === 'application/x-www-form-urlencoded') return 6;
  if (essence.startsWith('multipart/')) return essence === 'multipart/form-data' ? 7 : 8;
  if (isXmlMediaType(mediaType)) return 11;
  if (isTextMediaType(mediaType)) return 9;
  return 10;
}
