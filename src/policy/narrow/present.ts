import type { JsonSchema } from '../../catalog/json.ts';
import type { Tool } from '../../catalog/tool.ts';
import type { ArgumentLimit, Narrowing } from './region.ts';
import { writeLimits } from './write-limits.ts';

/**
 * The tool as it is presented to whom `narrowing` is about: its input schema with the limits written into it, and a sentence in its
 * description for what a schema cannot say. The same object where nothing is narrowed. `validationSchema` stays: what is refused is
 * refused by a decision, which says why.
 */
export function presentNarrowed(tool: Tool, narrowing: Narrowing): Tool {
  if (narrowing.kind !== 'some') return tool;
  const { limits, words } = narrowing;
  if (limits.length === 0 && words === undefined) return tool;
  return copyOf(tool, {
    ...(limits.length > 0 && { inputSchema: narrowSchema(tool.inputSchema, limits) }),
    ...(words !== undefined && {
      description: tool.description === '' ? words : `${tool.description}\n\n${words}`,
    }),
  });
}

const narrowed = new WeakMap<readonly ArgumentLimit[], WeakMap<JsonSchema, JsonSchema>>();

/** The same object for the same limits and the same schema, so that what is made of it is made once. */
function narrowSchema(schema: JsonSchema, limits: readonly ArgumentLimit[]): JsonSchema {
  let bySchema = narrowed.get(limits);
  if (bySchema === undefined) narrowed.set(limits, (bySchema = new WeakMap()));
  let presented = bySchema.get(schema);
  if (presented === undefined) bySchema.set(schema, (presented = writeLimits(schema, limits)));
  return presented;
}

/** Members that a compiler defined as getters stay getters: what nobody asks for costs nothing. */
function copyOf(tool: Tool, changed: Partial<Tool>): Tool {
  return Object.defineProperties(
    {},
    { ...Object.getOwnPropertyDescriptors(tool), ...Object.getOwnPropertyDescriptors(changed) },
  ) as Tool;
}
