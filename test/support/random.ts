import { isJsonObject, type Json } from '../../src/catalog/json.ts';

/** Numbers from 0 (included) to 1 (excluded), the same for the same seed. */
export type Random = () => number;

/** Pseudo-random numbers from a seed: mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A seed that depends on nothing but the text: FNV-1a. */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash | 0;
}

/** One of the items. */
export function pick<Item>(items: readonly Item[], random: Random): Item | undefined {
  return items[Math.floor(random() * items.length)];
}

/** The same JSON with the members of every object in an order that `random` decides. */
export function shuffleMembers(value: Json, random: Random): Json {
  if (Array.isArray(value)) return value.map((each) => shuffleMembers(each, random));
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).map(([key, each]) => ({
    key,
    each: shuffleMembers(each, random),
    at: random(),
  }));
  return Object.fromEntries(members.toSorted((a, b) => a.at - b.at).map(({ key, each }) => [key, each]));
}
