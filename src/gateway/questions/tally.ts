import type { JsonObject } from '../../catalog/json.ts';
import { actionOf, methodOfAnswer, type AnswerAction } from './answers.ts';

/** How one question ended: `asked` is one that was handed to the client, and whose answer comes with another call. */
type Ending = AnswerAction | 'error' | 'asked';

/** What was asked during one call and how it was answered, in numbers. */
export interface QuestionTally {
  add(method: string, ending: Ending): void;
  /** Notes what a client would have to offer to be asked something, as MCP `ClientCapabilities`. */
  addLack(required: JsonObject): void;
  /** What was wanted of the client and it does not offer; undefined: nothing. */
  lack(): JsonObject | undefined;
  /** Counts answers that a client repeated its request with. */
  addAnswers(inputResponses: JsonObject | undefined): void;
  /** By method and ending; undefined: nothing was asked. */
  counts(): Readonly<Record<string, Readonly<Record<string, number>>>> | undefined;
}

export function createQuestionTally(): QuestionTally {
  const counts = new Map<string, Map<Ending, number>>();
  let lacking: JsonObject | undefined;
  const add = (method: string, ending: Ending): void => {
    const endings = counts.get(method) ?? new Map<Ending, number>();
    endings.set(ending, (endings.get(ending) ?? 0) + 1);
    counts.set(method, endings);
  };
  return {
    add,
    addLack(required) {
      lacking = { ...lacking, ...required };
    },
    lack: () => lacking,
    addAnswers(inputResponses = {}) {
      for (const answer of Object.values(inputResponses)) {
        const method = methodOfAnswer(answer);
        const action = method === undefined ? undefined : actionOf({ method }, answer);
        if (method !== undefined && action !== undefined) add(method, action);
      }
    },
    counts() {
      if (counts.size === 0) return undefined;
      return Object.fromEntries(
        [...counts].map(([method, endings]) => [method, Object.fromEntries(endings)]),
      );
    },
  };
}
