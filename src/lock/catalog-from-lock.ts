import type { Binding } from '../catalog/binding.ts';
import type { Contribution } from '../catalog/entries.ts';
import { isJsonObject, type Json, type JsonObject } from '../catalog/json.ts';
import { ACCESS, type Access, type Tool, type ToolAttributes } from '../catalog/tool.ts';
import { toolsOnly } from '../catalog/tools-only.ts';
import type { LockEntry } from './entry.ts';
import type { Lock } from './lock.ts';

/**
 * What a lock knows of each source, as if the source offered it: for policies that are reviewed where nothing can be reached. Never
 * for calls.
 *
 * A lock holds tools only: of resources, templates and prompts nothing is known. A call is validated by the presented schema, for of
 * a stricter one the lock has the digest alone.
 */
export function catalogFromLock(lock: Lock): Contribution[] {
  const bySource = Map.groupBy([...lock.entries.values()].map(toTool), ({ source }) => source);
  return [...bySource].map(([source, tools]) => toolsOnly(source, tools));
}

function toTool({ id, definition }: LockEntry): Tool {
  const [source = '', name = ''] = id.split('/');
  const { title, description, access, annotations, binding, scopes, inputSchema, outputSchema } = definition;
  const schema = isJsonObject(inputSchema) ? inputSchema : { type: 'object' };
  return {
    source,
    name,
    ...(typeof title === 'string' && { title }),
    description: typeof description === 'string' ? description : '',
    inputSchema: schema,
    validationSchema: schema,
    ...(isJsonObject(outputSchema) && { outputSchema }),
    ...(isJsonObject(annotations) && { annotations }),
    access: toAccess(access),
    scopes: Array.isArray(scopes) ? scopes.map(toTexts) : [],
    attributes: toAttributes(definition),
    ...(definition['hints'] !== undefined && { hints: toTexts(definition['hints']) }),
    // Whoever wrote the lock wrote it from a binding; its digest says that nobody changed it since.
    binding: (isJsonObject(binding) ? binding : { kind: 'mcp', upstreamName: name }) as unknown as Binding,
  };
}

/** Unknown counts as the gravest. */
function toAccess(written: Json | undefined): Access {
  return ACCESS.find((access) => access === written) ?? 'destructive';
}

function toAttributes({ tags, binding }: JsonObject): ToolAttributes {
  const { kind, method, path } = isJsonObject(binding) ? binding : {};
  return {
    ...(tags !== undefined && { tags: toTexts(tags) }),
    ...(kind === 'http' && typeof method === 'string' && { method }),
    ...(kind === 'http' && typeof path === 'string' && { path }),
  };
}

function toTexts(value: Json): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
