import type { Json, JsonObject } from '../catalog/json.ts';
import type { Tool } from '../catalog/tool.ts';
import { withoutPins } from './catalogs/pins.ts';
import { rewriteDefinition } from './rewrite-uris.ts';
import type { Window } from './window.ts';

/** A tool as MCP `tools/list` shows it at this endpoint. */
export function presentTool(
  { endpoint, nameAt, pinsOf }: Pick<Window, 'endpoint' | 'nameAt' | 'pinsOf'>,
  tool: Tool,
): JsonObject {
  // What is asked of tasks is not answered here, so no tool may say that it can be.
  const { execution: _execution, ...passthrough } = tool.passthrough ?? {};
  const presented: Record<string, Json | undefined> = {
    ...rewriteDefinition(endpoint, tool.source, passthrough),
    name: nameAt(tool, 'tool'),
    title: tool.title,
    description: tool.description,
    inputSchema: withoutPins(pinsOf(tool), tool.inputSchema),
    outputSchema: tool.outputSchema,
    annotations: tool.annotations,
  };
  return Object.fromEntries(
    Object.entries(presented).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
}
