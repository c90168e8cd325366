import type { JsonObject } from '../catalog/json.ts';
import type { Tool } from '../catalog/tool.ts';
import { BailiwickError, toBailiwickError } from '../errors.ts';
import type { CallOutcome } from '../upstream/upstream.ts';
import { brief } from './brief.ts';
import { answerOf, type Chargeable } from './charge.ts';
import { decideCall, decideWithoutArguments, withPins, type Ruling } from './decide-call.ts';
import { toolAttempt, type Attempt } from './describe-call.ts';
import { fitStructure } from './fit-structure.ts';
import { invokeObliged } from './obligations/invoke-obliged.ts';
import { hintAtBuiltIn } from './listing/built-in.ts';
import { outputSchemaOf } from './output-schema.ts';
import { isInputRequired } from './questions/relay.ts';
import { pinArguments } from './pin-arguments.ts';
import { recordedCall, refused } from './recorded-call.ts';
import { toRefusal } from './refusal.ts';
import { rewriteUris } from './rewrite-uris.ts';
import type { Caller, Road } from './road.ts';
import { scopeRefusal } from './scope-refusal.ts';
import { shapeResult } from './shape-result.ts';
import { showsTool } from './shows-tool.ts';
import { isToolError, toToolError } from './tool-error.ts';
import { requireCanonical, validateArguments } from './validate-arguments.ts';
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
 * pin → find → fill → validate → decide → reserve → [intent] → invoke → oblige → shape → settle → [outcome]
 * ```
 *
 * @returns an MCP `CallToolResult`. What goes wrong about a visible tool is told in it (`isError: true`).
 * @throws BailiwickError for what is told as a protocol error: `UNKNOWN_TOOL`, `RECORD_UNAVAILABLE`, `CANCELLED`,
 *   `SHUTTING_DOWN`, `INTERNAL`.
 */
export async function callTool(road: Road, sent: ToolCall): Promise<JsonObject> {
  const pinned = pinArguments(sent, sent.name, sent.args);
  const call = { ...sent, args: pinned.args };
  const tool = await find(road, call);
  try {
    const ruling = await fill(road, call, tool, pinned.conflict);
    await validate(road, call, tool, ruling);
    const attempt = await decide(road, call, tool, ruling);
    const price = call.snapshot.settings.prices.get(tool.source)?.(tool);
    const charge: Chargeable = { target: { kind: 'tool', tool }, price };
    return await recordedCall(road, call, { ...attempt, charge }, async (context, answered) => {
      const upstream = upstreamOf(call, tool);
      const outcome = await invokeObliged(
        { tool, ruling, given: sent.args, context },
        async (args, within) => {
          const got = await upstream.callTool(tool, args, within);
          // Only a price has use for it, and a long text takes time to read.
          if (price) answered(got.answer ?? answerOf(got.result));
          return got;
        },
      );
      return isInputRequired(outcome.result)
        ? outcome
        : { ...outcome, result: shape(call, tool, ruling, outcome) };
    });
  } catch (thrown) {
    const error = toBailiwickError(thrown);
    if (isToolError(error)) return toToolError(error, outputSchemaOf(call, tool));
    // As it was thrown: whoever answers tells the operator of what nobody foresaw, and has to see that nobody did.
    throw thrown;
  }
}

/** Name → tool, through the caller's view. Hidden and absent take the same path and give the same words. */
async function find(road: Road, call: ToolCall): Promise<Tool> {
  const window = windowOf(call.snapshot, call.endpoint);
  const tool = window.toolNamed(call.name);
  if (tool && showsTool(call.snapshot.view(call.principal), window, tool)) return tool;
  const target = tool && ({ kind: 'tool', tool } as const);
  const lacking = target && scopeRefusal(call, target, call.args, road.now());
  if (lacking)
    throw await refused(
      road,
      call,
      toolAttempt(tool, call.args, decideCall(call, target, call.args, road.now())),
      lacking,
    );
  // The caller is told one thing, the record another: an auditor sees what was hidden, and by which rules. What the caller sent
  // decides nothing, and takes no time that would tell.
  const attempt: Attempt = tool
    ? {
        ...toolAttempt(tool, call.args, decideWithoutArguments(call, { kind: 'tool', tool }, road.now())),
        isUnseen: true,
      }
    : { target: { kind: 'tool', name: brief(call.name) }, args: call.args, isUnseen: true };
  throw await refused(
    road,
    call,
    attempt,
    new BailiwickError('UNKNOWN_TOOL', `Unknown tool: ${brief(call.name)}${hintAtBuiltIn(call, call.name)}`),
  );
}

/**
 * The decision on the caller's arguments and on those that are to be sent: with what rules pin, and their defaults.
 *
 * @param conflict What the endpoint fixes, and the caller sent otherwise.
 */
async function fill(
  road: Road,
  call: ToolCall,
  tool: Tool,
  conflict: BailiwickError | undefined,
): Promise<Ruling> {
  await refusing(road, call, tool, () => {
    if (conflict) throw conflict;
    requireCanonical(call.args);
  });
  return decideCall(call, { kind: 'tool', tool }, call.args, road.now());
}

/** What is to be sent fits the tool's schema. Of a call that is denied, what it leaves out where policy would set something counts as there. */
async function validate(road: Road, call: ToolCall, tool: Tool, { decision, args }: Ruling): Promise<void> {
  await refusing(road, call, tool, () => {
    const isDenied = decision.effect === 'deny';
    validateArguments(tool, isDenied ? withPins(call, { kind: 'tool', tool }, args) : args);
  });
}

async function decide(road: Road, call: ToolCall, tool: Tool, ruling: Ruling): Promise<Attempt> {
  const attempt = toolAttempt(tool, call.args, ruling);
  const refusal = toRefusal(call, { kind: 'tool', tool }, call.args, ruling.decision, road.now());
  if (refusal) throw await refused(road, call, attempt, refusal);
  return attempt;
}

async function refusing(road: Road, call: ToolCall, tool: Tool, check: () => void): Promise<void> {
  try {
    check();
  } catch (thrown) {
    throw await refused(road, call, toolAttempt(tool, call.args), toBailiwickError(thrown));
  }
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

/** Says in `_meta` that the call changed nothing, because policy lets it be a dry run only. */
const DRY_RUN_META_KEY = 'io.bailiwick/dryRun';

/** The result as this endpoint shows it: URIs routable, size within the budget. */
function shape(
  call: ToolCall,
  tool: Tool,
  { decision }: Ruling,
  { result, narrowing }: CallOutcome,
): JsonObject {
  try {
    const { maxResultBytes } = call.snapshot.settings;
    const routable = rewriteUris(call.endpoint, tool.source, result);
    const shaped = fitStructure(
      tool,
      outputSchemaOf(call, tool),
      shapeResult(routable, maxResultBytes, narrowing),
    );
    const isDry = decision.effect === 'permit' && decision.obligations?.dryRun;
    return isDry
      ? { ...shaped, _meta: { ...(shaped['_meta'] as JsonObject), [DRY_RUN_META_KEY]: true } }
      : shaped;
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
