import { isJsonObject, type Json, type JsonObject } from '../catalog/json.ts';
import { uriAt, type Endpoint } from './endpoint.ts';

/** MCP Apps before it was an official extension had its resource at the top of `_meta`. */
const FLAT_RESOURCE_URI = 'ui/resourceUri';

/** Content within content within content: no host shows more, and a hostile answer must not be followed down. */
const MAX_DEPTH = 8;

/**
 * The URIs that a result hands to the client, as this endpoint shows them, so that the client can read them back through it:
 * resource links, embedded resources, contents of a read, the resource of an MCP App. Everything else is untouched.
 */
export function rewriteUris(endpoint: Endpoint, source: string, result: JsonObject): JsonObject {
  if (endpoint.kind === 'source') return result;
  const rewrite = (value: Json): Json => rewriteEntry({ endpoint, source }, value, 0);
  const rewritten: JsonObject = { ...rewriteDefinition(endpoint, source, result) };
  for (const member of ['content', 'contents', 'messages'] as const) {
    const list = result[member];
    if (Array.isArray(list)) rewritten[member] = list.map(rewrite);
  }
  return rewritten;
}

/** The URIs in the `_meta` of a definition or a result: where the resource of an MCP App is. */
export function rewriteDefinition(endpoint: Endpoint, source: string, definition: JsonObject): JsonObject {
  const { _meta } = definition;
  if (endpoint.kind === 'source' || !isJsonObject(_meta)) return definition;
  const { ui, [FLAT_RESOURCE_URI]: flat } = _meta;
  const nested = isJsonObject(ui) ? ui['resourceUri'] : undefined;
  if (typeof nested !== 'string' && typeof flat !== 'string') return definition;
  return {
    ...definition,
    _meta: {
      ..._meta,
      ...(isJsonObject(ui) && typeof nested === 'string'
        ? { ui: { ...ui, resourceUri: uriAt(endpoint, source, nested) } }
        : {}),
      ...(typeof flat === 'string' ? { [FLAT_RESOURCE_URI]: uriAt(endpoint, source, flat) } : {}),
    },
  };
}

interface Place {
  readonly endpoint: Endpoint;
  readonly source: string;
}

/** A content block, the contents of a resource, or a message, whose content is one block or several. */
function rewriteEntry(place: Place, value: Json, depth: number): Json {
  if (!isJsonObject(value) || depth > MAX_DEPTH) return value;
  const { endpoint, source } = place;
  const { uri, resource, content } = value;
  const entry: JsonObject = { ...rewriteDefinition(endpoint, source, value) };
  if (typeof uri === 'string') entry['uri'] = uriAt(endpoint, source, uri);
  if (isJsonObject(resource)) entry['resource'] = rewriteEntry(place, resource, depth + 1);
  if (Array.isArray(content)) entry['content'] = content.map((one) => rewriteEntry(place, one, depth + 1));
  else if (isJsonObject(content)) entry['content'] = rewriteEntry(place, content, depth + 1);
  return entry;
}
