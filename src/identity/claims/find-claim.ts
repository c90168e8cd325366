import type { Json, JsonObject } from '../../catalog/json.ts';
import { isJsonObject } from '../is-json-object.ts';

/**
 * What a path leads to, `undefined` for a claim that is absent or null.
 *
 * The longest name that is there wins at each level, so that names with dots need no other spelling: `https://example.com/groups`,
 * `kubernetes.io.namespace` and `resource_access.my.client.roles` lead where they seem to. A path does not go into lists.
 */
export function findClaim(claims: JsonObject, path: string): Json | undefined {
  if (Object.hasOwn(claims, path)) return claims[path] ?? undefined;
  for (let dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
    const name = path.slice(0, dot);
    if (!Object.hasOwn(claims, name)) continue;
    const inner = claims[name];
    return isJsonObject(inner) ? findClaim(inner, path.slice(dot + 1)) : undefined;
  }
  return undefined;
}

/** The first of several claims that is there. */
export function findFirst(
  claims: JsonObject,
  paths: readonly string[],
): { readonly path: string; readonly value: Json } | undefined {
  for (const path of paths) {
    const value = findClaim(claims, path);
    if (value !== undefined) return { path, value };
  }
  return undefined;
}

/** The name of the claim at the top that a path goes through, where it is there. */
export function topOf(claims: JsonObject, path: string): string | undefined {
  if (Object.hasOwn(claims, path)) return path;
  for (let dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
    if (Object.hasOwn(claims, path.slice(0, dot))) return path.slice(0, dot);
  }
  return undefined;
}
