import { isJsonObject, type JsonSchema } from '../../catalog/json.ts';

const HEADER_TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const HEADER_TYPES = new Set<unknown>(['string', 'integer', 'boolean']);

/** Keywords whose members are data, not schemas. */
const DATA_KEYWORDS = new Set(['const', 'enum', 'default', 'examples', 'example']);

/**
 * Checks every `x-mcp-header` of an input schema (MCP 2026-07-28, basic/transports/streamable-http): a unique header
 * token, on a string, integer or boolean property that a chain of `properties` reaches.
 *
 * @returns What is wrong, with a JSON pointer, or `undefined`.
 */
export function findBadHeaderAnnotation(schema: JsonSchema): string | undefined {
  const seen = new Set<string>();
  const visit = (node: unknown, pointer: string, reachable: boolean): string | undefined => {
    if (Array.isArray(node)) {
      for (const [index, item] of node.entries()) {
        const fault = visit(item, `${pointer}/${index}`, false);
        if (fault) return fault;
      }
      return undefined;
    }
    if (!isJsonObject(node)) return undefined;
    if (Object.hasOwn(node, 'x-mcp-header')) {
      const fault = checkAnnotation(node, reachable && pointer !== '', seen);
      if (fault) return `${pointer || '/'}: x-mcp-header ${fault}`;
    }
    for (const [keyword, value] of Object.entries(node)) {
      if (DATA_KEYWORDS.has(keyword)) continue;
      if (SCHEMA_MAPS.has(keyword) && isJsonObject(value)) {
        for (const [name, child] of Object.entries(value)) {
          const fault = visit(child, `${pointer}/${keyword}/${name}`, reachable && keyword === 'properties');
          if (fault) return fault;
        }
        continue;
      }
      const fault = visit(value, `${pointer}/${keyword}`, false);
      if (fault) return fault;
    }
    return undefined;
  };
  return visit(schema, '', true);
}

/** Keywords whose members are named schemas. */
const SCHEMA_MAPS = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);

function checkAnnotation(node: JsonSchema, reachable: boolean, seen: Set<string>): string | undefined {
  const name = node['x-mcp-header'];
  if (!reachable) return 'is only allowed on properties that a chain of `properties` reaches';
  if (typeof name !== 'string' || !HEADER_TOKEN.test(name)) return 'is not a header token (RFC 9110)';
  if (!HEADER_TYPES.has(node['type'])) return 'is only allowed on a string, integer or boolean';
  if (seen.has(name.toLowerCase())) return `${name} is declared twice`;
  seen.add(name.toLowerCase());
  return undefined;
}
