import { createHash, hash as sha, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Interaction } from 'oidc-provider';
import { messageOf } from '../../errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { ClaimsContext } from '../claims/to-principal.ts';
import { discover } from '../issuers/discovery.ts';
import { createIssuerClient } from '../issuers/issuer-client.ts';
import { isLoopbackUrl } from '../issuers/loopback-url.ts';
import { readIdToken } from './id-token.ts';
import type { SignInAnswer } from './page.ts';
import type { LoginProviderSettings } from './settings.ts';
import type { SignIn } from './sign-ins.ts';
import { keyOf, type ShelfWorld } from './store-adapter.ts';

/** The OpenID provider at which people sign in. */
export interface LoginProvider {
  readonly name: string;
  /** Sends a browser there. */
  begin(response: ServerResponse, interaction: Pick<Interaction, 'uid' | 'exp'>): Promise<SignInAnswer>;
  /** Takes it back. Undefined where nobody was sent with this state, or it was another browser. */
  end(request: IncomingMessage, query: URLSearchParams): Promise<LoginEnd | undefined>;
}

/** `interaction`: the one from which the browser was sent. `problem` is for the person. */
export type LoginEnd = { readonly interaction: string } & (
  | { readonly signIn: SignIn }
  | { readonly problem: string }
);

/** What is kept while a browser is away, sealed, under its state. */
type Away = {
  readonly interaction: string;
  readonly issuer: string;
  readonly nonce: string;
  readonly verifier: string;
  /** What the browser has in a cookie. */
  readonly browser: string;
};

const MODEL = 'login';

export interface LoginProviderParts {
  readonly settings: LoginProviderSettings;
  readonly baseUrl: string;
  readonly world: ShelfWorld;
  readonly groups: ClaimsContext['groups'];
  readonly logger: Logger;
}

/**
 * Sign-in delegated to an OpenID provider: authorization code with PKCE, a state that belongs to one browser, a nonce in the ID token, and
 * `iss` (RFC 9207) where the provider sends it. What the provider gives out is not kept.
 */
export function createLoginProvider(parts: LoginProviderParts): LoginProvider {
  const { settings, baseUrl, world, logger } = parts;
  const { issuer, clientId } = settings;
  const redirectUri = `${baseUrl}/oauth/login/callback`;
  const { protocol, port, pathname } = new URL(baseUrl);
  const isSecure = protocol === 'https:';
  const cookieName = (state: string): string =>
    `${isSecure ? '__Secure-' : ''}bailiwick_login_${isSecure ? '' : `${port}_`}${sha('sha256', state).slice(0, 16)}`;
  const cookiePath = `${pathname.replace(/\/$/, '')}/oauth/login`;

  async function ask(): Promise<Answers> {
    const client = createIssuerClient();
    try {
      const { document, jwksUri } = await discover(issuer, client);
      return {
        authorize: endpoint(document['authorization_endpoint'], issuer),
        token: endpoint(document['token_endpoint'], issuer),
        keys: endpoint(jwksUri, issuer),
        sendsIssuer: document['authorization_response_iss_parameter_supported'] === true,
        takesPost: isOnlyPost(document['token_endpoint_auth_methods_supported']),
      };
    } finally {
      await client.close();
    }
  }

  async function redeem(away: Away, query: URLSearchParams): Promise<SignIn> {
    const found = await ask();
    const said = query.get('iss');
    if (said === null ? found.sendsIssuer : said !== issuer) {
      throw new Error(`the answer is of another issuer: ${JSON.stringify(said)}`);
    }
    const error = query.get('error');
    if (error !== null) throw new Error(`it answered ${JSON.stringify(error.slice(0, 200))}`);
    const client = createIssuerClient();
    try {
      const answer = await client.request({
        url: found.token,
        method: 'POST',
        ...tokenRequest(settings, found.takesPost, {
          grant_type: 'authorization_code',
          code: query.get('code') ?? '',
          redirect_uri: redirectUri,
          code_verifier: away.verifier,
        }),
      });
      if (answer.status !== 200) throw new Error(`its token endpoint answered ${answer.status}`);
      const { id_token: idToken } = JSON.parse(answer.text) as { id_token?: unknown };
      if (typeof idToken !== 'string') throw new Error('it gave out no ID token');
      const keys = await client.request({ url: found.keys });
      if (keys.status !== 200) throw new Error(`its keys were answered with ${keys.status}`);
      const principal = await readIdToken(idToken, {
        settings,
        keys: JSON.parse(keys.text) as unknown,
        nonce: away.nonce,
        now: world.now(),
        groups: parts.groups,
      });
      return { login: 'provider', issuer, principal, at: world.now() };
    } finally {
      await client.close();
    }
  }

  return {
    name: settings.name ?? new URL(issuer).host,
    async begin(response, { uid, exp }) {
      let found: Answers;
      try {
        found = await ask();
      } catch (error) {
        logger.warn({ err: error }, `nobody can sign in at ${issuer}: ${messageOf(error)}`);
        return { page: 'problem', status: 503, problem: `${new URL(issuer).host} cannot be reached now.` };
      }
      const [state, nonce, verifier, browser] = Array.from({ length: 4 }, () =>
        randomBytes(32).toString('base64url'),
      ) as [string, string, string, string];
      const away: Away = { interaction: uid, issuer, nonce, verifier, browser };
      await world.sealed.put(keyOf(MODEL, state), away, { now: world.now(), expiresAt: exp * 1000 });
      response.appendHeader(
        'set-cookie',
        `${cookieName(state)}=${browser}; Path=${cookiePath}; HttpOnly; SameSite=Lax; Max-Age=900${isSecure ? '; Secure' : ''}`,
      );
      const location = new URL(found.authorize);
      const parameters = {
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: [...new Set(['openid', ...settings.scopes])].join(' '),
        state,
        nonce,
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      };
      for (const [name, value] of Object.entries(parameters)) location.searchParams.set(name, value);
      return { page: 'redirect', location: location.href };
    },
    async end(request, query) {
      const state = query.get('state') ?? '';
      const key = keyOf(MODEL, state);
      const known = (await world.sealed.get(key, world.now()))?.value as Away | undefined;
      if (known?.issuer !== issuer || cookieOf(request, cookieName(state)) !== known.browser)
        return undefined;
      const away = (await world.sealed.take(key, world.now())) as Away | undefined;
      if (!away) return undefined;
      const { interaction } = away;
      try {
        return { interaction, signIn: await redeem(away, query) };
      } catch (error) {
        logger.warn({ err: error }, `a sign-in at ${issuer} came to nothing: ${messageOf(error)}`);
        return {
          interaction,
          problem: `Signing in at ${new URL(issuer).host} came to nothing. Go back to your program and connect again.`,
        };
      }
    },
  };
}

/** What the provider says of itself, as far as it is needed here. */
interface Answers {
  readonly authorize: string;
  readonly token: string;
  readonly keys: string;
  readonly sendsIssuer: boolean;
  readonly takesPost: boolean;
}

function endpoint(value: unknown, issuer: string): string {
  if (typeof value !== 'string' || !URL.canParse(value))
    throw new Error('its discovery document has not all endpoints');
  const isLocal = isLoopbackUrl(value) && isLoopbackUrl(issuer);
  if (!value.startsWith('https:') && !isLocal) throw new Error(`its endpoint ${value} is no https URL`);
  return value;
}

/** RFC 6749, section 2.3.1: a secret goes into the header unless the provider takes it in the body only. */
function isOnlyPost(methods: unknown): boolean {
  return (
    Array.isArray(methods) &&
    methods.includes('client_secret_post') &&
    !methods.includes('client_secret_basic')
  );
}

function tokenRequest(
  { clientId, clientSecret }: LoginProviderSettings,
  takesPost: boolean,
  form: Readonly<Record<string, string>>,
): { headers: Record<string, string>; body: string } {
  const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = new URLSearchParams(form);
  if (clientSecret !== undefined && !takesPost) {
    const pair = [clientId, clientSecret].map((part) =>
      new URLSearchParams({ part }).toString().slice('part='.length),
    );
    headers['authorization'] = `Basic ${Buffer.from(pair.join(':')).toString('base64')}`;
  } else {
    body.set('client_id', clientId);
    if (clientSecret !== undefined) body.set('client_secret', clientSecret);
  }
  return { headers, body: body.toString() };
}

function cookieOf({ headers }: IncomingMessage, name: string): string | undefined {
  for (const pair of (headers.cookie ?? '').split(';')) {
    const [key = '', ...value] = pair.split('=');
    if (key.trim() === name) return value.join('=').trim();
  }
  return undefined;
}
