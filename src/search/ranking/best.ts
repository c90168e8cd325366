/** The best of many by score; of equal ones those with the lower place first. Cheap while few are kept. */
export interface Best<Item> {
  add(item: Item, score: number, place: number): void;
  sorted(): { readonly item: Item; readonly score: number }[];
}

interface Kept<Item> {
  readonly item: Item;
  readonly score: number;
  readonly place: number;
}

export function createBest<Item>(limit: number): Best<Item> {
  // A heap whose root is the worst that is kept.
  const heap: Kept<Item>[] = [];
  const isWorse = (a: Kept<Item>, b: Kept<Item>) =>
    a.score < b.score || (a.score === b.score && a.place > b.place);
  function sink(): void {
    let at = 0;
    for (;;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
      if (!left) return;
      const child = right && isWorse(right, left) ? 2 * at + 2 : 2 * at + 1;
      if (!swapIfWorse(child, at)) return;
      at = child;
    }
  }
  function rise(): void {
    for (let at = heap.length - 1; at > 0; at = (at - 1) >> 1) {
      if (!swapIfWorse(at, (at - 1) >> 1)) return;
    }
  }
  function swapIfWorse(child: number, parent: number): boolean {
    const [below, above] = [heap[child], heap[parent]];
    if (!below || !above || !isWorse(below, above)) return false;
    heap[parent] = below;
    heap[child] = above;
    return true;
  }
  return {
    add(item, score, place) {
      const kept = { item, score, place };
      if (heap.length < limit) {
        heap.push(kept);
        rise();
      } else if (heap[0] && isWorse(heap[0], kept)) {
        heap[0] = kept;
        sink();
      }
    },
    sorted: () => heap.toSorted((a, b) => b.score - a.score || a.place - b.place),
  };
}
