import { BOUNDS, RANKING } from './constants.ts';

const END = /[.?!;]\s+|[。？！；]/;
const FEWEST_WORDS = 3;

/** Sentences of a question that is long and has several; none otherwise: a short one asks for one thing, however it is put. */
export function sentencesOf(question: string): string[] {
  const text = question.slice(0, BOUNDS.queryCharacters);
  if (text.split(/\s+/).length < RANKING.longQuestion) return [];
  const sentences = text.split(END).filter((sentence) => sentence.trim().split(/\s+/).length >= FEWEST_WORDS);
  return sentences.length < 2 ? [] : sentences.slice(0, BOUNDS.sentences);
}
