import type { HttpRequest } from '../http/build-request.ts';
import type { HttpResponse } from '../http/send.ts';
import { toClientBasic, toTokenForm, type OAuthClient } from './client.ts';
import { readDiscovery, readTokenAnswer } from './token-answer.ts';
import type { Token } from './token-keeper.ts';

/** How long an issuer's discovery document is good for, in milliseconds. */
const DISCOVERY_MS = 3_600_000;

/** One exchange with an authorization server: bounded in time and size, without redirects. `peer` names it in errors. */
export type Exchange = (request: HttpRequest, peer: string, signal: AbortSignal) => Promise<HttpResponse>;

export interface TokenEndpointOptions {
  /** `sources.helpdesk.credentials.login`. */
  readonly setting: string;
  readonly client: OAuthClient;
  readonly exchange: Exchange;
  readonly now: () => number;
}

export type RequestToken = (
  scopes: readonly string[],
  refreshToken: string | undefined,
  signal: AbortSignal,
) => Promise<Token>;

/** Asks for tokens by client credentials (RFC 6749 §4.4), and by refresh token where an answer gave one (§6). */
export function createTokenEndpoint({ setting, client, exchange, now }: TokenEndpointOptions): RequestToken {
  const peer = `the token endpoint of ${setting}`;
  let discovered: { readonly url: URL; readonly until: number } | undefined;

  async function locate(signal: AbortSignal): Promise<URL> {
    const { tokenUrl, issuer = '' } = client;
    if (tokenUrl !== undefined) return new URL(tokenUrl);
    if (discovered && now() < discovered.until) return discovered.url;
    const who = `the issuer of ${setting}`;
    const url = `${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`;
    const request = { method: 'GET', url, headers: toHeaders(), body: null };
    const found = readDiscovery(await exchange(request, who, signal), issuer, who);
    discovered = { url: found, until: now() + DISCOVERY_MS };
    return found;
  }

  return async (scopes, refreshToken, signal) => {
    const { origin, pathname, search } = await locate(signal);
    const headers = {
      ...toHeaders(),
      'content-type': 'application/x-www-form-urlencoded',
      ...(client.authentication !== 'post' && { authorization: `Basic ${toClientBasic(client)}` }),
    };
    const body = toTokenForm(client, scopes, refreshToken);
    const request = { method: 'POST', url: `${origin}${pathname}${search}`, headers, body };
    const response = await exchange(request, peer, signal);
    return readTokenAnswer(response, peer, `check clientId, clientSecret and scopes of ${setting}`);
  };
}

function toHeaders(): Record<string, string> {
  return { accept: 'application/json', 'accept-encoding': 'gzip, br', 'user-agent': 'bailiwick' };
}
