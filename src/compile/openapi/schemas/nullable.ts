import type { JsonObject, JsonSchema } from '../../../catalog/json.ts';

/** Keywords that say nothing about the value: they stay outermost when a schema is wrapped. */
const OUTER = ['title', 'description', 'default', 'deprecated'];

/** Keywords beside which adding `null` to `type` would not be enough. */
const CONSTRAINING = ['$ref', 'allOf', 'anyOf', 'oneOf', 'not', 'if', 'const'];

/** Whether `null` has to be allowed: OpenAPI 3.0's `nullable: true`, or anywhere in what comes back. */
export function isNullable(schema: JsonObject, direction: 'input' | 'output'): boolean {
  return schema['nullable'] === true || (direction === 'output' && schema['type'] !== undefined);
}

/** The schema, accepting `null` as well: as one more type where that is enough, else as an alternative. */
export function allowNull(schema: JsonSchema): JsonSchema {
  if (CONSTRAINING.some((keyword) => Object.hasOwn(schema, keyword))) return wrap(schema);
  const type = schema['type'];
  if (type === undefined) return schema;
  const types = Array.isArray(type) ? type : [type];
  return types.includes('null') ? schema : { ...schema, type: [...types, 'null'] };
}

function wrap(schema: JsonSchema): JsonSchema {
  const entries = Object.entries(schema);
  const outer = entries.filter(([keyword]) => OUTER.includes(keyword));
  const inner = entries.filter(([keyword]) => !OUTER.includes(keyword));
  return Object.fromEntries([...outer, ['anyOf', [Object.fromEntries(inner), { type: 'null' }]]]);
}
