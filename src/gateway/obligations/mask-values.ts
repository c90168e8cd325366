import { isJsonObject, type Json } from '../../catalog/json.ts';
import { fromPointer } from '../../text/pointer.ts';
import { parseDocument } from './parse-document.ts';

/** What stands where a value was masked. */
const MASKED = '***';

/**
 * A copy of a document with the values at JSON Pointers (RFC 6901) replaced by `***`; a part `*` is any member or item. A pointer to what
 * is not there masks nothing. One that leads into a text that is JSON leads into that document: servers wrap theirs so.
 */
export function maskValues(document: Json, pointers: readonly string[]): Json {
  return pointers.map(fromPointer).reduce<Json>(maskAt, document);
}

function maskAt(value: Json, [part, ...rest]: readonly string[]): Json {
  if (part === undefined) return MASKED;
  if (Array.isArray(value)) {
    return value.map((item, index) => (part === '*' || part === String(index) ? maskAt(item, rest) : item));
  }
  if (typeof value === 'string') {
    const document = parseDocument(value);
    return document === undefined ? value : JSON.stringify(maskAt(document, [part, ...rest]));
  }
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      part === '*' || part === name ? maskAt(member, rest) : member,
    ]),
  );
}
