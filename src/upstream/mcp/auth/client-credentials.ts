import { computeScopeUnion, isStrictScopeSuperset, type OAuthTokens } from '@modelcontextprotocol/client';
import type { Token, TokenKeeper } from '../../oauth/token-keeper.ts';
import { createTokenKeeper } from '../../oauth/token-keeper.ts';
import type { McpCredentials } from '../credentials.ts';
import { toAuthFault } from './auth-faults.ts';
import type { AuthFetch } from './auth-fetch.ts';
import type { GuardedServer } from './guarded-server.ts';
import { createTokenRequester, type TokenPlace } from './request-token.ts';
import type { ClientCredentialsSettings } from './settings.ts';

/** A server that is not content after so many widenings of the scope is not going to be (MCP, "Step-Up Authorization"). */
export const MAX_STEP_UPS = 3;

export interface GrantOptions {
  readonly source: string;
  readonly server: GuardedServer;
  readonly http: AuthFetch;
  readonly now: () => number;
  /** Told each token, so that it shows nowhere. */
  readonly onToken: (token: string) => void;
}

/** Tokens of a grant that needs nobody's presence, for one subject. */
export interface GrantTokens {
  get(signal: AbortSignal): Promise<string>;
  /** The server refused a token: 401, or 403 with the scope that it wants. True where another one is to be had. */
  refused(token: string, status: number, scope: string | undefined): boolean;
}

/**
 * @param ask Gets a token for scopes that are separated by spaces; `undefined`: those that the server wants.
 */
export function createGrantTokens(
  options: Pick<GrantOptions, 'source' | 'now' | 'onToken'>,
  ask: (scope: string | undefined, signal: AbortSignal) => Promise<OAuthTokens>,
): GrantTokens {
  const { source, now, onToken } = options;
  let scope: string | undefined;
  let stepUps = 0;
  let last: string | undefined;
  let keeper = create();

  function create(): TokenKeeper {
    return createTokenKeeper({
      source,
      now,
      // These grants are repeated, not refreshed (RFC 6749 §4.4.3).
      request: async (_refreshToken, signal) => {
        const wanted = scope;
        const tokens = await ask(wanted, signal).catch((error: unknown) => {
          throw toAuthFault(error, source, 'asking for a token');
        });
        scope = computeScopeUnion(wanted, tokens.scope);
        onToken(tokens.access_token);
        last = tokens.access_token;
        return toToken(tokens);
      },
    });
  }

  return {
    get: (signal) => keeper.get(signal),
    refused(token, status, wanted) {
      if (status === 401) return keeper.drop(token);
      const union = computeScopeUnion(scope, wanted);
      if (token !== last) return true;
      if (!isStrictScopeSuperset(union, scope) || stepUps >= MAX_STEP_UPS) return false;
      stepUps += 1;
      scope = union;
      keeper = create();
      return true;
    },
  };
}

function toToken(tokens: OAuthTokens): Token {
  const { access_token: value, expires_in: seconds } = tokens;
  return { value, ...(seconds !== undefined && seconds > 0 && { lifetimeMs: seconds * 1000 }) };
}

/** One account for all callers: RFC 6749 §4.4, by secret or by a signed assertion (RFC 7523 §2.2). */
export function createClientCredentials(
  options: GrantOptions,
  settings: ClientCredentialsSettings,
): McpCredentials {
  const { source, server, http, now } = options;
  const setting = `sources.${source}.mcp.auth.clientCredentials`;
  const requestToken = createTokenRequester({ setting, client: settings, fetch: http.fetch, now });
  const tokens = createGrantTokens(options, async (wanted, signal) => {
    const place = await findPlace(settings, server, signal);
    const { audience } = settings;
    const scope = wanted ?? chooseScope(settings.scopes, server, place.scopes);
    const parameters = { grant_type: 'client_credentials', scope, audience, resource: place.resource };
    return requestToken(place, parameters, signal);
  });

  return {
    shareKey: () => 'client-credentials',
    headers: async ({ signal }) => ({ authorization: `Bearer ${await tokens.get(signal)}` }),
    async refused({ status, challenge, authorization = '' }) {
      const learnt = server.learn(challenge);
      if (status === 403 && learnt.error !== 'insufficient_scope') return false;
      return tokens.refused(toBearer(authorization), status, learnt.scope);
    },
    onRevoked: () => {},
  };
}

interface FoundPlace extends TokenPlace {
  readonly resource: string | undefined;
  readonly scopes: string | undefined;
}

/** The configured token endpoint, or the one that is found. */
export async function findPlace(
  settings: { readonly tokenUrl?: string | undefined; readonly resource?: string | undefined },
  server: GuardedServer,
  signal: AbortSignal,
): Promise<FoundPlace> {
  const { tokenUrl, resource } = settings;
  if (tokenUrl !== undefined) {
    return { issuer: tokenUrl, tokenUrl, metadata: undefined, resource, scopes: undefined };
  }
  const { issuer, metadata, ...found } = await server.protection(signal);
  return {
    issuer,
    metadata,
    tokenUrl: metadata.token_endpoint,
    resource: resource ?? found.resource,
    scopes: found.scopes,
  };
}

/** MCP, "Scope Selection Strategy": the configured ones, then those of the challenge, then those of the metadata. */
export function chooseScope(
  configured: readonly string[] | undefined,
  server: GuardedServer,
  listed: string | undefined,
): string | undefined {
  return configured?.join(' ') ?? server.challenge().scope ?? listed;
}

export function toBearer(authorization: string): string {
  return authorization.replace(/^Bearer /i, '');
}
