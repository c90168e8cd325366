import { isJsonObject, type JsonObject } from '../../catalog/json.ts';

/**
 * What clients that search tools themselves look at: a tool that has it is not deferred, but before the model in every turn. Claude Code
 * reads it (code.claude.com/docs/en/mcp, "Scale with MCP tool search"), and others do not mind.
 */
const ALWAYS_LOAD = 'anthropic/alwaysLoad';

/** A listed tool that the operator pinned. */
export function withAlwaysLoad(listed: JsonObject): JsonObject {
  const { _meta } = listed;
  return { ...listed, _meta: { ...(isJsonObject(_meta) && _meta), [ALWAYS_LOAD]: true } };
}
