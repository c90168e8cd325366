import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import type { Question } from '../../upstream/upstream.ts';
import { decideSampling } from '../decide-call.ts';
import { describeDecision } from '../describe-call.ts';
import type { Caller } from '../road.ts';
import type { QuestionTally } from './tally.ts';

/** What policy makes of a question: the question as it may be asked, or why it may not. */
export type Admission = { readonly question: Question } | { readonly refusal: string };

/**
 * Asks policy whether a source may use the model of the client behind a call (MCP `sampling/createMessage`). Who may call a tool may
 * be asked by it, unless a rule about the model closes that. Other questions pass.
 *
 * @param now milliseconds since the epoch
 */
export function admitSampling(
  caller: Caller,
  source: string,
  question: Question,
  { now, tally }: { readonly now: number; readonly tally: QuestionTally | undefined },
): Admission {
  const { method, params = {} } = question;
  if (method !== 'sampling/createMessage') return { question };
  const ruling = decideSampling(caller, source, toModelArguments(params), now);
  if (ruling === undefined) return { question };
  const { decision, args, set } = ruling;
  tally?.addDecision(method, describeDecision(decision));
  if (decision.effect === 'deny') return { refusal: `policy denies it: ${decision.rules.join(', ')}` };
  if (decision.effect === 'approve') {
    return {
      refusal: `a person has to approve it (${decision.rules.join(', ')}), and this version cannot ask`,
    };
  }
  const { select, mask } = decision.obligations ?? {};
  if (select !== undefined || mask !== undefined) {
    return { refusal: `${decision.rules.join(', ')} want the answer cut or masked, which is not done to it` };
  }
  return set.length === 0 ? { question } : { question: { method, params: withSet(params, args) } };
}

/** The arguments of a model as conditions see them at every door. */
function toModelArguments({ messages, maxTokens, tools, modelPreferences }: JsonObject): JsonObject {
  const hints = isJsonObject(modelPreferences) ? modelPreferences['hints'] : undefined;
  const [hint] = Array.isArray(hints) ? hints : [];
  const model = isJsonObject(hint) ? hint['name'] : undefined;
  return {
    messages: messages ?? [],
    tools: tools ?? [],
    stream: false,
    ...(maxTokens !== undefined && { max_tokens: maxTokens }),
    ...(typeof model === 'string' && { model }),
  };
}

function withSet(params: JsonObject, { messages, max_tokens, tools, model }: JsonObject): JsonObject {
  const hasTools = params['tools'] !== undefined || (Array.isArray(tools) && tools.length > 0);
  const preferences = isJsonObject(params['modelPreferences']) ? params['modelPreferences'] : {};
  const hints: Json = [{ name: model ?? '' }];
  return {
    ...params,
    ...(messages !== undefined && { messages }),
    ...(max_tokens !== undefined && { maxTokens: max_tokens }),
    ...(tools !== undefined && hasTools && { tools }),
    ...(model !== undefined && { modelPreferences: { ...preferences, hints } }),
  };
}
