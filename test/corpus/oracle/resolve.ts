import path from 'node:path';
import { isJsonObject, type Json, type JsonObject } from '../../../src/catalog/json.ts';

/** Reads the document that a reference leads to; `undefined` where there is none. */
export type ReadDocument = (file: string) => Json | undefined;

/** A value and the document it stands in, which its own references are relative to. */
export interface Located {
  readonly value: Json;
  readonly file: string;
}

/** What resolving may cost: levels below the value, and references that lead to one another. */
const MAX_DEPTH = 9;
const MAX_CHAIN = 30;

/** Follows the reference that `value` is, through any number of them. `undefined`: it leads nowhere. */
export function follow(value: Json | undefined, file: string, read: ReadDocument): Located | undefined {
  let place: Located | undefined = value === undefined ? undefined : { value, file };
  for (let turn = 0; place !== undefined && turn < MAX_CHAIN; turn++) {
    const { value: current } = place;
    if (!isJsonObject(current) || typeof current['$ref'] !== 'string') return place;
    place = lookUp(current['$ref'], place.file, read);
  }
  return undefined;
}

function lookUp(reference: string, from: string, read: ReadDocument): Located | undefined {
  const [target = '', fragment = ''] = reference.split('#', 2);
  const file = target === '' ? from : path.posix.join(path.posix.dirname(from), decode(target));
  let value = read(file);
  for (const segment of fragment.split('/').slice(1)) {
    const key = decode(segment).replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as JsonObject)[key];
  }
  return value === undefined ? undefined : { value, file };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * A copy without references. Bounded: below `depth` levels, and where a reference leads back to what is being resolved,
 * `{}` stands for the rest.
 */
export function resolveDeep(value: Json, file: string, read: ReadDocument, depth = MAX_DEPTH): Json {
  if (depth < 0) return {};
  if (Array.isArray(value)) return value.map((each) => resolveDeep(each, file, read, depth - 1));
  if (!isJsonObject(value)) return value;
  const place = follow(value, file, read);
  if (place === undefined) return {};
  if (place.value !== value) return resolveDeep(place.value, place.file, read, depth - 1);
  const copy: JsonObject = {};
  for (const [key, member] of Object.entries(value)) {
    if (key === 'example' || key === 'examples') continue;
    copy[key] = resolveDeep(member, file, read, depth - 1);
  }
  return copy;
}
