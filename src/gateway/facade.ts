import type { JsonObject } from '../catalog/json.ts';
import type { Sight } from '../catalog/sight.ts';
import { callTool } from './call-tool.ts';
import { recordFinding } from './events/record-finding.ts';
import { getPrompt } from './get-prompt.ts';
import { readResource } from './read-resource.ts';
import type { Caller, Road } from './road.ts';
import { sightOf } from './sight.ts';

/**
 * The built-in tools by which a caller finds, looks at and calls what its endpoint does not list. They are no calls themselves: what
 * they call is, with a decision and a record of its own. Handed over by `app.ts`.
 */
export interface Facade {
  /** As `tools/list` shows them, in order: the same bytes for everybody. */
  readonly tools: readonly JsonObject[];
  /**
   * @returns a `CallToolResult`; what the caller got wrong is told in it (`isError: true`)
   * @throws what the roads throw
   */
  call(call: FacadeCall): Promise<JsonObject>;
}

/** A call of a built-in tool, with all that it may look at and do. */
export interface FacadeCall {
  readonly name: string;
  /** As the caller sent them: of any shape. */
  readonly args: JsonObject;
  readonly sight: Sight;
  readonly signal: AbortSignal;
  /** Each goes down the road of a call: decided, recorded, limited. Names and URIs as the caller's endpoint shows them. */
  callTool(name: string, args: JsonObject): Promise<JsonObject>;
  readResource(uri: string): Promise<JsonObject>;
  getPrompt(name: string, args: JsonObject): Promise<JsonObject>;
  /** Records what was asked and what was found. */
  noteFound(finding: Finding): Promise<void>;
}

/** What one question found. */
export interface Finding {
  /** The arguments that count, with their defaults: masked in the record as those of calls are. */
  readonly asked: JsonObject;
  /** By query, the entries in the order in which they were told: `source/own`, with the kind in front where it is no tool. */
  readonly found: readonly (readonly string[])[];
}

/** Carries out a call of a built-in tool for this caller. */
export async function callFacade(
  road: Road,
  facade: Facade,
  caller: Caller,
  name: string,
  args: JsonObject,
): Promise<JsonObject> {
  const call = road.newId();
  const child: Caller = { ...caller, parent: call };
  return facade.call({
    name,
    args,
    sight: sightOf(caller.snapshot, caller.principal, caller.endpoint),
    signal: caller.context.signal,
    callTool: (own, given) => callTool(road, { ...child, name: own, args: given }),
    readResource: (uri) => readResource(road, child, uri),
    getPrompt: (own, given) => getPrompt(road, child, own, given),
    noteFound: (finding) => recordFinding(road, caller, call, finding),
  });
}
