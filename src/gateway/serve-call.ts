import type { JsonObject } from '../catalog/json.ts';
import { callTool } from './call-tool.ts';
import { callFacade } from './facade.ts';
import type { Gateway } from './gateway.ts';
import { getPrompt } from './get-prompt.ts';
import { meansBuiltIn } from './listing/built-in.ts';
import { readResource } from './read-resource.ts';
import type { Caller } from './road.ts';

/*
 * What a face calls: one request of a client, which may be one round of several. Errors are those of the roads, and
 * `INVALID_PARAMS` for a `requestState` that does not belong to the request.
 */

/** MCP `tools/call`. */
export function serveToolCall(
  { rounds, road, facade }: Gateway,
  caller: Caller,
  name: string,
  args: JsonObject,
): Promise<JsonObject> {
  return rounds.carryOut(caller, { method: 'tools/call', name, args }, (from) =>
    meansBuiltIn(from, name)
      ? callFacade(road, facade, from, name, args)
      : callTool(road, { ...from, name, args }),
  );
}

/** MCP `prompts/get`. */
export function servePrompt(
  { rounds, road }: Gateway,
  caller: Caller,
  name: string,
  args: JsonObject,
): Promise<JsonObject> {
  return rounds.carryOut(caller, { method: 'prompts/get', name, args }, (from) =>
    getPrompt(road, from, name, args),
  );
}

/** MCP `resources/read`. */
export function serveResource({ rounds, road }: Gateway, caller: Caller, uri: string): Promise<JsonObject> {
  return rounds.carryOut(caller, { method: 'resources/read', name: uri, args: {} }, (from) =>
    readResource(road, from, uri),
  );
}
