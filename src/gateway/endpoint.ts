/**
 * One address of the gateway: `/mcp` shows every source, names prefixed; `/mcp/<source>` shows one, names bare; `/mcp/<catalog>` shows
 * what a virtual catalog of the configuration selects, names as `/mcp` has them but for those that it renames.
 *
 * Plain data that lives as long as a session does: what it shows at one moment is its {@link Window} on a snapshot.
 */
export type Endpoint =
  | { readonly kind: 'all' }
  | { readonly kind: 'source'; readonly source: string }
  | { readonly kind: 'catalog'; readonly name: string };

export const ALL_SOURCES: Endpoint = { kind: 'all' };

/** What `/mcp/<name>` is in a snapshot; without a name, `/mcp`. No source has the name of a catalog. */
export function endpointNamed(
  { catalogs }: { readonly catalogs: Pick<ReadonlySet<string>, 'has'> },
  name: string | undefined,
): Endpoint {
  if (name === undefined) return ALL_SOURCES;
  return catalogs.has(name) ? { kind: 'catalog', name } : { kind: 'source', source: name };
}

/** The path of the endpoint over HTTP. */
export function toEndpointPath(endpoint: Endpoint): string {
  switch (endpoint.kind) {
    case 'all':
      return '/mcp';
    case 'source':
      return `/mcp/${endpoint.source}`;
    case 'catalog':
      return `/mcp/${endpoint.name}`;
  }
}

/** Equal for the same endpoint only: a name that a source had, and a catalog has now, is another. */
export function endpointKey(endpoint: Endpoint): string {
  return `${endpoint.kind} ${toEndpointPath(endpoint)}`;
}

/** MCP Apps (`io.modelcontextprotocol/ui`): hosts know what to render by this scheme, so it has to stay in front. */
const UI = 'ui://';

/**
 * A URI, or URI template, as clients of this endpoint see it.
 *
 * Two upstreams may use one URI, so where several sources may be shown it is `<source>+<uri>`: still a legal URI (RFC 3986 §3.1 allows
 * `+` in a scheme, and a source's name is one), routable without a table, and the same for everyone. A `ui://` URI keeps its scheme
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
