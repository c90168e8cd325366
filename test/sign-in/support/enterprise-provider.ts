import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider, type ClientMetadata, type Configuration, type JWK } from 'oidc-provider';
import { createProviderMemory } from './provider-memory.ts';

/** Somebody with an account: the claims beside `sub`. */
export type Person = Readonly<Record<string, unknown>>;

export interface EnterpriseProviderOptions {
  /** Accounts by name, which is the `sub` too. Every password is right, but `wrong`. */
  readonly people?: Readonly<Record<string, Person>>;
  /** Scopes of the resources, beside `openid`, `email` and `offline_access`. */
  readonly scopes?: readonly string[];
  /** Clients beside {@link EnterpriseProvider.client}. */
  readonly clients?: readonly ClientMetadata[];
  /** Absent: `jwt`. */
  readonly accessTokens?: 'jwt' | 'opaque';
  /** Redirect URIs of {@link EnterpriseProvider.client}: that of Bailiwick's own sign-in, for delegation. */
  readonly redirectUris?: readonly string[];
}

export interface EnterpriseProvider {
  /** `http://127.0.0.1:<port>`, without a slash at its end. */
  readonly issuer: string;
  /** A confidential client, for delegation and for introspection. */
  readonly client: { readonly id: string; readonly secret: string };
  /** Seconds that access tokens last from now on. */
  accessTokenSeconds: number;
  /** Redirect URIs of the confidential client from now on. */
  redirectTo(...uris: string[]): void;
  /** Signs with a new key from now on; the old one is published still, or not. */
  rotate(options?: { readonly keepOld?: boolean }): Promise<void>;
  /** Requests for the keys so far. */
  keyRequests(): number;
  /** While true, everything is answered with 503. */
  isDown: boolean;
  [Symbol.asyncDispose](): Promise<void>;
}

const PEOPLE: Readonly<Record<string, Person>> = {
  ann: { email: 'ann@example.com', groups: ['support'], department: 'customer-care' },
  bob: { email: 'bob@example.com', groups: ['visitors'] },
};

/**
 * The OpenID provider of an enterprise: another program than Bailiwick's own authorization server, on a port and with keys of its own.
 * Discovery, code flow with PKCE, registration, refresh tokens that rotate, introspection, revocation, DPoP, resource indicators
 * (RFC 8707). Whoever logs in with a name that it knows consents to everything.
 */
export async function startEnterpriseProvider(
  options: EnterpriseProviderOptions = {},
): Promise<EnterpriseProvider> {
  const { people = PEOPLE, scopes = [], accessTokens = 'jwt' } = options;
  const { server, origin } = await listen();
  const memory = createProviderMemory();
  const client = { id: 'bailiwick', secret: `secret-of-bailiwick-${randomUUID()}` };
  let redirectUris = options.redirectUris ?? ['http://127.0.0.1/callback'];
  let keys = [await newKey()];
  let keyRequests = 0;
  let provider: Provider;

  const start = (): void => {
    provider = new Provider(
      origin,
      configure({
        keys,
        people,
        scopes,
        accessTokens,
        memory,
        seconds: () => one.accessTokenSeconds,
        clients: [
          {
            client_id: client.id,
            client_secret: client.secret,
            client_name: 'Bailiwick',
            redirect_uris: [...redirectUris],
            grant_types: ['authorization_code', 'refresh_token'],
            token_endpoint_auth_method: 'client_secret_basic',
          },
          ...(options.clients ?? []),
        ],
      }),
    );
    // Otherwise only "oops" is told.
    provider.on('server_error', (_context, error) => process.stderr.write(`${error.stack}\n`));
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(request.url ?? '/', origin).pathname;
    if (path === '/jwks') keyRequests += 1;
    if (one.isDown) response.writeHead(503).end();
    else if (path.startsWith('/interaction/')) await logIn(provider, people, request, response);
    else await provider.callback()(request, response);
  };

  const one: EnterpriseProvider = {
    issuer: origin,
    client,
    accessTokenSeconds: 3600,
    isDown: false,
    keyRequests: () => keyRequests,
    redirectTo(...uris) {
      redirectUris = uris;
      quietly(start);
    },
    async rotate({ keepOld = true } = {}) {
      keys = [await newKey(), ...(keepOld ? keys : [])];
      quietly(start);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
  quietly(start);
  server.on('request', (request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(400, { 'content-type': 'text/plain' });
      response.end(String(error));
    });
  });
  return one;
}

interface Setup {
  readonly keys: readonly JWK[];
  readonly people: Readonly<Record<string, Person>>;
  readonly scopes: readonly string[];
  readonly accessTokens: 'jwt' | 'opaque';
  readonly memory: ReturnType<typeof createProviderMemory>;
  readonly seconds: () => number;
  readonly clients: readonly ClientMetadata[];
}

function configure({ people, scopes, accessTokens, seconds, ...setup }: Setup): Configuration {
  const claimsOf = (subject: string): Person => people[subject] ?? {};
  return {
    adapter: setup.memory,
    jwks: { keys: setup.keys },
    clients: [...setup.clients],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    scopes: ['openid', 'email', 'offline_access', ...scopes],
    claims: { openid: ['sub', 'groups', 'department', 'name'], email: ['email'] },
    conformIdTokenClaims: false,
    responseTypes: ['code'],
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: async (_context, client) => client.grantTypeAllowed('refresh_token'),
    cookies: { keys: ['cookies-of-a-test'] },
    ttl: {
      AccessToken: seconds,
      AuthorizationCode: 60,
      Session: 86_400,
      Grant: 86_400,
      Interaction: 3600,
      IdToken: 3600,
      RefreshToken: 86_400,
    },
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      dPoP: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_context, _client, given) => given ?? [],
        useGrantedResource: () => true,
        getResourceServerInfo: (_context, resource) => ({
          scope: scopes.join(' '),
          audience: resource,
          accessTokenFormat: accessTokens,
          accessTokenTTL: seconds(),
          ...(accessTokens === 'jwt' && { jwt: { sign: { alg: 'ES256' } } }),
        }),
      },
    },
    extraTokenClaims: (_context, token) =>
      'accountId' in token && token.accountId !== undefined ? { ...claimsOf(token.accountId) } : undefined,
    findAccount: (_context, accountId) =>
      Object.hasOwn(people, accountId)
        ? { accountId, claims: () => ({ sub: accountId, ...claimsOf(accountId) }) }
        : undefined,
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    // Whoever is logged in has consented to what the client asks for.
    async loadExistingGrant({ oidc }) {
      const accountId = oidc.session?.accountId;
      const clientId = oidc.client?.clientId;
      if (accountId === undefined || clientId === undefined) return undefined;
      const grant = new oidc.provider.Grant({ accountId, clientId });
      const { scope, resource } = oidc.params ?? {};
      if (typeof scope === 'string') {
        grant.addOIDCScope(scope);
        const resources = (Array.isArray(resource) ? resource : [resource]) as unknown[];
        for (const one of resources) if (typeof one === 'string') grant.addResourceScope(one, scope);
      }
      await grant.save();
      return grant;
    },
  };
}

/** A page that asks for a name and a password, and takes them. */
async function logIn(
  provider: Provider,
  people: Setup['people'],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { prompt } = await provider.interactionDetails(request, response);
  if (prompt.name === 'consent') {
    await provider.interactionFinished(request, response, { consent: {} }, { mergeWithLastSubmission: true });
    return;
  }
  const form = new URLSearchParams(request.method === 'POST' ? await text(request) : '');
  const name = form.get('login') ?? '';
  if (Object.hasOwn(people, name) && form.get('password') !== 'wrong') {
    await provider.interactionFinished(request, response, { login: { accountId: name } });
    return;
  }
  response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    .end(
      `<!doctype html><html lang="en"><title>Example Inc.</title><h1>Example Inc.</h1><form method="post" action="${request.url}"><label>Name <input name="login" autocomplete="username" autofocus></label> <label>Password <input name="password" type="password" autocomplete="current-password"></label> <button>Log in</button></form></html>`,
    );
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: randomUUID(), alg: 'ES256', use: 'sig' };
}

async function listen(): Promise<{ server: Server; origin: string }> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** It says at length that this is no provider for production. */
function quietly(run: () => void): void {
  const { info, warn } = console;
  console.info = console.warn = () => {};
  try {
    run();
  } finally {
    Object.assign(console, { info, warn });
  }
}
