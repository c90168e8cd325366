import {
  fetchToken,
  type AddClientAuthentication,
  type AuthorizationServerMetadata,
  type FetchLike,
  type OAuthClientProvider,
  type OAuthTokens,
} from '@modelcontextprotocol/client';
import { toBasic } from './revocation.ts';
import { CLIENT_ASSERTION_TYPE, createAssertionSigner, type AssertionKey } from './client-assertion.ts';

/** Where tokens are asked for. */
export interface TokenPlace {
  readonly issuer: string;
  /** Absent where the configuration names the endpoint alone. */
  readonly metadata: AuthorizationServerMetadata | undefined;
  readonly tokenUrl: string;
}

/** A client of an authorization server, as it is configured. */
export interface ClientSettings {
  readonly clientId: string;
  readonly clientSecret?: string | undefined;
  readonly privateKey?: string | undefined;
  readonly algorithm?: AssertionKey['algorithm'];
  readonly keyId?: string | undefined;
  readonly authentication?: 'basic' | 'post' | undefined;
}

/** Asks a token endpoint, whatever the grant. @throws what the SDK throws; `auth-faults.ts` names it. */
export type RequestToken = (
  place: TokenPlace,
  parameters: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
) => Promise<OAuthTokens>;

export interface TokenRequesterOptions {
  /** `sources.issues.mcp.auth.clientCredentials`. */
  readonly setting: string;
  readonly client: ClientSettings;
  readonly fetch: FetchLike;
  readonly now: () => number;
}

/** @throws BailiwickError `CONFIGURATION` for a private key that cannot be used. */
export function createTokenRequester({ setting, client, fetch, now }: TokenRequesterOptions): RequestToken {
  const { clientId, clientSecret, privateKey } = client;
  const signer =
    privateKey === undefined ? undefined : createAssertionSigner(setting, { ...client, privateKey });
  const information = {
    client_id: clientId,
    ...(clientSecret !== undefined && { client_secret: clientSecret }),
  };
  const authenticate = (place: TokenPlace): AddClientAuthentication | undefined => {
    if (signer) {
      return (_headers, parameters) => {
        const audience = place.metadata?.issuer ?? place.tokenUrl;
        parameters.set('client_assertion_type', CLIENT_ASSERTION_TYPE);
        parameters.set('client_assertion', signer({ clientId, audience, now: now() }));
      };
    }
    if (client.authentication === undefined || clientSecret === undefined) return undefined;
    return (headers, parameters) => {
      if (client.authentication === 'basic')
        headers.set('Authorization', `Basic ${toBasic(clientId, clientSecret)}`);
      else for (const [name, value] of Object.entries(information)) parameters.set(name, value);
    };
  };

  return async (place, parameters, signal) => {
    const addClientAuthentication = authenticate(place);
    const provider: OAuthClientProvider = {
      ...NO_REDIRECT,
      clientInformation: () => information,
      prepareTokenRequest: () => toParameters(parameters),
      ...(addClientAuthentication && { addClientAuthentication }),
    };
    return fetchToken(provider, place.issuer, {
      metadata: place.metadata ?? metadataOf(place),
      fetchFn: (url, init) => fetch(url, { ...init, signal }),
    });
  };
}

function toParameters(given: Readonly<Record<string, string | undefined>>): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) if (value !== undefined) parameters.set(name, value);
  return parameters;
}

/** What the SDK needs to know of an authorization server of which only the endpoint is configured. */
function metadataOf({ issuer, tokenUrl }: TokenPlace): AuthorizationServerMetadata {
  return {
    issuer,
    token_endpoint: tokenUrl,
    authorization_endpoint: tokenUrl,
    response_types_supported: [],
  };
}

const never = (): never => {
  throw new TypeError('no redirect in this grant');
};

/** The SDK's provider covers every grant; these members are those of the authorization code. */
const NO_REDIRECT = {
  redirectUrl: undefined,
  clientMetadata: { redirect_uris: [] },
  tokens: () => undefined,
  saveTokens: never,
  redirectToAuthorization: never,
  saveCodeVerifier: never,
  codeVerifier: never,
} satisfies Partial<OAuthClientProvider>;
