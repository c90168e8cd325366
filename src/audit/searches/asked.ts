/** A question, by its words: however they were ordered and written. */
export interface Asked {
  /** As it was asked first. */
  readonly question: string;
  readonly times: number;
  /** How often it found nothing. */
  readonly empty: number;
}

/** Questions that are told apart. */
const MOST_QUESTIONS = 5_000;

/** Counts questions. Memory is bounded, however many there are. */
export function createAskedQuestions(most = MOST_QUESTIONS): {
  add(question: string, facts: { readonly isEmpty: boolean }): void;
  /** The most asked first. */
  current(): Asked[];
  /** How often a question was beyond the bound. */
  leftOut(): number;
} {
  const asked = new Map<string, { question: string; times: number; empty: number }>();
  let left = 0;
  return {
    add(question, { isEmpty }) {
      const key = wordsOf(question);
      const known = asked.get(key);
      if (known === undefined && asked.size >= most) {
        left += 1;
        return;
      }
      const counts = known ?? { question, times: 0, empty: 0 };
      counts.times += 1;
      if (isEmpty) counts.empty += 1;
      asked.set(key, counts);
    },
    current: () =>
      [...asked.values()]
        .map((counts) => ({ ...counts }))
        .toSorted((a, b) => b.times - a.times || (a.question < b.question ? -1 : 1)),
    leftOut: () => left,
  };
}

/** Words that say nothing of what is looked for. */
const FILLERS: ReadonlySet<string> = new Set(
  'a an and are can do for from how i in is it me my of on or our please the this that to want was we what which who with you your'.split(
    ' ',
  ),
);

/** What two questions have to share to be one: their words in any order and case, but for those that say nothing. */
function wordsOf(question: string): string {
  const words =
    question
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  const telling = words.filter((word) => !FILLERS.has(word));
  const kept = telling.length > 0 ? telling : words;
  return kept.length > 0 ? [...new Set(kept)].toSorted().join(' ') : question;
}
