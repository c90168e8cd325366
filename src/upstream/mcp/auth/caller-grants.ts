import { createHmac, randomBytes } from 'node:crypto';
import { discoverAuthorizationServerMetadata, type OAuthTokens } from '@modelcontextprotocol/client';
import { BailiwickError } from '../../../errors.ts';
import type { CallContext } from '../../upstream.ts';
import { toAuthFault } from './auth-faults.ts';
import {
  chooseScope,
  createGrantTokens,
  findPlace,
  toBearer,
  type GrantOptions,
  type GrantTokens,
} from './client-credentials.ts';
import type { PersonalCredentials } from './personal-credentials.ts';
import { createTokenRequester, type TokenPlace } from './request-token.ts';
import type { AssertionSettings, TokenExchangeSettings } from './settings.ts';

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const ID_JAG = 'urn:ietf:params:oauth:token-type:id-jag';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** Callers whose tokens are kept; the least recently used goes first. */
const MAX_CALLERS = 1000;

/** Gets a token for who showed this credential. */
type Grant = (credential: string, scope: string | undefined, signal: AbortSignal) => Promise<OAuthTokens>;

/** RFC 8693: the caller's own credential for a token of the server. */
export function createTokenExchange(
  options: GrantOptions,
  settings: TokenExchangeSettings,
): PersonalCredentials {
  const { source, server, http, now } = options;
  const setting = `sources.${source}.mcp.auth.tokenExchange`;
  const requestToken = createTokenRequester({ setting, client: settings, fetch: http.fetch, now });
  return createCallerGrants(options, async (credential, scope, signal) => {
    const place = await findPlace(settings, server, signal);
    const parameters = {
      grant_type: EXCHANGE,
      subject_token: credential,
      subject_token_type: settings.subjectTokenType,
      requested_token_type: ACCESS_TOKEN,
      actor_token: settings.actor?.token,
      actor_token_type: settings.actor?.type,
      scope: scope ?? chooseScope(settings.scopes, server, place.scopes),
      audience: settings.audience,
      resource: place.resource,
    };
    return requestToken(place, parameters, signal);
  });
}

/**
 * Identity assertion: the caller's identity token becomes an ID-JAG at its identity provider
 * (draft-ietf-oauth-identity-assertion-authz-grant §4.3), and that a token of the server (RFC 7523 §2.1).
 */
export function createAssertionGrant(
  options: GrantOptions,
  settings: AssertionSettings,
): PersonalCredentials {
  const { source, server, http, now } = options;
  const setting = `sources.${source}.mcp.auth.assertion`;
  const { identityProvider } = settings;
  const requestToken = createTokenRequester({ setting, client: settings, fetch: http.fetch, now });
  const requestAssertion = createTokenRequester({
    setting: `${setting}.identityProvider`,
    client: identityProvider,
    fetch: http.fetch,
    now,
  });

  async function findProvider(signal: AbortSignal): Promise<TokenPlace> {
    const { tokenUrl, issuer = '' } = identityProvider;
    if (tokenUrl !== undefined) return { issuer: tokenUrl, tokenUrl, metadata: undefined };
    const fetchFn: typeof http.fetch = (url, init) => http.fetch(url, { ...init, signal });
    const metadata = await discoverAuthorizationServerMetadata(issuer, { fetchFn });
    if (!metadata) {
      throw new BailiwickError(
        'UPSTREAM_PROTOCOL',
        `source ${source}: the identity provider has no metadata`,
        {
          nothingSent: true,
        },
      );
    }
    return { issuer: metadata.issuer, metadata, tokenUrl: metadata.token_endpoint };
  }

  const failedAtProvider = (error: unknown): never => {
    throw toAuthFault(error, source, 'asking the identity provider for an assertion');
  };

  return createCallerGrants(options, async (credential, scope, signal) => {
    const place = await findPlace({ resource: settings.resource }, server, signal);
    const wanted = scope ?? chooseScope(settings.scopes, server, place.scopes);
    const provider = await findProvider(signal).catch(failedAtProvider);
    const assertion = await requestAssertion(
      provider,
      {
        grant_type: EXCHANGE,
        requested_token_type: ID_JAG,
        subject_token: credential,
        subject_token_type: settings.subjectTokenType,
        audience: place.issuer,
        resource: place.resource ?? server.url,
        scope: wanted,
      },
      signal,
    ).catch(failedAtProvider);
    const parameters = {
      grant_type: JWT_BEARER,
      assertion: assertion.access_token,
      scope: wanted,
      resource: place.resource,
    };
    return requestToken(place, parameters, signal);
  });
}

/** The caller's own credential, as it is. */
export function createPassThrough({
  source,
  onToken,
}: Pick<GrantOptions, 'source' | 'onToken'>): PersonalCredentials {
  const callers = createCallers(source);
  const headers: PersonalCredentials['headers'] = async (context) => {
    const credential = callers.credentialOf(context);
    onToken(credential);
    return { authorization: `Bearer ${credential}` };
  };
  return {
    shareKey: callers.keyOf,
    headers,
    refused: () => Promise.resolve(false),
    onRevoked: () => {},
    ...listing(callers, headers),
  };
}

function createCallerGrants(options: GrantOptions, grant: Grant): PersonalCredentials {
  const { source, server } = options;
  const callers = createCallers(source);
  const kept = new Map<string, GrantTokens>();

  function tokensOf(context: CallContext): GrantTokens {
    const credential = callers.credentialOf(context);
    const key = callers.keyOf(context);
    const tokens =
      kept.get(key) ?? createGrantTokens(options, (scope, signal) => grant(credential, scope, signal));
    kept.delete(key);
    kept.set(key, tokens);
    const oldest = kept.size > MAX_CALLERS ? kept.keys().next().value : undefined;
    if (oldest !== undefined) kept.delete(oldest);
    return tokens;
  }

  const headers: PersonalCredentials['headers'] = async (context) => ({
    authorization: `Bearer ${await tokensOf(context).get(context.signal)}`,
  });
  return {
    shareKey: callers.keyOf,
    headers,
    async refused({ status, challenge, authorization = '' }, context) {
      const learnt = server.learn(challenge);
      if (status === 403 && learnt.error !== 'insufficient_scope') return false;
      return tokensOf(context).refused(toBearer(authorization), status, learnt.scope);
    },
    onRevoked: () => {},
    ...listing(callers, headers),
  };
}

/** A caller that calls has signed in: there is nothing more to it. */
function listing(
  callers: Callers,
  headers: PersonalCredentials['headers'],
): Pick<PersonalCredentials, 'canList' | 'signIn' | 'onSignedIn'> {
  return {
    canList: async () => callers.isKnown(),
    signIn: async (context) => void (await headers(context)),
    onSignedIn: () => {},
  };
}

interface Callers {
  /** Equal for equal credentials, and of no use to get one. */
  keyOf(context: CallContext): string;
  /** True once somebody has called. */
  isKnown(): boolean;
  /** @throws BailiwickError `SIGN_IN_REQUIRED` for callers that showed none. */
  credentialOf(context: CallContext): string;
}

/** The gateway itself has no credential: it reads lists with the one that was last used. */
function createCallers(source: string): Callers {
  const secret = randomBytes(32);
  let last: string | undefined;
  const find = ({ caller }: CallContext): string | undefined => (caller ? caller.credential?.() : last);
  return {
    isKnown: () => last !== undefined,
    keyOf(context) {
      const credential = find(context);
      if (credential === undefined) return 'nobody';
      return `caller:${createHmac('sha256', secret).update(credential).digest('base64url')}`;
    },
    credentialOf(context) {
      const credential = find(context);
      if (credential === undefined || !/^[\x21-\x7E]+$/.test(credential)) {
        throw new BailiwickError(
          'SIGN_IN_REQUIRED',
          context.caller
            ? `source ${source} acts with the caller's own token, and this caller showed none: call over HTTP with a bearer token`
            : `source ${source} acts with the tokens of its callers: what it offers is known once one has signed in`,
          { data: { source }, nothingSent: true },
        );
      }
      last = credential;
      return credential;
    },
  };
}
