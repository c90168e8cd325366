import type { JsonSchema } from '../catalog/json.ts';
import type { Tool } from '../catalog/tool.ts';
import type { Asker } from './decide-call.ts';

/** The output schema that this caller is shown of a tool: none where policy may cut or mask what the tool answers. */
export function outputSchemaOf({ snapshot, principal }: Asker, tool: Tool): JsonSchema | undefined {
  if (tool.outputSchema === undefined || snapshot.view(principal).reshapes(tool)) return undefined;
  return tool.outputSchema;
}
