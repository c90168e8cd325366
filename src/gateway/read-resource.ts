import type { JsonObject } from '../catalog/json.ts';
import { requestReference, resourceReference } from './reference.ts';
import type { Caller, Road } from './road.ts';

/**
 * Reads a resource of an upstream (MCP `resources/read`).
 *
 * @throws BailiwickError `UNKNOWN_RESOURCE` where the URI names nothing that this caller may read.
 */
export async function readResource(road: Road, caller: Caller, uri: string): Promise<JsonObject> {
  const reference = resourceReference(caller, uri);
  return requestReference(road, caller, reference, {
    method: 'resources/read',
    params: { uri: reference.own },
  });
}
