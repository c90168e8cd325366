import type { Outcome } from './carry-out.ts';

/** Tokens, o200k. */
const MOST = {
  facade: 250,
  /** An answer of `find_tools`, for each query. */
  find: 250,
  /** The whole way to a first useful call: the list, the question, the description, the call, and the answers. */
  way: 1_500,
  /** What each further look into a description may add to that. */
  look: 800,
} as const;

/** At which line a tool may stand, and of how many steps it has to. */
const NEAR = { rank: 5, share: 0.95 } as const;

/** What went wrong, or was dearer than it may be. */
export function findFaults(
  facade: { readonly names: readonly string[]; readonly tokens: number },
  outcomes: readonly Outcome[],
): string[] {
  const steps = outcomes.flatMap((outcome) => outcome.steps);
  const share = steps.filter(({ rank }) => rank <= NEAR.rank).length / steps.length;
  return [
    ...(facade.names.join() === 'find_tools,describe_tool,call_tool'
      ? []
      : [`listed: ${facade.names.join()}`]),
    ...over('the facade', facade.tokens, MOST.facade),
    ...(share >= NEAR.share
      ? []
      : [`${Math.round(share * 100)} % of the tools stand among the first ${NEAR.rank}`]),
    ...outcomes.flatMap((outcome) => {
      const { goal, find, steps: taken } = outcome;
      const way = MOST.way + MOST.look * ((taken[0]?.looks ?? 1) - 1);
      return [
        ...over(`"${goal}": an answer of find_tools`, find, MOST.find * taken.length),
        ...taken.flatMap(({ query, problem }) => (problem === '' ? [] : [`"${query}": ${problem}`])),
        ...over(`"${goal}": a first call`, firstCall(facade.tokens, outcome), way),
      ];
    }),
  ];
}

/** What a conversation holds after the first call: the facade, the question, the description and the call. */
export function firstCall(facade: number, { asked, find, steps }: Outcome): number {
  const [first] = steps;
  return facade + (asked + find) / steps.length + (first ? first.describe + first.call : 0);
}

function over(what: string, tokens: number, most: number): string[] {
  return tokens <= most ? [] : [`${what} takes ${Math.round(tokens)} tokens, ${most} at most`];
}
