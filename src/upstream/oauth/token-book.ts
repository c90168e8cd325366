import type { OAuthClient } from './client.ts';
import { createTokenEndpoint, type Exchange, type RequestToken } from './token-endpoint.ts';
import { createTokenKeeper, type TokenKeeper } from './token-keeper.ts';

/** The access tokens of a source: one for each scheme and set of scopes. */
export interface TokenBook {
  /** @throws BailiwickError where there is no token to be had. */
  get(scheme: string, scopes: readonly string[], signal: AbortSignal): Promise<string>;
  /** The API refused this token. True where another one is to be had. */
  drop(scheme: string, scopes: readonly string[], token: string): boolean;
}

export interface TokenBookOptions {
  readonly source: string;
  /** By the name of the security scheme. */
  readonly clients: ReadonlyMap<string, OAuthClient>;
  readonly exchange: Exchange;
  readonly now: () => number;
  /** Told each new token, and the one that it replaces, so that neither shows anywhere. */
  readonly onToken: (token: string, replaced: string | undefined) => void;
}

export function createTokenBook({ source, clients, exchange, now, onToken }: TokenBookOptions): TokenBook {
  const endpoints = new Map<string, RequestToken>();
  for (const [scheme, client] of clients) {
    const setting = `sources.${source}.credentials.${scheme}`;
    endpoints.set(scheme, createTokenEndpoint({ setting, client, exchange, now }));
  }
  const keepers = new Map<string, TokenKeeper>();

  function keeperOf(scheme: string, scopes: readonly string[]): TokenKeeper {
    const key = JSON.stringify([scheme, ...scopes]);
    const known = keepers.get(key);
    if (known) return known;
    const requestToken = endpoints.get(scheme);
    if (!requestToken) throw new TypeError(`no client is configured for ${scheme}`);
    let last: string | undefined;
    const keeper = createTokenKeeper({
      source,
      now,
      request: async (refreshToken, signal) => {
        const token = await requestToken(scopes, refreshToken, signal);
        onToken(token.value, last);
        if (token.refreshToken !== undefined && token.refreshToken !== refreshToken) {
          onToken(token.refreshToken, refreshToken);
        }
        last = token.value;
        return token;
      },
    });
    keepers.set(key, keeper);
    return keeper;
  }

  return {
    get: (scheme, scopes, signal) => keeperOf(scheme, scopes).get(signal),
    drop: (scheme, scopes, token) => keeperOf(scheme, scopes).drop(token),
  };
}
