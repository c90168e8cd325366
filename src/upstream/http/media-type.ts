/** What a body is, as far as MCP can carry it. */
export type MediaKind = 'json' | 'text' | 'image' | 'audio' | 'binary';

const TEXT =
  /^text\/|[/+](?:xml|yaml)$|^application\/(?:javascript|ecmascript|graphql|sql|x-www-form-urlencoded|x-ndjson|ndjson|jsonl|x-yaml|toml|json-seq)$/;

/** A body without a type counts as JSON, which shows as text where it does not parse. */
export function toMediaKind(contentType: string | undefined): MediaKind {
  const essence = essenceOf(contentType);
  if (essence === '' || /[/+]json$/.test(essence)) return 'json';
  if (TEXT.test(essence)) return 'text';
  if (essence.startsWith('image/')) return 'image';
  if (essence.startsWith('audio/')) return 'audio';
  return 'binary';
}

/** `type/subtype` in lower case, without parameters; empty for none. */
export function essenceOf(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase();
}

/** True for `application/json`, any `+json` type, and either with parameters. */
export function isJsonMediaType(mediaType: string): boolean {
  return /^[^;]*[/+]json\s*(;|$)/i.test(mediaType);
}

/** Bytes as text, in the `charset` the type names and otherwise in UTF-8; what does not decode becomes U+FFFD. */
export function decodeText(bytes: Uint8Array, contentType: string | undefined): string {
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType ?? '')?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}
