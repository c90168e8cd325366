import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { toPrincipal, type ClaimsContext } from '../claims/to-principal.ts';
import { ALGORITHMS } from '../issuers/algorithms.ts';
import { parseToken } from '../issuers/parse-token.ts';
import { IssuerSettings } from '../issuers/settings.ts';
import type { Principal } from '../principal.ts';
import type { LoginProviderSettings } from './settings.ts';

const CLOCK_SKEW_SECONDS = 60;

/**
 * Who an ID token names (OpenID Connect Core 1.0, section 3.1.3.7): signed by the provider, for this client, made for this sign-in.
 *
 * @param keys the JWK set of the provider, as it is now
 * @throws Error that says what is wrong with it
 */
export async function readIdToken(
  idToken: string,
  expected: {
    readonly settings: LoginProviderSettings;
    readonly keys: unknown;
    readonly nonce: string;
    readonly now: number;
    readonly groups: ClaimsContext['groups'];
  },
): Promise<Principal> {
  const { settings, keys, nonce, now, groups } = expected;
  const { issuer, clientId } = settings;
  const parsed = parseToken(idToken);
  if (typeof parsed !== 'object') throw new Error(`the ID token cannot be read: ${parsed ?? 'it is no JWT'}`);
  const { payload } = await jwtVerify(idToken, createLocalJWKSet(keys as JSONWebKeySet), {
    issuer,
    audience: clientId,
    algorithms: [...ALGORITHMS],
    clockTolerance: CLOCK_SKEW_SECONDS,
    currentDate: new Date(now),
    requiredClaims: ['sub', 'exp', 'iat'],
  });
  if (payload['nonce'] !== nonce) throw new Error('the ID token was made for another sign-in');
  if (payload['azp'] !== undefined && payload['azp'] !== clientId) {
    throw new Error('the ID token was given out to another client');
  }
  if (Array.isArray(payload.aud) && payload.aud.length > 1 && payload['azp'] === undefined) {
    throw new Error('the ID token is for several clients and does not say for which it was made');
  }
  return toPrincipal(toIssuerSettings(settings), parsed.claims, { now, groups });
}

/** How the claims are read: as those of tokens of the same issuer are. */
function toIssuerSettings(settings: LoginProviderSettings): IssuerSettings {
  const { issuer, clientId, name: _name, clientSecret: _secret, scopes: _scopes, ...claims } = settings;
  return IssuerSettings.parse({ issuer, audience: clientId, ...claims });
}
