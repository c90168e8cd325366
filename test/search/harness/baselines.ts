import type { LabelledTool } from './labelled-set.ts';

/** What an index is measured beside, in the same run: plain work over the same texts. */
export const BASELINES = {
  question: 'scanning all texts for the words',
  build: 'counting the words of all texts',
} as const;

/** Splits all that a tool's author wrote into words, and counts them by tool and over all. */
export function countWords(tools: readonly LabelledTool[]): unknown {
  const holders = new Map<string, number>();
  const counts = tools.map(({ name, description, groups, parameters }) => {
    const text = `${name} ${description} ${groups.join(' ')} ${JSON.stringify(parameters)}`;
    const own = new Map<string, number>();
    for (const word of text.toLowerCase().split(/[^\p{L}\p{N}]+/u)) own.set(word, (own.get(word) ?? 0) + 1);
    for (const word of own.keys()) holders.set(word, (holders.get(word) ?? 0) + 1);
    return own;
  });
  return { counts, holders };
}
