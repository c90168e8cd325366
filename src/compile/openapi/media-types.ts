/** `application/json` of `Application/JSON; charset=utf-8`. */
export function essenceOf(mediaType: string): string {
  return (mediaType.split(';', 1)[0] ?? '').trim().toLowerCase();
}

/** True for a media type whose content is JSON: RFC 8259, `text/json`, and the `+json` suffix of RFC 6839. */
export function isJsonMediaType(mediaType: string): boolean {
  const essence = essenceOf(mediaType);
  return essence === 'application/json' || essence === 'text/json' || /^[^/]+\/[^/]+\+json$/.test(essence);
}

/** True for a range that covers JSON without naming it. */
export function isJsonRange(mediaType: string): boolean {
  const essence = essenceOf(mediaType);
  return (
    essence === '*/*' || essence === '*' || essence === 'application/*' || essence === 'application/*+json'
  );
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
 * JSON, then `+json`, then ranges that cover JSON, then the rest. Among `+json` a merge patch (RFC 7396) comes first: its
 * body looks like the resource, while the others are languages of their own.
 */
function rank(mediaType: string): number {
  const essence = essenceOf(mediaType);
  if (isJsonRange(mediaType)) return 5;
  if (essence === 'application/json') return mediaType.includes(';') ? 1 : 0;
  if (essence === 'application/merge-patch+json') return 2;
  if (essence === 'application/json-patch+json') return 4;
  return isJsonMediaType(mediaType) ? 3 : 6;
}
