import type { JsonObject } from '../../catalog/json.ts';
import type { Tool } from '../../catalog/tool.ts';
import type { CallContext, CallOutcome } from '../../upstream/upstream.ts';
import type { Ruling } from '../decide-call.ts';
import { isInputRequired, toQuestions } from '../questions/relay.ts';
import { dutyOf, toSilent, type Duty } from './duty.ts';
import { offerOwnNext } from './next-page.ts';
import { obligeToolResult } from './oblige-tool-result.ts';
import { applyOwnSelection, takeOwnSelection } from './own-selection.ts';
import { withholdFault } from './withheld.ts';

/** A tool call that is permitted. */
export interface ObligedCall {
  readonly tool: Tool;
  readonly ruling: Ruling;
  /** The arguments as the caller sent them. */
  readonly given: JsonObject;
  readonly context: CallContext;
}

type Invoke = (args: JsonObject, context: CallContext) => Promise<CallOutcome>;

/**
 * Makes a call with the arguments that policy set, and hands back what the caller may have of the answer: faults, errors and what is
 * told on the way included.
 *
 * @throws BailiwickError `RESULT_WITHHELD`; what `invoke` throws
 */
export async function invokeObliged(call: ObligedCall, invoke: Invoke): Promise<CallOutcome> {
  const { ruling, given, context } = call;
  const duty = dutyOf(ruling.decision);
  if (duty) return invokeInPart(call, duty, invoke);
  const outcome = await invoke(ruling.args, context);
  return { ...outcome, result: offerOwnNext(outcome.result, { given, sent: ruling.args }) };
}

async function invokeInPart(
  { tool, ruling, given, context }: ObligedCall,
  duty: Duty,
  invoke: Invoke,
): Promise<CallOutcome> {
  const own = takeOwnSelection(tool, ruling.args);
  const outcome = await invoke(own.args, toSilent(context)).catch((error: unknown) => {
    throw withholdFault(error);
  });
  if (isInputRequired(outcome.result)) return { ...outcome, result: toQuestions(outcome.result) };
  const result = applyOwnSelection(own, obligeToolResult(duty, tool, outcome));
  return { ...outcome, result: offerOwnNext(result, { given, sent: own.args }) };
}
