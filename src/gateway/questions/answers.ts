import { isJsonObject, type Json } from '../../catalog/json.ts';
import type { Question } from '../../upstream/upstream.ts';
import { kindOf } from './kinds.ts';

/** How a question was answered, for the record: never what was answered. */
export type AnswerAction = 'accept' | 'decline' | 'cancel';

/**
 * How a result answers a question. Undefined: it is no answer to it (MCP `ElicitResult`, `CreateMessageResult`,
 * `ListRootsResult`, as far as every revision agrees on them).
 */
export function actionOf(question: Question, answer: Json | undefined): AnswerAction | undefined {
  if (!isJsonObject(answer)) return undefined;
  switch (kindOf(question)) {
    case 'elicitation': {
      const { action, content } = answer;
      const isForm = content === undefined || content === null || isJsonObject(content);
      return isForm && (action === 'accept' || action === 'decline' || action === 'cancel')
        ? action
        : undefined;
    }
    case 'sampling': {
      const { role, content, model } = answer;
      const isMessage = (role === 'assistant' || role === 'user') && typeof model === 'string';
      return isMessage && typeof content === 'object' && content !== null ? 'accept' : undefined;
    }
    case 'roots': {
      const { roots } = answer;
      return Array.isArray(roots) && roots.every(isRoot) ? 'accept' : undefined;
    }
    case undefined:
      return undefined;
  }
}

function isRoot(root: Json): boolean {
  return isJsonObject(root) && typeof root['uri'] === 'string';
}

/** The question that an answer fits which came without it: a client repeats answers alone (MCP 2026-07-28, basic/patterns/mrtr). */
export function methodOfAnswer(answer: Json): string | undefined {
  return ['elicitation/create', 'sampling/createMessage', 'roots/list'].find(
    (method) => actionOf({ method }, answer) !== undefined,
  );
}
