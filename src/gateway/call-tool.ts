import type { JsonObject } from '../catalog/json.ts';
import type { Tool } from '../catalog/tool.ts';
import { BailiwickError, toBailiwickError } from '../errors.ts';
import type { CallOutcome } from '../upstream/upstream.ts';
import { brief } from './brief.ts';
import { answerOf, type Chargeable } from './charge.ts';
import { decideCall, toRefusal } from './decide-call.ts';
import { toolAttempt, type Attempt } from './describe-call.ts';
import { fitStructure } from './fit-structure.ts';
import { isInputRequired } from './questions/relay.ts';
import { pinArguments } from './pin-arguments.ts';
import { recordedCall, refused } from './recorded-call.ts';
import { rewriteUris } from './rewrite-uris.ts';
import type { Caller, Road } from './road.ts';
import { scopeRefusal } from './scope-refusal.ts';
import { shapeResult } from './shape-result.ts';
import { isToolError, toToolError } from './tool-error.ts';
import { validateArguments } from './validate-arguments.ts';
import { windowOf } from './window.ts';

/** A tool call as a face hands it over: authenticated, and no SDK type in it. */
export interface ToolCall extends Caller {
  /** As the endpoint shows it. */
  readonly name: string;
  readonly args: JsonObject;
}

/**
 * The road of a call. Every `tools/call`, from every face, is this function; there is no other way to an upstream's tools.
 *
 * ```
 * pin → find → validate → decide → reserve → [intent] → invoke → shape → settle → [outcome]
 * ```
 *
 * @returns an MCP `CallToolResult`. What goes wrong about a visible tool is told in it (`isError: true`).
 * @throws BailiwickError for what is told as a protocol error: `UNKNOWN_TOOL`, `RECORD_UNAVAILABLE`, `CANCELLED`,
 *   `SHUTTING_DOWN`, `INTERNAL`.
 */
export async function callTool(road: Road, sent: ToolCall): Promise<JsonObject> {
  const { args, conflict } = pinArguments(sent, sent.name, sent.args);
  const call = { ...sent, args };
  const tool = await find(road, call);
  try {
    await validate(road, call, tool, conflict);
    const attempt = await decide(road, call, tool);
    const price = call.snapshot.settings.prices.get(tool.source)?.(tool);
    const charge: Chargeable = { target: { kind: 'tool', tool }, price };
    return await recordedCall(road, call, { ...attempt, charge }, async (context, answered) => {
      const outcome = await upstreamOf(call, tool).callTool(tool, call.args, context);
      // Only a price has use for it, and a long text takes time to read.
      if (price) answered(outcome.answer ?? answerOf(outcome.result));
      return isInputRequired(outcome.result) ? outcome : { ...outcome, result: shape(call, tool, outcome) };
    });
  } catch (thrown) {
    const error = toBailiwickError(thrown);
    if (isToolError(error)) return toToolError(error, tool.outputSchema);
    throw error;
  }
}

/** Name → tool, through the caller's view. Hidden and absent take the same path and give the same words. */
async function find(road: Road, call: ToolCall): Promise<Tool> {
  const tool = windowOf(call.snapshot, call.endpoint).toolNamed(call.name);
  if (tool && call.snapshot.view(call.principal).shows({ kind: 'tool', tool })) return tool;
  const target = tool && ({ kind: 'tool', tool } as const);
  const lacking = target && scopeRefusal(call, target, call.args, road.now());
  if (lacking)
    throw await refused(
      road,
      call,
      toolAttempt(tool, call.args, decideCall(call, target, call.args, road.now())),
      lacking,
    );
  // The caller is told one thing, the record another: an auditor sees what was hidden, and by which rules.
  const attempt: Attempt = tool
    ? {
        ...toolAttempt(tool, call.args, decideCall(call, { kind: 'tool', tool }, call.args, road.now())),
        isUnseen: true,
      }
    : { target: { kind: 'tool', name: brief(call.name) }, args: call.args, isUnseen: true };
  throw await refused(
    road,
    call,
    attempt,
    new BailiwickError('UNKNOWN_TOOL', `Unknown tool: ${brief(call.name)}`),
  );
}

/** @param conflict What the endpoint fixes, and the caller sent otherwise. */
async function validate(
  road: Road,
  call: ToolCall,
  tool: Tool,
  conflict: BailiwickError | undefined,
): Promise<void> {
  try {
    if (conflict) throw conflict;
    validateArguments(tool, call.args);
  } catch (thrown) {
    throw await refused(road, call, toolAttempt(tool, call.args), toBailiwickError(thrown));
  }
}

async function decide(road: Road, call: ToolCall, tool: Tool): Promise<Attempt> {
  const decision = decideCall(call, { kind: 'tool', tool }, call.args, road.now());
  const attempt = toolAttempt(tool, call.args, decision);
  const refusal = toRefusal(decision);
  if (refusal) throw await refused(road, call, attempt, refusal);
  return attempt;
}

function upstreamOf(call: ToolCall, tool: Tool) {
  const upstream = call.snapshot.upstreams.get(tool.source);
  if (!upstream) {
    throw new BailiwickError('UPSTREAM_UNAVAILABLE', `source ${tool.source} is not connected`, {
      nothingSent: true,
    });
  }
  return upstream;
}

/** The result as this endpoint shows it: URIs routable, size within the budget. */
function shape(call: ToolCall, tool: Tool, { result, narrowing }: CallOutcome): JsonObject {
  try {
    const { maxResultBytes } = call.snapshot.settings;
    const routable = rewriteUris(call.endpoint, tool.source, result);
    return fitStructure(tool, shapeResult(routable, maxResultBytes, narrowing));
  } catch (error) {
    // A value nested too deep for JSON.stringify, say: the call did happen, so its intent gets a truthful outcome.
    throw new BailiwickError(
      'UPSTREAM_PROTOCOL',
      `source ${tool.source} answered a result that cannot be passed on`,
      {
        cause: error,
      },
    );
  }
}
