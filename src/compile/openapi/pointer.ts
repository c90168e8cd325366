import { isJsonObject, type Json } from '../../catalog/json.ts';

/** The segments of a JSON pointer in URI fragment form (RFC 6901 §6), or `undefined` when it is not one. */
export function parsePointer(fragment: string): string[] | undefined {
  if (fragment === '#') return [];
  if (!fragment.startsWith('#/')) return undefined;
  return fragment
    .slice(2)
    .split('/')
    .map((segment) => decodePercent(segment).replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** `#/a/b` from segments: the one spelling of a place, and the inverse of {@link parsePointer}. */
export function toPointer(segments: readonly string[]): string {
  return segments.reduce(appendPointer, '#');
}

/** The pointer to a member or item of what `pointer` points at. */
export function appendPointer(pointer: string, segment: string | number): string {
  return `${pointer}/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('%', '%25')}`;
}

/**
 * What the segments lead to, through own members only. Where a segment leads nowhere, `left` holds it and those behind it,
 * and `value` is what it was looked up in.
 */
export function lookUp(root: Json, segments: readonly string[]): { value: Json; left: readonly string[] } {
  let value = root;
  for (const [index, segment] of segments.entries()) {
    const below = memberOf(value, segment);
    if (below === undefined) return { value, left: segments.slice(index) };
    value = below;
  }
  return { value, left: [] };
}

function memberOf(value: Json, segment: string): Json | undefined {
  if (Array.isArray(value)) return /^(?:0|[1-9]\d*)$/.test(segment) ? value[Number(segment)] : undefined;
  return isJsonObject(value) && Object.hasOwn(value, segment) ? value[segment] : undefined;
}

/** Percent escapes decoded; a text with a broken escape stays as it is. */
export function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
