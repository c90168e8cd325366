import { isJsonObject, type Json, type JsonObject } from '../catalog/json.ts';
import type { Measure } from './json-size.ts';

/** Below this many bytes a part is not worth shrinking further. */
const MIN_SHARE = 64;

/** Deeper than this, a value that is too large is left out whole instead of being shrunk inside. */
const MAX_DEPTH = 32;

/** What a {@link shrinkJson} needs beside the value. */
export interface Shrinking {
  readonly measure: Measure;
  /** Told what was left out, in words a model understands. */
  readonly note: (text: string) => void;
}

/**
 * The value with whole parts left out, so that its JSON text fits the budget of UTF-8 bytes: items from the ends of arrays,
 * long texts, members of very large maps. No part is cut in its middle, and none changes its type.
 */
export function shrinkJson(value: Json, budget: number, shrinking: Shrinking): Json {
  const shrunk = shrink(value, budget, '', 0, shrinking);
  if (shrinking.measure(shrunk) <= budget) return shrunk;
  shrinking.note('A value that was too large in every part was left out whole.');
  return emptied(shrunk);
}

function shrink(value: Json, budget: number, pointer: string, depth: number, shrinking: Shrinking): Json {
  const { measure, note } = shrinking;
  if (measure(value) <= budget) return value;
  if (typeof value === 'object' && value !== null && depth >= MAX_DEPTH) {
    note(`What is nested more than ${MAX_DEPTH} deep at ${pointer} was left out.`);
    return emptied(value);
  }
  if (Array.isArray(value)) return shrinkArray(value, budget, pointer, depth, shrinking);
  if (isJsonObject(value)) return shrinkObject(value, budget, pointer, depth, shrinking);
  if (typeof value !== 'string') return value;
  const marker = `[${Buffer.byteLength(value)} bytes left out]`;
  if (marker.length >= value.length) return value;
  note(`The text at ${pointer || '(root)'} was left out.`);
  return marker;
}

function emptied(value: Json): Json {
  if (typeof value === 'string') return '';
  return Array.isArray(value) ? [] : isJsonObject(value) ? {} : value;
}

/** Keeps items from the start while they fit; a first item that is too large by itself is shrunk instead. */
function shrinkArray(
  items: Json[],
  budget: number,
  pointer: string,
  depth: number,
  shrinking: Shrinking,
): Json[] {
  const kept: Json[] = [];
  let room = budget - 2;
  for (const item of items) {
    const size = shrinking.measure(item) + 1;
    if (size > room) {
      if (kept.length === 0 && room > MIN_SHARE)
        kept.push(shrink(item, room, `${pointer}/0`, depth + 1, shrinking));
      break;
    }
    kept.push(item);
    room -= size;
  }
  if (kept.length < items.length) {
    const left = items.length - kept.length;
    shrinking.note(`${left} of ${items.length} items at ${pointer || '(root)'} were left out.`);
  }
  return kept;
}

/** Shares the budget among the members, small ones first, so that one large member does not cost the others. */
function shrinkObject(
  value: JsonObject,
  budget: number,
  pointer: string,
  depth: number,
  shrinking: Shrinking,
): JsonObject {
  const { measure } = shrinking;
  const members = Object.entries(value).map(([name, item]) => ({ name, item, overhead: measure(name) + 2 }));
  if (budget / members.length < MIN_SHARE) return keepFirstMembers(value, budget, pointer, shrinking);
  const shrunk = new Map<string, Json>();
  let room = budget - 2;
  members
    .toSorted((a, b) => measure(a.item) - measure(b.item))
    .forEach(({ name, item, overhead }, index) => {
      const share = Math.floor(room / (members.length - index)) - overhead;
      const member = shrink(item, share, `${pointer}/${name}`, depth + 1, shrinking);
      shrunk.set(name, member);
      room -= measure(member) + overhead;
    });
  return Object.fromEntries(members.map(({ name }) => [name, shrunk.get(name) ?? null]));
}

/** For an object that is a map of very many entries. */
function keepFirstMembers(
  value: JsonObject,
  budget: number,
  pointer: string,
  { measure, note }: Shrinking,
): JsonObject {
  let room = budget - 2;
  const entries = Object.entries(value);
  const kept = entries.filter(([name, item]) => (room -= measure(name) + 2 + measure(item)) > 0);
  note(
    `${entries.length - kept.length} of ${entries.length} members at ${pointer || '(root)'} were left out.`,
  );
  return Object.fromEntries(kept);
}
