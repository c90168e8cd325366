import {
  checkResourceAllowed,
  discoverAuthorizationServerMetadata,
  discoverOAuthProtectedResourceMetadata,
  resourceUrlFromServerUrl,
  type AuthorizationServerMetadata,
  type FetchLike,
} from '@modelcontextprotocol/client';
import { BailiwickError } from '../../../errors.ts';
import { AddressRefusedError } from '../../network/address-guard.ts';
import { causesOf } from '../causes.ts';
import { AuthExchangeError } from './auth-fetch.ts';
import { isProtected } from './settings.ts';

/** Who guards a server, and how its tokens are asked for. */
export interface Protection {
  /** The authorization server, as its metadata calls itself. */
  readonly issuer: string;
  readonly metadata: AuthorizationServerMetadata;
  /** The resource indicator (RFC 8707), as the server writes it. */
  readonly resource: string | undefined;
  /** Scopes that the server lists, separated by spaces. */
  readonly scopes: string | undefined;
}

export interface DiscoverOptions {
  readonly source: string;
  /** The MCP server. */
  readonly url: string;
  /** Of the server's challenge; counts before the well-known places. */
  readonly resourceMetadataUrl?: string | undefined;
  /** The configured issuer; counts before what the server says. */
  readonly issuer?: string | undefined;
  readonly fetch: FetchLike;
}

/**
 * RFC 9728, then RFC 8414 and OpenID Connect Discovery, in the order of MCP (basic/authorization, "Authorization Server
 * Discovery"). A server without any metadata is asked in the way of revision 2025-03-26: it is its own authorization server.
 *
 * @throws what the exchange throws; BailiwickError `UPSTREAM_PROTOCOL` for metadata that speaks of something else.
 */
export async function discover(options: DiscoverOptions): Promise<Protection> {
  const { source, url, fetch } = options;
  const document = await readResourceMetadata(options);
  if (document && !isOfServer(url, document.resource)) {
    throw new BailiwickError(
      'UPSTREAM_PROTOCOL',
      `source ${source}: its metadata speaks of another resource than the configured url`,
      { nothingSent: true },
    );
  }
  const configured = options.issuer;
  const named = document?.authorization_servers?.[0];
  if (
    configured !== undefined &&
    named !== undefined &&
    !document?.authorization_servers?.includes(configured)
  ) {
    throw new BailiwickError(
      'UPSTREAM_PROTOCOL',
      `source ${source}: it does not trust the configured issuer of its \`auth\``,
      { nothingSent: true },
    );
  }
  const issuer = configured ?? named ?? new URL('/', url).href;
  const found = await discoverAuthorizationServerMetadata(issuer, { fetchFn: fetch });
  const metadata = found ?? (document || configured ? undefined : assumedMetadata(url));
  if (!metadata) {
    throw new BailiwickError(
      'UPSTREAM_PROTOCOL',
      `source ${source}: its authorization server has no metadata`,
      {
        nothingSent: true,
      },
    );
  }
  const asked = [metadata.token_endpoint, metadata.authorization_endpoint, metadata.registration_endpoint];
  for (const endpoint of asked) {
    if (endpoint !== undefined && !isProtected(new URL(endpoint)))
      throw new AuthExchangeError('an endpoint of the authorization server is not https');
  }
  const scopes = document?.scopes_supported?.join(' ');
  return {
    issuer: metadata.issuer,
    metadata,
    resource: document?.resource,
    scopes: scopes === '' ? undefined : scopes,
  };
}

/** Absent where the server has none. What it must not say, or what cannot be reached safely, is an error all the same. */
async function readResourceMetadata({ url, resourceMetadataUrl, fetch }: DiscoverOptions) {
  const at = resourceMetadataUrl === undefined ? {} : { resourceMetadataUrl };
  try {
    return await discoverOAuthProtectedResourceMetadata(url, at, fetch);
  } catch (error) {
    const isOurs = causesOf(error).some(
      (cause) => cause instanceof AddressRefusedError || cause instanceof AuthExchangeError,
    );
    // The SDK tells that there is no document by an `Error` and nothing more; all else has a class of its own.
    if (isOurs || !(error instanceof Error) || error.constructor !== Error) throw error;
    return undefined;
  }
}

function isOfServer(url: string, resource: string): boolean {
  return (
    URL.canParse(resource) &&
    checkResourceAllowed({ requestedResource: resourceUrlFromServerUrl(url), configuredResource: resource })
  );
}

/** MCP 2025-03-26, "Fallbacks for Servers without Metadata Discovery". */
function assumedMetadata(url: string): AuthorizationServerMetadata {
  const at = (path: string): string => new URL(path, url).href;
  return {
    issuer: new URL(url).origin,
    authorization_endpoint: at('/authorize'),
    token_endpoint: at('/token'),
    registration_endpoint: at('/register'),
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
  };
}
