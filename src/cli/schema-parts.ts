import type { JsonSchema } from '../catalog/json.ts';

/** Every member is always there, but for those that `optional` names; a later version may add some. */
export function objectOf<Members extends string>(
  properties: Record<Members, JsonSchema>,
  optional: readonly NoInfer<Members>[] = [],
): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.some((one) => one === name));
  return { type: 'object', properties, required };
}

/** A list, and what it holds. */
export function listOf(items: JsonSchema, description: string): JsonSchema {
  return { type: 'array', items, description };
}
