import type { Sight } from '../../../src/catalog/sight.ts';

/** The least that finds anything: every text holds how many of the words, the best of them. Its texts are there before. */
export function scanner({ entries }: Sight, limit: number): (question: string) => unknown {
  const texts = entries.map(({ tool }) => `${tool?.name} ${tool?.description}`.toLowerCase());
  return (question) => {
    const words = question.toLowerCase().split(/\s+/);
    const scored = texts.map((text, at) => ({
      at,
      score: words.filter((word) => text.includes(word)).length,
    }));
    return scored.toSorted((a, b) => b.score - a.score).slice(0, limit);
  };
}
