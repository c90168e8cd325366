/** Items of which the least is taken first. */
export interface Heap<Item> {
  push(item: Item): void;
  pop(): Item | undefined;
  readonly size: number;
}

/** `isBefore(a, b)`: whether `a` is to be taken before `b`. */
export function createHeap<Item>(isBefore: (a: Item, b: Item) => boolean): Heap<Item> {
  const items: Item[] = [];

  function swap(a: number, b: number): void {
    [items[a], items[b]] = [items[b]!, items[a]!];
  }

  function rise(from: number): void {
    for (let index = from; index > 0;) {
      const parent = (index - 1) >> 1;
      if (!isBefore(items[index]!, items[parent]!)) return;
      swap(index, parent);
      index = parent;
    }
  }

  function sink(): void {
    for (let index = 0; ;) {
      let least = index;
      for (const child of [2 * index + 1, 2 * index + 2]) {
        if (child < items.length && isBefore(items[child]!, items[least]!)) least = child;
      }
      if (least === index) return;
      swap(index, least);
      index = least;
    }
  }

  return {
    push(item) {
      items.push(item);
      rise(items.length - 1);
    },
    pop() {
      const first = items[0];
      const last = items.pop();
      if (items.length > 0) {
        items[0] = last!;
        sink();
      }
      return first;
    },
    get size() {
      return items.length;
    },
  };
}
