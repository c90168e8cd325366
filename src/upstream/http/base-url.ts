import type { HttpBinding } from '../../catalog/binding.ts';
import { isUrlBelow } from '../../catalog/url-prefix.ts';
import { BailiwickError } from '../../errors.ts';

/** Where a source's requests go. */
export interface BaseUrl {
  /** `http://127.0.0.1:8809`, without a slash at the end. */
  readonly origin: string;
  /** `127.0.0.1:8809`. */
  readonly host: string;
  /** `/v1`, without a slash at the end; empty for the root. */
  readonly path: string;
  /** True when configuration names it; otherwise the document does, and texts for clients leave it out. */
  readonly isPinned: boolean;
}

/** Where configuration lets a source's requests go. */
export interface PinnedServers {
  /** Stands for the document's own servers. */
  readonly url: string | undefined;
  /** What operations may name for themselves. */
  readonly servers: readonly string[];
}

/**
 * The configured URL, entirely; where there is none, the server that the document names for the operation.
 *
 * A server that an operation names for itself counts where configuration names it too: in `servers`, or as the origin of
 * `url`. On a host of the document's other servers `url` stands for it like for them; elsewhere it is not called.
 *
 * @throws BailiwickError `CONFIGURATION` where there is no server to call.
 */
export function chooseBase(source: string, { url, servers }: PinnedServers, binding: HttpBinding): BaseUrl {
  const own = binding.ownServer === undefined ? undefined : parseBase(binding.server ?? '', true);
  if (own !== undefined && isNamed(own, url, servers)) return own;
  if (binding.ownServer === 'elsewhere') {
    throw new BailiwickError(
      'CONFIGURATION',
      `${source}: the document sends ${binding.method} ${binding.path} to another host than its other operations; add that server to sources.${source}.servers to allow it`,
      { cause: new Error(`the server is ${binding.server}`) },
    );
  }
  if (url !== undefined) {
    const base = parseBase(url, true);
    if (base !== undefined) return base;
    throw new BailiwickError(
      'CONFIGURATION',
      `sources.${source}.url: not an http or https URL without user, query and fragment`,
    );
  }
  const base = binding.server === undefined ? undefined : parseBase(binding.server, false);
  if (base !== undefined) return base;
  throw new BailiwickError(
    'CONFIGURATION',
    `${source}: the document names no server that can be called for ${binding.method} ${binding.path}; set sources.${source}.url`,
  );
}

/** `undefined` for what is not an absolute http(s) URL, or carries a user, a query or a fragment. */
function parseBase(text: string, isPinned: boolean): BaseUrl | undefined {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined;
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return undefined;
  return { origin: url.origin, host: url.host, path: url.pathname.replace(/\/+$/, ''), isPinned };
}

function isNamed(own: BaseUrl, url: string | undefined, servers: readonly string[]): boolean {
  const isOfUrl = url !== undefined && URL.parse(url)?.origin === own.origin;
  return isOfUrl || servers.some((prefix) => isUrlBelow(`${own.origin}${own.path}`, prefix));
}
