import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Store } from '../../state/store.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { ClaimsContext } from '../claims/to-principal.ts';
import type { Proof } from '../proof.ts';
import type { IdentitySettings } from '../settings.ts';
import type { TokenVerifier } from '../token-verifier.ts';
import { agreeOnSecret } from './agreed-secret.ts';
import { aimRequest, tidyAuthorizationRequest } from './aim-request.ts';
import { buildProvider, cookieNames, resourceOf, ROUTES } from './build-provider.ts';
import { limitFetches } from './client-document.ts';
import { createConversation, type Conversation } from './conversation.ts';
import type { NoteAuthorization } from './events.ts';
import { createIssuedTokenVerifier } from './issued-tokens.ts';
import { createLimits } from './limits.ts';
import { createLoginProvider } from './login-provider.ts';
import { TOO_MANY, type SignInPage } from './page.ts';
import { prepareRegistration } from './registration.ts';
import type { AuthorizationServerSettings } from './settings.ts';
import { createSignIns, type KeyCheck } from './sign-ins.ts';
import type { ShelfWorld } from './store-adapter.ts';

/** What oidc-provider answers itself. */
export type Endpoint = 'metadata' | 'authorize' | 'resume' | 'token' | 'revoke' | 'register' | 'jwks';

/** The authorization server, for the face that serves it. Nothing of it is loaded while the configuration has none. */
export interface AuthorizationServer {
  /** False while the configuration has none, or nothing is served over HTTP. */
  isOn(): boolean;
  /** How a page says what went wrong. Called once, before the first request. */
  renderProblemsWith(render: RenderProblem): void;
  /** Answers a request to an endpoint of the protocol. `id` of an interaction that goes on. */
  answer(endpoint: Endpoint, request: IncomingMessage, response: ServerResponse, id?: string): Promise<void>;
  /** What browsers are shown in between. */
  conversation(): Promise<Conversation>;
}

type Problem = SignInPage & { readonly page: 'problem' };
type RenderProblem = (page: Problem) => string;

export interface AuthorizationServerWorld {
  readonly store: Store;
  readonly sealed: Pick<Store, 'get' | 'put' | 'take'>;
  readonly logger: Logger;
  readonly now: () => number;
  /** Fetches a document from wherever a stranger says, for which reason it goes to public addresses only. Absent: none is fetched. */
  readonly fetchDocument: FetchDocument | undefined;
  readonly note: NoteAuthorization;
  readonly groups: ClaimsContext['groups'];
  readonly keys: KeyCheck;
  readonly isRevoked: (proof: Proof) => boolean;
  readonly onLoss: () => void;
}

/** @param hosts only these, which may be in a private network; absent: any that is public */
export type FetchDocument = (url: string, hosts: readonly string[] | undefined) => Promise<Response>;

export interface AuthorizationServerParts {
  readonly server: AuthorizationServer;
  readonly verifier: TokenVerifier;
  use(settings: IdentitySettings): void;
  serveAt(baseUrl: string): void;
  /** Scopes that clients are told of. */
  scopes(): readonly string[];
}

/** What is rebuilt when settings change. */
interface Running {
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly conversation: Conversation;
}

export function createAuthorizationServer(world: AuthorizationServerWorld): AuthorizationServerParts {
  const { now, logger } = world;
  let settings: AuthorizationServerSettings | undefined;
  let baseUrl: string | undefined;
  let renderProblem: RenderProblem = toText;
  let running: Promise<Running> | undefined;
  const shelf: AuthorizationServerWorld & ShelfWorld = {
    ...world,
    onGrantEnded: (grantId) => verifier.forgetGrant(grantId),
  };
  const signIns = createSignIns({
    world: shelf,
    keys: world.keys,
    isRevoked: world.isRevoked,
    settings: () => settings,
  });
  const verifier = createIssuedTokenVerifier({
    world: shelf,
    audience: () => (baseUrl === undefined ? undefined : resourceOf(baseUrl)),
    settings: () => settings,
    signIns,
    keys: world.keys,
    onLoss: world.onLoss,
  });
  const limits = createLimits(now);

  async function start(current: AuthorizationServerSettings, at: string): Promise<Running> {
    const { fetchDocument } = world;
    const { clientDocuments } = current;
    const hosts = typeof clientDocuments === 'object' ? clientDocuments.hosts : undefined;
    const provider = await buildProvider({
      baseUrl: at,
      settings: current,
      world: shelf,
      signIns,
      cookieKey: await agreeOnSecret(world.sealed, 'cookies', now()),
      fetchDocument: fetchDocument && limitFetches((url) => fetchDocument(url, hosts), limits.documents),
      renderError: (problem, status) => renderProblem({ page: 'problem', problem, status }),
      note: world.note,
      logger,
    });
    const conversation = createConversation({
      provider,
      baseUrl: at,
      settings: current,
      world: shelf,
      signIns,
      keys: world.keys,
      limits,
      loginProvider:
        current.login.provider &&
        createLoginProvider({
          settings: current.login.provider,
          baseUrl: at,
          world: shelf,
          groups: world.groups,
          logger,
        }),
      note: world.note,
    });
    return { handle: provider.callback(), conversation };
  }

  /** The server that the settings ask for; the one from before where they are the same. */
  function run(): Promise<Running> {
    if (!settings || baseUrl === undefined) throw new Error('there is no authorization server');
    running ??= start(settings, baseUrl);
    running.catch(() => (running = undefined));
    return running;
  }

  /** Why a browser cannot begin to sign in. What it asks for is kept while it signs in. */
  function takeStart({ socket, url = '' }: IncomingMessage): Problem | undefined {
    const from = socket.remoteAddress ?? '';
    if (!limits.starts.isOpen(from)) return TOO_MANY;
    limits.starts.note(from);
    return url.length > MAX_REQUEST_LENGTH ? TOO_LONG : undefined;
  }

  const server: AuthorizationServer = {
    isOn: () => settings !== undefined && baseUrl !== undefined,
    renderProblemsWith(render) {
      renderProblem = render;
    },
    async answer(endpoint, request, response, id) {
      const { handle } = await run();
      const at = baseUrl ?? '';
      const problem = endpoint === 'authorize' ? takeStart(request) : undefined;
      if (problem) {
        const headers = {
          'content-type': 'text/html; charset=utf-8',
          ...(problem.status === 429 && { 'retry-after': '60' }),
        };
        response.writeHead(problem.status, headers).end(renderProblem(problem));
        return;
      }
      if (endpoint === 'register') {
        const refusal = await prepareRegistration(request, { limit: limits.registrations, world: shelf });
        if (refusal) {
          const { status, ...answer } = refusal;
          response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
          response.end(JSON.stringify(answer));
          return;
        }
      }
      const { search, pathname } = new URL(request.url ?? '/', at);
      aimRequest(request, {
        baseUrl: at,
        url: targetOf(endpoint, { search, pathname, id }),
        sessionCookie: cookieNames(at).session,
      });
      await handle(request, response);
    },
    conversation: async () => (await run()).conversation,
  };

  return {
    server,
    verifier,
    use({ server: next }) {
      if (JSON.stringify(next) === JSON.stringify(settings)) return;
      settings = next;
      running = undefined;
    },
    serveAt(url) {
      baseUrl = url;
      running = undefined;
    },
    scopes: () => Object.keys(settings?.scopes ?? {}),
  };
}

const MAX_REQUEST_LENGTH = 8192;

const TOO_LONG: Problem = {
  page: 'problem',
  status: 400,
  problem: `The request of the program is over ${MAX_REQUEST_LENGTH} characters.`,
};

const toText: RenderProblem = ({ problem }) => problem;

function targetOf(
  endpoint: Endpoint,
  { search, pathname, id = '' }: { search: string; pathname: string; id: string | undefined },
): string {
  switch (endpoint) {
    case 'metadata':
      return `/.well-known/${pathname.includes('/openid-configuration') ? 'openid-configuration' : 'oauth-authorization-server'}`;
    case 'authorize':
      return `${ROUTES.authorization}${tidyAuthorizationRequest(search)}`;
    case 'resume':
      return `${ROUTES.authorization}/${encodeURIComponent(id)}`;
    case 'token':
      return ROUTES.token;
    case 'revoke':
      return ROUTES.revocation;
    case 'register':
      return ROUTES.registration;
    case 'jwks':
      return ROUTES.jwks;
  }
}
