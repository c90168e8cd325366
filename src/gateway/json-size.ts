import type { Json } from '../catalog/json.ts';

/**
 * The length of `JSON.stringify(value)` in UTF-8 bytes. Each object is measured once, however often it is asked for: a
 * nested value costs its length and not its length times its depth.
 */
export type Measure = (value: Json) => number;

export function createMeasure(): Measure {
  const known = new WeakMap<object, number>();
  const measure = (value: Json): number => {
    if (typeof value === 'string') return Buffer.byteLength(JSON.stringify(value));
    if (typeof value !== 'object' || value === null) return String(value).length;
    let size = known.get(value);
    if (size === undefined) {
      size = Array.isArray(value) ? sizeOfItems(value) : sizeOfMembers(value);
      known.set(value, size);
    }
    return size;
  };
  const sizeOfItems = (items: Json[]): number =>
    items.reduce<number>((sum, item) => sum + measure(item), 2 + Math.max(0, items.length - 1));
  const sizeOfMembers = (members: { [key: string]: Json }): number => {
    const entries = Object.entries(members);
    return entries.reduce(
      (sum, [name, item]) => sum + measure(name) + 1 + measure(item),
      2 + Math.max(0, entries.length - 1),
    );
  };
  return measure;
}
