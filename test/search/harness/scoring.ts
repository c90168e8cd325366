/** How well questions are answered: means over the questions, from 0 to 1. */
export interface Figures {
  readonly queries: number;
  /** Share of the groups that stand among the first 1, 5 and 10. With n groups, `r1` is at most 1/n. */
  readonly r1: number;
  readonly r5: number;
  readonly r10: number;
  readonly ndcg10: number;
  /** Share of the questions whose first answer is of any group. */
  readonly hit1: number;
}

/** How many answers count. */
export const DEPTH = 10;

/**
 * The place (from 0) at which each group is first satisfied, infinity where none does. A place serves one group: the first that claims
 * it, in the order of the groups.
 */
export function rankGroups(found: readonly string[], groups: readonly ReadonlySet<string>[]): number[] {
  const claimed = new Set<number>();
  return groups.map((group) => {
    const place = found.slice(0, DEPTH).findIndex((id, at) => !claimed.has(at) && group.has(id));
    if (place < 0) return Number.POSITIVE_INFINITY;
    claimed.add(place);
    return place;
  });
}

/** The figures of one question, of the ranks of its groups. */
export function scoreQuery(ranks: readonly number[]): Figures {
  const recall = (depth: number): number => ranks.filter((rank) => rank < depth).length / ranks.length;
  const gained = ranks.reduce((sum, rank) => sum + (rank < DEPTH ? 1 / Math.log2(rank + 2) : 0), 0);
  const places = Array.from(
    { length: Math.min(DEPTH, ranks.length) },
    (_, place) => 1 / Math.log2(place + 2),
  );
  return {
    queries: 1,
    r1: recall(1),
    r5: recall(5),
    r10: recall(10),
    ndcg10: gained / places.reduce((sum, gain) => sum + gain, 0),
    hit1: ranks.includes(0) ? 1 : 0,
  };
}

/** The plain mean: of questions it is a set's figure, of sets it is the macro. */
export function meanOf(figures: readonly Figures[]): Figures {
  const mean = (of: (figure: Figures) => number): number =>
    figures.reduce((sum, figure) => sum + of(figure), 0) / figures.length;
  return {
    queries: figures.reduce((sum, { queries }) => sum + queries, 0),
    r1: mean(({ r1 }) => r1),
    r5: mean(({ r5 }) => r5),
    r10: mean(({ r10 }) => r10),
    ndcg10: mean(({ ndcg10 }) => ndcg10),
    hit1: mean(({ hit1 }) => hit1),
  };
}
