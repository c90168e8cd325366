const QUERY_KEPT = /^[A-Za-z0-9\-._~:/?@!$'()*,;]$/;
const SEGMENT_KEPT = /^[A-Za-z0-9\-._~:@!$&'()*+,;=]$/;
const LITERAL_KEPT = /^[A-Za-z0-9\-._~:/@!$&'()*+,;=]$/;

/**
 * How text is written where a value goes. `separators` are the characters that would part the value in that place: they
 * are escaped, or the text is refused where nothing can be escaped.
 */
export type Encode = (text: string, separators?: string) => string;

/** Percent-encodes everything but RFC 3986 unreserved characters, as RFC 6570 §3.2.1 does for every operator but `+` and `#`. */
export function encodeStrict(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, toTriple);
}

/**
 * Reserved expansion (RFC 6570 §3.2.3) of one value in a query string: reserved characters and percent-encoded triples
 * pass. Encoded all the same is what would end the value or change its meaning there (`[ ] # & = +`, OpenAPI 3.1.1
 * Appendix C), and the separators, so that one value never turns into two.
 */
export function encodeReserved(text: string, separators = ''): string {
  return encodeExcept(text, (character) => QUERY_KEPT.test(character) && !separators.includes(character));
}

/** Reserved expansion of one value in a path: `/`, `?` and `#` never pass (OpenAPI 3.2, "Path Templating"). */
export function encodeReservedSegment(text: string, separators = ''): string {
  return encodeExcept(text, (character) => SEGMENT_KEPT.test(character) && !separators.includes(character));
}

/** Encodes what a path template writes literally and a path cannot hold; percent-encoded triples stay. */
export function encodeLiteral(text: string): string {
  return encodeExcept(text, (character) => LITERAL_KEPT.test(character));
}

function encodeExcept(text: string, isKept: (character: string) => boolean): string {
  return text.replace(/%[0-9A-Fa-f]{2}|./gsu, (match) =>
    (match.length === 3 && match.startsWith('%')) || isKept(match) ? match : encodeStrict(match),
  );
}

function toTriple(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
