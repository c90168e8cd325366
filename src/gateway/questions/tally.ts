import type { JsonObject } from '../../catalog/json.ts';
import type { RecordEntry } from '../../audit/record.ts';
import { actionOf, methodOfAnswer, type AnswerAction } from './answers.ts';

/** How one question ended: `asked` is one that was handed to the client, and whose answer comes with another call. */
type Ending = AnswerAction | 'error' | 'asked';

type RecordedDecision = NonNullable<RecordEntry['decision']>;

/** What policy decided about questions of one method. */
export interface CountedDecision extends RecordedDecision {
  readonly method: string;
  readonly count: number;
}

/** Decisions that one record tells apart. */
const MAX_DECISIONS = 20;

/** What was asked during one call and how it was answered, in numbers. */
export interface QuestionTally {
  add(method: string, ending: Ending): void;
  /** Notes what a client would have to offer to be asked something, as MCP `ClientCapabilities`. */
  addLack(required: JsonObject): void;
  /** What was wanted of the client and it does not offer; undefined: nothing. */
  lack(): JsonObject | undefined;
  /** Counts answers that a client repeated its request with. */
  addAnswers(inputResponses: JsonObject | undefined): void;
  /** Notes what policy decided about a question. */
  addDecision(method: string, decision: RecordedDecision): void;
  /** Each decision once, with how often it was taken; undefined: none was. */
  decisions(): readonly CountedDecision[] | undefined;
  /** By method and ending; undefined: nothing was asked. */
  counts(): Readonly<Record<string, Readonly<Record<string, number>>>> | undefined;
}

export function createQuestionTally(): QuestionTally {
  const counts = new Map<string, Map<Ending, number>>();
  const decisions = new Map<string, CountedDecision>();
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
    addDecision(method, decision) {
      const key = JSON.stringify([method, decision]);
      const known = decisions.get(key);
      if (known === undefined && decisions.size >= MAX_DECISIONS) return;
      decisions.set(key, { method, ...decision, count: (known?.count ?? 0) + 1 });
    },
    decisions: () => (decisions.size === 0 ? undefined : [...decisions.values()]),
    counts() {
      if (counts.size === 0) return undefined;
      return Object.fromEntries(
        [...counts].map(([method, endings]) => [method, Object.fromEntries(endings)]),
      );
    },
  };
}
