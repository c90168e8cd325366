import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { BailiwickError } from '../../errors.ts';
import type { Question } from '../../upstream/upstream.ts';
import type { Caller } from '../road.ts';
import { admitSampling } from './admit-sampling.ts';
import { questionSettingsOf } from './allowed.ts';
import { kindOf, missingCapabilities } from './kinds.ts';
import { toShown } from './shown.ts';
import type { QuestionTally } from './tally.ts';

/** JSON-RPC code of MCP 2026-07-28 for a request whose capabilities do not cover what it needs. */
const MISSING_CAPABILITY = -32_021;

/** True for a result that asks the client and is to be followed by the same request (MCP 2026-07-28, basic/patterns/mrtr). */
export function isInputRequired(result: JsonObject): boolean {
  return result['resultType'] === 'input_required';
}

/** A result that asks, without what it may hold beside its questions. */
export function toQuestions({ resultType, inputRequests, requestState }: JsonObject): JsonObject {
  return {
    ...(resultType !== undefined && { resultType }),
    ...(inputRequests !== undefined && { inputRequests }),
    ...(requestState !== undefined && { requestState }),
  };
}

/**
 * An upstream's `input_required` result as its client gets it: under the same keys, each question names the source, and the
 * upstream's state is sealed.
 *
 * @throws BailiwickError `UPSTREAM_PROTOCOL` for what is no such result, or asks what the source may not;
 *   `UPSTREAM_REJECTED` where the client lacks what is asked of it (its JSON-RPC code is -32021).
 */
export function relayQuestions(
  caller: Caller,
  source: string,
  result: JsonObject,
  { now, tally }: { now: number; tally: QuestionTally },
): JsonObject {
  if (caller.context.rounds === 'ask') throw wrong(source, 'asks in a way that this client does not know');
  const { inputRequests, requestState } = result;
  const requests = inputRequests === undefined ? {} : inputRequests;
  if (!isJsonObject(requests) || (requestState !== undefined && typeof requestState !== 'string')) {
    throw wrong(source, 'asks in a form that is not MCP');
  }
  if (Object.keys(requests).length === 0 && requestState === undefined) {
    throw wrong(source, 'asks for input and does not say for which');
  }
  const shown = Object.entries(requests).map(([key, request]) => {
    const question = admit(caller, source, request, { now, tally });
    tally.add(question.method, 'asked');
    const { elicitationId: _ofOtherEra, ...params } = question.params ?? {};
    return [key, { ...(isJsonObject(request) && request), method: question.method, params }] as const;
  });
  const state =
    requestState === undefined ? undefined : (caller.round?.seal(source, requestState) ?? requestState);
  return {
    ...result,
    ...(inputRequests !== undefined && { inputRequests: Object.fromEntries(shown) }),
    ...(state !== undefined && { requestState: state }),
  };
}

function admit(
  caller: Caller,
  source: string,
  request: Json,
  { now, tally }: { now: number; tally: QuestionTally },
): Question {
  const method = isJsonObject(request) ? request['method'] : undefined;
  const params = isJsonObject(request) ? (request['params'] ?? {}) : undefined;
  if (typeof method !== 'string' || !isJsonObject(params))
    throw wrong(source, 'asks in a form that is not MCP');
  const question = { method, params };
  const kind = kindOf(question);
  if (kind === undefined) throw wrong(source, 'asks for a kind of input that MCP does not know');
  if (questionSettingsOf(caller, source)[kind] === 'refuse') {
    throw wrong(source, `asks for ${kind}, which it may not (sources.${source}.questions.${kind})`);
  }
  const missing = missingCapabilities(question, caller.context.clientCapabilities);
  if (missing) {
    throw lacksCapability(source, missing);
  }
  const admission = admitSampling(caller, source, question, { now, tally });
  if ('refusal' in admission) throw wrong(source, `asks for ${kind}, which it may not: ${admission.refusal}`);
  return toShown(source, admission.question);
}

/** The fault of a call that cannot be carried out for a client of 2026-07-28 without what it does not offer. */
export function lacksCapability(source: string, requiredCapabilities: JsonObject): BailiwickError {
  const message = `source ${source} needs what this client does not offer: ${JSON.stringify(requiredCapabilities)}`;
  return new BailiwickError('UPSTREAM_REJECTED', message, {
    data: { upstream: { code: MISSING_CAPABILITY, message, data: { requiredCapabilities } } },
  });
}

function wrong(source: string, what: string): BailiwickError {
  return new BailiwickError('UPSTREAM_PROTOCOL', `source ${source} ${what}`);
}
