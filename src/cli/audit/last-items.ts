/** Keeps the last few of many items. */
export interface LastItems<Item> {
  add(item: Item): void;
  /** In the order in which they came. */
  all(): Item[];
  /** How many came before them. */
  readonly dropped: number;
}

export function keepLast<Item>(most: number): LastItems<Item> {
  const ring: Item[] = [];
  let count = 0;
  return {
    add(item) {
      ring[count % most] = item;
      count += 1;
    },
    all: () => [...ring.slice(count % most), ...ring.slice(0, count % most)].slice(-Math.min(count, most)),
    get dropped() {
      return Math.max(0, count - most);
    },
  };
}
