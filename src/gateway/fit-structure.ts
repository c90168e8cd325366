import type { Json, JsonObject, JsonSchema } from '../catalog/json.ts';
import type { Tool } from '../catalog/tool.ts';
import { validatorOf } from './schema-validator.ts';

/** Says, in `_meta`, that structured content was withheld because it is not what the tool's description promises. */
const MISMATCH_META_KEY = 'io.bailiwick/structure-mismatch';

/**
 * A result that no client refuses for its structure.
 *
 * Clients fail a call whose structured content does not fit the tool's output schema, and real APIs answer other types than
 * their documents declare. Compiled output schemas require no member, so an empty object always fits; the text still
 * holds the whole answer. An upstream MCP server's structure is its own affair and is passed on.
 *
 * @param outputSchema as the caller is shown it
 */
export function fitStructure(
  tool: Tool,
  outputSchema: JsonSchema | undefined,
  result: JsonObject,
): JsonObject {
  const { structuredContent } = result;
  if (tool.binding.kind !== 'http' || !outputSchema || structuredContent === undefined) return result;
  if (fits(outputSchema, structuredContent)) return result;
  return {
    ...result,
    structuredContent: {},
    _meta: { ...(result['_meta'] as JsonObject), [MISMATCH_META_KEY]: true },
  };
}

/** The call was made, so a schema that nobody can check against must not turn its answer into an error. */
function fits(schema: JsonSchema, structure: Json): boolean {
  try {
    return validatorOf(schema)(structure);
  } catch {
    return false;
  }
}
