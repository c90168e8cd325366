/** The best of many by score, never one with a score of 0; of equal ones those with the lower place first. */
export interface Best {
  add(score: number, place: number): void;
  sorted(): readonly Placed[];
}

export interface Placed {
  readonly score: number;
  readonly place: number;
}

/** Keeps so many of the best: a heap whose root is the worst that is kept. */
export function createBest(limit: number): Best {
  const heap: Placed[] = [];
  let least = 0;

  function sink(): void {
    for (let at = 0; ;) {
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
    add(score, place) {
      if (score < least || score <= 0) return;
      const kept = { score, place };
      if (heap.length < limit) {
        heap.push(kept);
        rise();
      } else if (heap[0] && isWorse(heap[0], kept)) {
        heap[0] = kept;
        sink();
      }
      if (heap.length === limit) least = heap[0]?.score ?? 0;
    },
    sorted: () => heap.toSorted((a, b) => b.score - a.score || a.place - b.place),
  };
}

function isWorse(a: Placed, b: Placed): boolean {
  return a.score < b.score || (a.score === b.score && a.place > b.place);
}
