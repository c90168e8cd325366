import { withArgument } from '../../catalog/argument-schema.ts';
import type { JsonSchema } from '../../catalog/json.ts';
import type { Tool } from '../../catalog/tool.ts';
import type { ArgumentLimit, Narrowing } from './region.ts';
import { writeLimit, writeLimits } from './write-limits.ts';

/**
 * The tool as it is presented to whom `narrowing` is about: its input schema with the limits written into it, and a sentence in its
 * description for what a schema cannot say. The same object where nothing is narrowed. `validationSchema` stays: what is refused is
 * refused by a decision, which says why.
 */
export function presentNarrowed(tool: Tool, narrowing: Narrowing): Tool {
  if (narrowing.kind !== 'some') return tool;
  const { limits, words } = narrowing;
  if (limits.length === 0 && words === undefined) return tool;
  const presented: Tool = {
    ...withoutSchemas(tool),
    ...(words !== undefined && {
      description: tool.description === '' ? words : `${tool.description}\n\n${words}`,
    }),
    inputSchema: limits.length > 0 ? narrowSchema(tool.inputSchema, limits) : tool.inputSchema,
    // What nobody asks for costs nothing: a compiler may have defined these as getters.
    get validationSchema() {
      return tool.validationSchema;
    },
    get outputSchema() {
      return tool.outputSchema;
    },
  };
  written.set(presented, [...(written.get(tool) ?? []), ...limits]);
  return presented;
}

/** The limits in the input schemas of tools that are presented. */
const written = new WeakMap<Tool, readonly ArgumentLimit[]>();

/**
 * The input schema of a tool that {@link presentNarrowed} gave, with all that its compiler cut from it for its size: what calls are
 * checked against, with the same limits written into it, wherever it says something of the arguments. Those that are pinned are
 * nowhere in it.
 */
export function presentWhole(tool: Tool): JsonSchema {
  const limits = written.get(tool) ?? [];
  const whole = tool.validationSchema;
  if (limits.length === 0) return whole;
  return limits.reduce<JsonSchema>(
    (schema, limit) =>
      withArgument(schema, limit.path, (declared) =>
        limit.pinned ? undefined : writeLimit(declared, limit, whole),
      ),
    narrowSchema(whole, limits),
  );
}

/** Whether a tool is one that {@link presentNarrowed} gave, with limits in its input schema. */
export function hasLimits(tool: Tool): boolean {
  return (written.get(tool) ?? []).length > 0;
}

function withoutSchemas(tool: Tool): Omit<Tool, 'inputSchema' | 'validationSchema' | 'outputSchema'> {
  const members: Record<string, unknown> = {};
  for (const name of Object.keys(tool) as (keyof Tool)[]) {
    if (name !== 'inputSchema' && name !== 'validationSchema' && name !== 'outputSchema')
      members[name] = tool[name];
  }
  return members as unknown as Tool;
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
