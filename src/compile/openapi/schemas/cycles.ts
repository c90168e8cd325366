/** Which nodes of a directed graph lie on cycles. The graph is discovered as it is asked about. */
export interface Cycles {
  /** True when a path of one step or more leads from `a` to `b` and one leads back: for one node, that it reaches itself. */
  share(a: string, b: string): boolean;
}

interface Visit {
  readonly node: string;
  readonly order: number;
  readonly ahead: Iterator<string>;
  lowest: number;
}

/**
 * Finds strongly connected components by Tarjan's algorithm, without recursion: every edge is looked at once, however
 * long the chains are.
 */
export function createCycles(next: (node: string) => Iterable<string>): Cycles {
  const componentOf = new Map<string, number>();
  const selfReaching = new Set<string>();
  let components = 0;

  function explore(root: string): void {
    const orders = new Map<string, number>();
    const undecided: string[] = [];
    const path: Visit[] = [];

    function enter(node: string): void {
      const order = orders.size;
      orders.set(node, order);
      undecided.push(node);
      path.push({ node, order, lowest: order, ahead: next(node)[Symbol.iterator]() });
    }

    function leave(visit: Visit): void {
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined) parent.lowest = Math.min(parent.lowest, visit.lowest);
      if (visit.lowest < visit.order) return;
      const members = undecided.splice(undecided.lastIndexOf(visit.node));
      components += 1;
      for (const member of members) {
        componentOf.set(member, components);
        if (members.length > 1) selfReaching.add(member);
      }
    }

    enter(root);
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      const step = visit.ahead.next();
      if (step.done === true) {
        leave(visit);
      } else if (!componentOf.has(step.value)) {
        if (step.value === visit.node) selfReaching.add(visit.node);
        const order = orders.get(step.value);
        if (order === undefined) enter(step.value);
        else visit.lowest = Math.min(visit.lowest, order);
      }
    }
  }

  return {
    share: (a, b) => {
      for (const node of [a, b]) if (!componentOf.has(node)) explore(node);
      return componentOf.get(a) === componentOf.get(b) && selfReaching.has(a);
    },
  };
}
