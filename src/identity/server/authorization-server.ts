import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Store } from '../../state/store.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { ClaimsContext } from '../claims/to-principal.ts';
import type { Proof } from '../proof.ts';
import type { IdentitySettings } from '../settings.ts';
import type { TokenVerifier } from '../token-verifier.ts';
import { agreeOnSecret } from './agreed-secret.ts';
import { aimRequest, tidyAuthorizationRequest } from './aim-request.ts';
import { createAttemptLimit } from './attempt-limit.ts';
import { buildProvider, cookieNames, resourceOf, ROUTES } from './build-provider.ts';
import { createConversation, type Conversation } from './conversation.ts';
import type { NoteAuthorization } from './events.ts';
import { createIssuedTokenVerifier } from './issued-tokens.ts';
import type { SignInPage } from './page.ts';
import { createLoginProvider } from './login-provider.ts';
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

type RenderProblem = (page: SignInPage & { readonly page: 'problem' }) => string;

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
  const attempts = createAttemptLimit(now);
  const registrations = createAttemptLimit(now, { each: 20, all: 100 });

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
      fetchDocument: fetchDocument && ((url) => fetchDocument(url, hosts)),
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
      attempts,
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

  const server: AuthorizationServer = {
    isOn: () => settings !== undefined && baseUrl !== undefined,
    renderProblemsWith(render) {
      renderProblem = render;
    },
    async answer(endpoint, request, response, id) {
      const { handle } = await run();
      const at = baseUrl ?? '';
      if (endpoint === 'register') {
        const refusal = await prepareRegistration(request, { limit: registrations, world: shelf });
        if (refusal) {
          const { status, ...problem } = refusal;
          response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
          response.end(JSON.stringify(problem));
          return;
        }
      }
      const { search } = new URL(request.url ?? '/', at);
      aimRequest(request, {
        baseUrl: at,
        url: targetOf(endpoint, search, id),
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

const toText: RenderProblem = ({ problem }) => problem;

function targetOf(endpoint: Endpoint, search: string, id = ''): string {
  switch (endpoint) {
    case 'metadata':
      return '/.well-known/oauth-authorization-server';
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
