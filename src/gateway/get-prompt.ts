import type { JsonObject } from '../catalog/json.ts';
import { promptReference, requestReference } from './reference.ts';
import type { Caller, Road } from './road.ts';

/**
 * Gets a prompt of an upstream (MCP `prompts/get`).
 *
 * @throws BailiwickError `UNKNOWN_PROMPT` where the name is none that this caller may use.
 */
export async function getPrompt(
  road: Road,
  caller: Caller,
  name: string,
  args: JsonObject,
): Promise<JsonObject> {
  const reference = promptReference(caller, name);
  return requestReference(road, caller, reference, {
    method: 'prompts/get',
    params: { name: reference.own, arguments: args },
  });
}
