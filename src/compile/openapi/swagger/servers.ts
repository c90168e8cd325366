import type { Json, JsonObject } from '../../../catalog/json.ts';

/**
 * `schemes`, `host` and `basePath` of Swagger 2.0 as Server Objects, HTTPS first: those of the document, or those of an
 * operation that has `schemes` of its own. HTTPS where no scheme is declared.
 *
 * @returns none without a host, which is then the one the document came from, and for a host that is none.
 */
export function serversOf(holder: JsonObject, root: JsonObject): JsonObject[] {
  const { host, basePath } = root;
  const declared = holder['schemes'];
  if (holder !== root && declared === undefined) return [];
  if (typeof host !== 'string' || !/^[^/?#\\@\s]+$/.test(host)) return [];
  const path = typeof basePath === 'string' ? basePath : '';
  const base = path === '' || path.startsWith('/') ? path : `/${path}`;
  return schemesOf(declared).map((scheme) => ({ url: `${scheme}://${host}${base}` }));
}

function schemesOf(declared: Json | undefined): string[] {
  const list: Json[] = Array.isArray(declared) ? declared : [declared ?? 'https'];
  const known = list.map((each) => (typeof each === 'string' ? each.toLowerCase() : ''));
  const usable = ['https', 'http'].filter((scheme) => known.includes(scheme));
  return usable.length > 0 ? usable : ['https'];
}
