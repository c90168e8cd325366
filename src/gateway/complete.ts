import { isJsonObject, type JsonObject } from '../catalog/json.ts';
import { BailiwickError } from '../errors.ts';
import { promptReference, requestReference, resourceReference } from './reference.ts';
import type { Caller, Road } from './road.ts';

/**
 * Completes an argument of a prompt or a resource template (MCP `completion/complete`). A completion follows its
 * reference: who never may use that may not complete it, and learns no more than that it is unknown. Its arguments are not all
 * there yet, and decide nothing.
 *
 * @throws BailiwickError `UNKNOWN_PROMPT`, `UNKNOWN_RESOURCE` or `INVALID_PARAMS`.
 */
export async function complete(road: Road, caller: Caller, params: JsonObject): Promise<JsonObject> {
  const ref = params['ref'];
  if (isJsonObject(ref) && ref['type'] === 'ref/prompt' && typeof ref['name'] === 'string') {
    const reference = promptReference(caller, ref['name']);
    const own = { ...params, ref: { ...ref, name: reference.own } };
    return requestReference(road, caller, reference, { method: 'completion/complete', params: own });
  }
  if (isJsonObject(ref) && ref['type'] === 'ref/resource' && typeof ref['uri'] === 'string') {
    const reference = resourceReference(caller, ref['uri']);
    const own = { ...params, ref: { ...ref, uri: reference.own } };
    return requestReference(road, caller, reference, { method: 'completion/complete', params: own });
  }
  throw new BailiwickError(
    'INVALID_PARAMS',
    'ref must be { type: "ref/prompt", name } or { type: "ref/resource", uri }',
  );
}
