import { isJsonObject, type JsonObject } from '../../catalog/json.ts';
import type { Question } from '../../upstream/upstream.ts';

/** What can be asked of a client; each is called like the client's capability for it. */
export type QuestionKind = 'sampling' | 'elicitation' | 'roots';

export const QUESTION_KINDS = ['sampling', 'elicitation', 'roots'] as const satisfies readonly QuestionKind[];

export function kindOf({ method }: Question): QuestionKind | undefined {
  switch (method) {
    case 'sampling/createMessage':
      return 'sampling';
    case 'elicitation/create':
      return 'elicitation';
    case 'roots/list':
      return 'roots';
    default:
      return undefined;
  }
}

/**
 * What a client would have to be capable of to be asked this, and is not, as MCP `ClientCapabilities`. Undefined: it can be asked.
 * `elicitation: {}` means forms (MCP 2025-11-25, client/elicitation, "Capabilities").
 */
export function missingCapabilities(
  question: Question,
  capabilities: JsonObject | undefined,
): JsonObject | undefined {
  const kind = kindOf(question);
  if (kind === undefined) return {};
  const offered = capabilities?.[kind];
  const members = neededMembers(kind, question.params ?? {});
  const lacking = isJsonObject(offered)
    ? members.filter((member) => !offers(offered, kind, member))
    : members;
  if (isJsonObject(offered) && lacking.length === 0) return undefined;
  return { [kind]: Object.fromEntries(lacking.map((member) => [member, {}])) };
}

function neededMembers(kind: QuestionKind, params: JsonObject): string[] {
  switch (kind) {
    case 'elicitation':
      return [params['mode'] === 'url' ? 'url' : 'form'];
    case 'sampling': {
      const { tools, toolChoice, includeContext = 'none' } = params;
      return [
        ...(tools === undefined && toolChoice === undefined ? [] : ['tools']),
        ...(includeContext === 'none' ? [] : ['context']),
      ];
    }
    case 'roots':
      return [];
  }
}

function offers(offered: JsonObject, kind: QuestionKind, member: string): boolean {
  if (offered[member] !== undefined) return true;
  return kind === 'elicitation' && member === 'form' && offered['url'] === undefined;
}
