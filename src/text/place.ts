import { isNode } from 'yaml';

/** Where a value and its key begin, as offsets into the text, and the places inside it. */
export interface Place {
  readonly key: number | undefined;
  readonly value: number;
  inside?: Place[] | Map<string, Place>;
}

/** The place of a node; what is not written stands where its key does. */
export function placeOf(node: unknown, key?: number): Place {
  return { key, value: startOf(node) ?? key ?? 0 };
}

/** Where a node begins; `undefined` for what is not written. */
export function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

/** Where the value at a path begins, or its key; for what is absent, where the nearest thing around it does. */
export function offsetOf(root: Place, path: readonly PropertyKey[], part: 'key' | 'value'): number {
  let place = root;
  for (const step of path) {
    const next = stepInto(place, step);
    // What is absent belongs to the key of what lacks it.
    if (next === undefined) return place.key ?? place.value;
    place = next;
  }
  return part === 'key' ? (place.key ?? place.value) : place.value;
}

function stepInto(place: Place, step: PropertyKey): Place | undefined {
  if (Array.isArray(place.inside)) return place.inside[Number(step)];
  return place.inside?.get(String(step)) ?? (step === 0 ? place : undefined);
}
