import { generateKeyPairSync } from 'node:crypto';
import type { Configuration, default as Provider, KoaContextWithOIDC } from 'oidc-provider';
import type { Logger } from '../../telemetry/logger.ts';
import { readClientDocument } from './client-document.ts';
import { explainProblem } from './explain-problem.ts';
import type { NoteAuthorization } from './events.ts';
import { BASE_SCOPE } from './scopes.ts';
import type { AuthorizationServerSettings } from './settings.ts';
import { loadProvider } from './load-provider.ts';
import type { SignIns } from './sign-ins.ts';
import { createStoreAdapter, type ShelfWorld } from './store-adapter.ts';
import { tidyMetadata } from './tidy-metadata.ts';

/** What the provider is built of. */
export interface ProviderParts {
  readonly baseUrl: string;
  readonly settings: AuthorizationServerSettings;
  readonly world: ShelfWorld;
  readonly signIns: SignIns;
  readonly cookieKey: string;
  readonly fetchDocument: ((url: string) => Promise<Response>) | undefined;
  readonly renderError: (problem: string, status: number) => string;
  readonly note: NoteAuthorization;
  readonly logger: Logger;
}

export const ROUTES = {
  authorization: '/oauth/authorize',
  token: '/oauth/token',
  revocation: '/oauth/revoke',
  registration: '/oauth/register',
  jwks: '/oauth/jwks',
} as const;

const DAY_SECONDS = 86_400;

/** How long a browser may take from the first page to the last. */
const INTERACTION_SECONDS = 900;

/** The one protected resource: every path below `/mcp` is it. */
export function resourceOf(baseUrl: string): string {
  return `${baseUrl}/mcp`;
}

/** Names of cookies: of this address alone, where browsers can be told so. */
export function cookieNames(baseUrl: string): { session: string; interaction: string; resume: string } {
  const { protocol, port } = new URL(baseUrl);
  // Cookies of 127.0.0.1 go to every port of it.
  const [prefix, suffix] = protocol === 'https:' ? ['__Secure-', ''] : ['', `_${port}`];
  const name = (what: string): string => `${prefix}bailiwick_${what}${suffix}`;
  return { session: name('session'), interaction: name('sign_in'), resume: name('resume') };
}

/** oidc-provider, loaded when it is first needed, as the authorization server that MCP asks for (OAuth 2.1). */
export async function buildProvider(parts: ProviderParts): Promise<Provider> {
  const { default: OidcProvider, errors, interactionPolicy } = await loadProvider();
  const { baseUrl, settings, world, signIns, logger } = parts;
  const resource = resourceOf(baseUrl);
  const names = cookieNames(baseUrl);
  const onRace = (): Error => new errors.InvalidGrant('it was used at the same time');
  const policy = interactionPolicy.base();
  for (const name of ['login', 'consent'] as const) {
    const prompt = policy.get(name);
    prompt?.checks.clear();
    prompt?.checks.add(
      new interactionPolicy.Check(
        `${name}_anew`,
        'everybody signs in and agrees anew for each client',
        `${name}_required`,
        (context) => context.oidc.result?.[name] === undefined,
      ),
    );
  }

  const configuration: Configuration = {
    adapter: (model) => createStoreAdapter(model, world, onRace),
    clients: settings.clients.map(toMetadata),
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    clientBasedCORS: () => true,
    allowOmittingSingleRegisteredRedirectUri: false,
    conformIdTokenClaims: false,
    cookies: {
      names,
      keys: [parts.cookieKey],
      short: { httpOnly: true, sameSite: 'lax' },
      long: { httpOnly: true, sameSite: 'lax' },
    },
    discovery: {},
    expiresWithSession: () => Promise.resolve(false),
    fetch: (url) => {
      if (!parts.fetchDocument) throw new errors.InvalidClient('client documents are off');
      return parts.fetchDocument(url instanceof Request ? url.url : url.toString()).then(readClientDocument);
    },
    features: {
      devInteractions: { enabled: false },
      clientIdMetadataDocument: {
        enabled: settings.clientDocuments !== false && parts.fetchDocument !== undefined,
        ack: 'draft-02',
        cacheDuration: { min: 60, max: 3600 },
      },
      dPoP: { enabled: true },
      pushedAuthorizationRequests: { enabled: false },
      registration: { enabled: isRegistrationOpen(settings, baseUrl), issueRegistrationAccessToken: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_context, _client, oneOf) =>
          Promise.resolve(Array.isArray(oneOf) ? (oneOf[0] ?? resource) : resource),
        useGrantedResource: () => Promise.resolve(true),
        getResourceServerInfo: (context, indicator) => {
          if (!isOurs(indicator, resource))
            throw new errors.InvalidTarget(`the resource to ask for is ${resource}`);
          return Promise.resolve({
            audience: resource,
            scope: knownScopes(context, indicator),
            accessTokenFormat: 'opaque' as const,
            accessTokenTTL: settings.accessTokenSeconds,
          });
        },
      },
      revocation: {
        enabled: true,
        allowedPolicy: (_context, { clientId }, token) => Promise.resolve(token.clientId === clientId),
      },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
    },
    findAccount: async (_context, id) => {
      const signIn = await signIns.find(id);
      const standing = signIn && (await signIns.standing(signIn));
      return standing && { accountId: id, claims: () => Promise.resolve({ sub: id }) };
    },
    interactions: { policy, url: (_context, { uid }) => `${baseUrl}/oauth/sign-in/${uid}` },
    issueRefreshToken: (_context, client) => Promise.resolve(client.grantTypeAllowed('refresh_token')),
    // Never used, as nothing is signed: tokens are opaque, and there are no ID tokens. Without one it registers no client.
    jwks: {
      keys: [
        {
          ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
          alg: 'ES256',
        },
      ],
    },
    loadExistingGrant: async ({ oidc }) => {
      const id = oidc.result?.consent?.grantId;
      return id === undefined ? undefined : oidc.provider.Grant.find(id);
    },
    pkce: { required: () => true },
    renderError: (context, out, error) => {
      if (isOwnFault(error)) logger.error({ err: error }, 'the authorization server failed');
      context.type = 'html';
      context.body = parts.renderError(explainProblem(out), context.status);
    },
    responseTypes: ['code'],
    rotateRefreshToken: true,
    routes: ROUTES,
    scopes: ['offline_access'],
    subjectTypes: ['public'],
    ttl: {
      AccessToken: settings.accessTokenSeconds,
      AuthorizationCode: 60,
      Grant: settings.signInDays * DAY_SECONDS,
      Interaction: INTERACTION_SECONDS,
      RefreshToken: ({ oidc }) => Math.max(1, oidc.entities.Grant?.remainingTTL ?? DAY_SECONDS),
      Session: INTERACTION_SECONDS,
    },
  };
  const provider = new OidcProvider(baseUrl, configuration);
  provider.proxy = true;
  provider.silent = true;
  // Koa's own event, which would be written to the console where nobody listens.
  (provider as NodeJS.EventEmitter).on('error', (error: unknown) =>
    logger.error({ err: error }, 'the authorization server failed'),
  );
  provider.on('registration_create.success', ({ ip }, { clientId }) =>
    parts.note({ what: 'client registered', client: clientId, ip }),
  );
  provider.use(async (context, next) => {
    await next();
    // Nobody is remembered: what would remember them does not leave.
    const cookies = [context.response.headers['set-cookie'] ?? []].flat();
    const kept = cookies.filter((cookie) => !cookie.startsWith(names.session));
    if (kept.length < cookies.length) context.set('set-cookie', kept);
    if (context.path === ROUTES.jwks) context.body = { keys: [] };
    if (context.path.startsWith('/.well-known/') && context.status === 200) {
      context.body = tidyMetadata(context.body as Record<string, unknown>, {
        scopes: Object.keys(settings.scopes),
        isOpenId: context.path.endsWith('/openid-configuration'),
      });
    }
  });
  provider.on('server_error', (_context, error) =>
    logger.error({ err: error }, 'the authorization server failed'),
  );
  return provider;
}

/** Every scope that this request is about: what people may give is decided where they agree. */
function knownScopes({ oidc }: KoaContextWithOIDC, indicator: string): string {
  const asked = oidc.params?.['scope'];
  const granted = oidc.entities.Grant?.getResourceScope(indicator);
  return [BASE_SCOPE, ...(typeof asked === 'string' ? [asked] : []), ...(granted ? [granted] : [])].join(' ');
}

/** The resource itself, or one of the paths that it stands for. */
function isOurs(indicator: string, resource: string): boolean {
  if (indicator === resource || indicator === `${resource}/`) return true;
  return (
    indicator.startsWith(`${resource}/`) &&
    /^[a-z][a-z0-9-]{0,23}$/.test(indicator.slice(resource.length + 1))
  );
}

/** Whether programs can register themselves now. */
function isRegistrationOpen({ registration }: AuthorizationServerSettings, baseUrl: string): boolean {
  if (registration !== 'loopback') return registration === 'open';
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(new URL(baseUrl).hostname);
}

function isOwnFault(error: unknown): boolean {
  return !(error instanceof Error && 'expose' in error && error.expose === true);
}

function toMetadata(client: AuthorizationServerSettings['clients'][number]) {
  const isNative = client.redirectUris.some((uri) => new URL(uri).protocol !== 'https:');
  return {
    client_id: client.id,
    ...(client.name !== undefined && { client_name: client.name }),
    ...(client.secret !== undefined && { client_secret: client.secret }),
    redirect_uris: client.redirectUris,
    application_type: isNative ? ('native' as const) : ('web' as const),
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code' as const],
    token_endpoint_auth_method:
      client.secret === undefined ? ('none' as const) : ('client_secret_basic' as const),
  };
}
