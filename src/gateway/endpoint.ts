import type { Catalog } from '../catalog/catalog.ts';
import type { Prompt } from '../catalog/entries.ts';
import { toShownName } from '../catalog/names.ts';
import type { Tool } from '../catalog/tool.ts';

/**
 * One address of the gateway: `/mcp` shows every source, names prefixed; `/mcp/<source>` shows one, names bare.
 *
 * Which name a tool has at an endpoint is a function of the tool and the endpoint alone.
 */
export type Endpoint = { readonly kind: 'all' } | { readonly kind: 'source'; readonly source: string };

export const ALL_SOURCES: Endpoint = { kind: 'all' };

/** The path of the endpoint over HTTP. */
export function toEndpointPath(endpoint: Endpoint): string {
  return endpoint.kind === 'all' ? '/mcp' : `/mcp/${endpoint.source}`;
}

/** True where the endpoint shows entries of this source. */
export function covers(endpoint: Endpoint, source: string): boolean {
  return endpoint.kind === 'all' || endpoint.source === source;
}

/** The name that clients of this endpoint see and send. */
export function nameAt(endpoint: Endpoint, entry: Pick<Tool | Prompt, 'source' | 'name'>): string {
  return endpoint.kind === 'all' ? toShownName(entry.source, entry.name) : entry.name;
}

/** The tool that clients of this endpoint mean by `name`. */
export function toolAt(endpoint: Endpoint, catalog: Catalog, name: string): Tool | undefined {
  return endpoint.kind === 'all'
    ? catalog.toolByShownName(name)
    : catalog.toolByOwnName(endpoint.source, name);
}

/** MCP Apps (`io.modelcontextprotocol/ui`): hosts know what to render by this scheme, so it has to stay in front. */
const UI = 'ui://';

/**
 * A URI, or URI template, as clients of this endpoint see it.
 *
 * Two upstreams may use one URI, so `/mcp` shows `<source>+<uri>`: still a legal URI (RFC 3986 §3.1 allows `+` in a
 * scheme, and a source's name is one), routable without a table, and the same for everyone. A `ui://` URI keeps its scheme
 * and names its source as the authority instead: `ui://<source>/<rest>`. {@link uriFrom} undoes both.
 */
export function uriAt(endpoint: Endpoint, source: string, uri: string): string {
  if (endpoint.kind === 'source') return uri;
  return uri.startsWith(UI) ? `${UI}${source}/${uri.slice(UI.length)}` : `${source}+${uri}`;
}

/** The source and own URI behind a URI that a client of this endpoint sent. */
export function uriFrom(endpoint: Endpoint, uri: string): { source: string; uri: string } | undefined {
  if (endpoint.kind === 'source') return { source: endpoint.source, uri };
  if (uri.startsWith(UI)) {
    const slash = uri.indexOf('/', UI.length);
    return slash > UI.length
      ? { source: uri.slice(UI.length, slash), uri: `${UI}${uri.slice(slash + 1)}` }
      : undefined;
  }
  const plus = uri.indexOf('+');
  return plus > 0 ? { source: uri.slice(0, plus), uri: uri.slice(plus + 1) } : undefined;
}
