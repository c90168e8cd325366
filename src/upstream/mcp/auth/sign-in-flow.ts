import {
  exchangeAuthorization,
  OAuthError,
  startAuthorization,
  validateAuthorizationResponseIssuer,
  type AuthorizationServerMetadata,
} from '@modelcontextprotocol/client';
import { BailiwickError } from '../../../errors.ts';
import { oauthCodeOf, toAuthFault } from './auth-faults.ts';
import type { AuthFetch } from './auth-fetch.ts';
import { chooseScope } from './client-credentials.ts';
import type { Protection } from './discover.ts';
import type { GuardedServer } from './guarded-server.ts';
import { revokeTokens } from './revocation.ts';
import type { Registration } from './registration.ts';
import type { OAuthSettings } from './settings.ts';
import {
  createSignInId,
  createState,
  isAbout,
  SIGN_IN_MS,
  type Begun,
  type Pending,
  type SignInDesk,
  type SignInPlace,
  type SignInSource,
} from './sign-in-desk.ts';
import { fromTokens, keyOfSignIn, type SignIn, type Who } from './sign-ins.ts';

export interface SignInFlow extends SignInSource {
  close(): void;
}

export interface SignInFlowOptions {
  readonly server: GuardedServer;
  readonly settings: OAuthSettings;
  readonly desk: SignInDesk;
  readonly registration: Registration;
  readonly http: AuthFetch;
  readonly now: () => number;
  readonly onToken: (token: string) => void;
  readonly waitMs?: number;
}

/** A link is given out again for so long, in milliseconds: who calls twice gets one sign-in, not two. */
const REUSED_MS = 300_000;

const MAX_FAILURES = 1000;

/** How often it is looked for a sign-in whose news got lost. */
const LOOK_AGAIN_MS = 2000;

interface Open extends Begun {
  readonly scope: string | undefined;
  readonly until: number;
  readonly place: SignInPlace;
}

export function createSignInFlow(options: SignInFlowOptions): SignInFlow {
  const { server, settings, desk, registration, http, now, onToken, waitMs = SIGN_IN_MS } = options;
  const { source, url } = server;
  const { signIns } = desk;
  const open = new Map<string, Open>();
  /** Sign-ins that came to nothing, perhaps before anybody waited for them. */
  const failures = new Set<string>();

  function rememberFailure(id: string): void {
    failures.add(id);
    const oldest = failures.size > MAX_FAILURES ? failures.values().next().value : undefined;
    if (oldest !== undefined) failures.delete(oldest);
  }

  async function start(who: Who, wanted: string | undefined): Promise<Open> {
    const protection = await server.protection(AbortSignal.timeout(30_000));
    requirePkce(source, protection);
    const scope = withOfflineAccess(
      wanted ?? chooseScope(settings.scopes, server, protection.scopes),
      protection.metadata,
    );
    const place = await desk.place(source);
    try {
      return { ...(await startAt(place, protection, who, scope)), scope: wanted };
    } catch (error) {
      place.release?.();
      throw toAuthFault(error, source, 'beginning a sign-in');
    }
  }

  async function startAt(
    place: SignInPlace,
    { issuer, metadata, resource, ...rest }: Protection,
    { issuer: vouchedBy, subject }: Who,
    scope: string | undefined,
  ): Promise<Omit<Open, 'scope'>> {
    const redirectUrl = settings.redirectUrl ?? place.callbackUrl;
    const protection = { issuer, metadata, resource, ...rest };
    const client = await registration.client(protection, redirectUrl, scope);
    const state = createState();
    const { authorizationUrl, codeVerifier: verifier } = await startAuthorization(issuer, {
      metadata,
      clientInformation: client,
      redirectUrl,
      state,
      ...(scope !== undefined && { scope }),
      ...(resource !== undefined && { resource }),
    });
    const id = createSignInId();
    const who = { issuer: vouchedBy, subject };
    const asked = { issuer, metadata, resource, scope, client, redirectUrl, verifier };
    const pending: Pending = { id, source, url, who, ...asked };
    const at = await desk.keep(state, pending, authorizationUrl, place);
    return { id, url: at, domain: authorizationUrl.host, until: now() + REUSED_MS, place };
  }

  async function finish(pending: Pending, parameters: URLSearchParams): Promise<void> {
    const { issuer, metadata, client, redirectUrl, verifier, resource } = pending;
    closeOpen(keyOfSignIn(source, pending.who), pending.id);
    if (pending.url !== url) throw failed(source, 'the source has another URL since this sign-in began');
    requireIssuer(source, pending, parameters);
    const error = parameters.get('error');
    if (error !== null) throw failed(source, `the authorization server says ${describeError(error)}`);
    const code = parameters.get('code');
    if (code === null || code === '' || code.length > 4096)
      throw failed(source, 'the browser brought no code back');
    try {
      const tokens = await exchangeAuthorization(issuer, {
        metadata,
        clientInformation: client,
        authorizationCode: code,
        codeVerifier: verifier,
        redirectUri: redirectUrl,
        ...issOf(parameters),
        ...(resource !== undefined && { resource }),
        fetchFn: http.fetch,
      });
      await signIns.add({
        source,
        url,
        who: pending.who,
        id: pending.id,
        issuer,
        resource,
        client,
        scope: pending.scope ?? tokens.scope,
        signedInAt: now(),
        ...fromTokens(tokens, now()),
      } satisfies SignIn);
      onToken(tokens.access_token);
      if (tokens.refresh_token !== undefined) onToken(tokens.refresh_token);
    } catch (thrown) {
      if (thrown instanceof OAuthError && oauthCodeOf(thrown) === 'invalid_client')
        await registration.forget(issuer, redirectUrl);
      throw toAuthFault(thrown, source, 'redeeming the code');
    }
  }

  function closeOpen(key: string, id: string): void {
    const own = open.get(key);
    if (own?.id !== id) return;
    open.delete(key);
    // The page of the answer is still to be written.
    setImmediate(() => own.place.release?.());
  }

  const stopHearing = signIns.onNews((news) => {
    if (news?.source !== source || (news.what !== 'failed' && news.what !== 'signed-in')) return;
    closeOpen(news.key, news.id);
    if (news.what === 'failed') rememberFailure(news.id);
  });

  const handler: SignInSource = {
    finish,
    async begin(who, scope) {
      const key = keyOfSignIn(source, who);
      const known = open.get(key);
      if (known && known.scope === scope && now() < known.until) return known;
      known?.place.release?.();
      const begun = await start(who, scope);
      open.set(key, begun);
      return begun;
    },
    async completed(who, begun, signal) {
      const key = keyOfSignIn(source, who);
      const deadline = AbortSignal.timeout(waitMs);
      const either = AbortSignal.any([signal, deadline]);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const look = async (): Promise<void> => {
        const held = await signIns.get(key, { fresh: true });
        if (held?.signIn.id === begun.id) resolve();
        else if (failures.has(begun.id)) reject(failed(source, 'the sign-in came to nothing'));
      };
      const stop = signIns.onNews((news) => {
        if (isAbout(news, key)) look().catch(() => {});
      });
      const timer = setInterval(() => void look().catch(() => {}), LOOK_AGAIN_MS).unref();
      const abort = (): void =>
        reject(signal.aborted ? signal.reason : failed(source, 'nobody signed in in time'));
      either.addEventListener('abort', abort, { once: true });
      if (either.aborted) abort();
      try {
        look().catch(() => {});
        await promise;
      } finally {
        stop();
        clearInterval(timer);
        either.removeEventListener('abort', abort);
      }
    },
    async signOut(who) {
      const signIn = await signIns.remove(keyOfSignIn(source, who));
      if (!signIn) return 'nobody';
      try {
        const { metadata, issuer } = await server.protection(AbortSignal.timeout(15_000));
        const isRevoked = issuer === signIn.issuer && (await revokeTokens(signIn, metadata, http.fetch));
        return isRevoked ? 'revoked' : 'signed-out';
      } catch {
        // Nobody here uses the tokens any more, whatever the authorization server knows.
        return 'signed-out';
      }
    },
  };
  const unregister = desk.register(source, handler);
  return {
    ...handler,
    close() {
      unregister();
      stopHearing();
      for (const { place } of open.values()) place.release?.();
      open.clear();
    },
  };
}

/** RFC 9207 §2.4, before anything else of the answer is believed. */
function requireIssuer(source: string, { metadata }: Pending, parameters: URLSearchParams): void {
  try {
    validateAuthorizationResponseIssuer({
      iss: parameters.get('iss') ?? undefined,
      expectedIssuer: metadata.issuer,
      issParameterSupported: Reflect.get(metadata, 'authorization_response_iss_parameter_supported') === true,
    });
  } catch (error) {
    throw toAuthFault(error, source, 'checking who sent the browser back');
  }
}

function issOf(parameters: URLSearchParams): { iss?: string } {
  const iss = parameters.get('iss');
  return iss === null ? {} : { iss };
}

/** MCP, basic/authorization, "Authorization Code Protection": no PKCE, no sign-in. */
function requirePkce(source: string, { metadata }: Protection): void {
  if (metadata.code_challenge_methods_supported?.includes('S256')) return;
  throw new BailiwickError(
    'UPSTREAM_PROTOCOL',
    `source ${source}: its authorization server does not say that it supports PKCE with S256, which MCP demands`,
    { nothingSent: true },
  );
}

/** A refresh token is asked for where the authorization server knows how (MCP, "Refresh Tokens"). */
function withOfflineAccess(
  scope: string | undefined,
  metadata: AuthorizationServerMetadata,
): string | undefined {
  const offers = metadata.scopes_supported?.includes('offline_access') ?? false;
  return scope !== undefined && offers && !scope.split(' ').includes('offline_access')
    ? `${scope} offline_access`
    : scope;
}

const MEANINGS: Readonly<Record<string, string>> = {
  access_denied: 'that access was denied',
  invalid_scope: 'that it does not grant the scopes that were asked for (invalid_scope)',
  temporarily_unavailable: 'that it is busy; try again later',
};

function describeError(error: string): string {
  return MEANINGS[error] ?? (/^[\w.-]{1,64}$/.test(error) ? error : 'an error without a proper code');
}

function failed(source: string, why: string): BailiwickError {
  return new BailiwickError('SIGN_IN_REQUIRED', `source ${source}: ${why}`, {
    data: { source },
    nothingSent: true,
  });
}
