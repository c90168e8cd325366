import { isJsonObject, type Json, type JsonObject } from '../catalog/json.ts';
import { uriAt, type Endpoint } from './endpoint.ts';

/**
 * The URIs that a result hands to the client (resource links, embedded resources, contents of a read), as this endpoint
 * shows them, so that the client can read them back through it. Everything else is untouched.
 */
export function rewriteUris(endpoint: Endpoint, source: string, result: JsonObject): JsonObject {
  if (endpoint.kind === 'source') return result;
  const rewrite = (value: Json): Json => rewriteEntry(endpoint, source, value);
  const rewritten: JsonObject = { ...result };
  for (const member of ['content', 'contents'] as const) {
    const list = result[member];
    if (Array.isArray(list)) rewritten[member] = list.map(rewrite);
  }
  if (Array.isArray(result['messages'])) {
    rewritten['messages'] = result['messages'].map((message) =>
      isJsonObject(message) && message['content'] !== undefined
        ? { ...message, content: rewrite(message['content']) }
        : message,
    );
  }
  return rewritten;
}

function rewriteEntry(endpoint: Endpoint, source: string, value: Json): Json {
  if (!isJsonObject(value)) return value;
  if (isJsonObject(value['resource'])) {
    return { ...value, resource: rewriteEntry(endpoint, source, value['resource']) };
  }
  return typeof value['uri'] === 'string' ? { ...value, uri: uriAt(endpoint, source, value['uri']) } : value;
}
