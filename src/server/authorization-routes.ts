import express, { Router, type NextFunction, type Request, type Response } from 'express';
import { BailiwickError } from '../errors.ts';
import type { AuthorizationServer, Endpoint } from '../identity/server/authorization-server.ts';
import type { Conversation, Exchange } from '../identity/server/conversation.ts';
import type { SignInAnswer } from '../identity/server/page.ts';
import { renderSignIn } from './pages/render-sign-in.ts';

/** A key and two short fields. */
const MAX_FORM_BYTES = 32_768;

/**
 * The embedded authorization server: the endpoints of the protocol, which it answers itself, and the pages in between. Every route
 * passes on while the configuration has none.
 *
 * @param basePath the path of the public URL: metadata is at the well-known address with it behind, too (RFC 8414, section 3.1)
 */
export function createAuthorizationRoutes(server: AuthorizationServer, basePath: string): Router {
  const router = Router();
  server.renderProblemsWith((page) => renderSignIn(page).body);
  router.use((_request, _response, next) => next(server.isOn() ? undefined : 'router'));

  const metadata = ['oauth-authorization-server', 'openid-configuration'].flatMap((name) => [
    `/.well-known/${name}`,
    ...(basePath === '' ? [] : [`/.well-known/${name}${basePath}`]),
  ]);
  const serve = (endpoint: Endpoint) =>
    async function serveEndpoint(request: Request, response: Response): Promise<void> {
      const { uid } = request.params;
      harden(response, endpoint);
      await server.answer(endpoint, request, response, typeof uid === 'string' ? uid : undefined);
    };
  const preflight = (endpoint: Endpoint) => [serve(endpoint)];
  router.get(metadata, serve('metadata')).options(metadata, preflight('metadata'));
  router.get('/oauth/authorize', serve('authorize'));
  router.get('/oauth/authorize/:uid', serve('resume'));
  router.get('/oauth/jwks', serve('jwks'));
  router.post('/oauth/token', serve('token')).options('/oauth/token', preflight('token'));
  router.post('/oauth/revoke', serve('revoke')).options('/oauth/revoke', preflight('revoke'));
  router.post('/oauth/register', serve('register'));
  addPages(router, server);
  return router;
}

function addPages(router: Router, server: AuthorizationServer): void {
  const form = express.urlencoded({ limit: MAX_FORM_BYTES, extended: false, inflate: false });
  const page =
    (answer: (conversation: Conversation, exchange: Exchange, request: Request) => Promise<SignInAnswer>) =>
    async (request: Request, response: Response): Promise<void> => {
      const { id } = request.params;
      const address = request.socket.remoteAddress;
      const exchange: Exchange = { request, response, id: typeof id === 'string' ? id : '', address };
      send(response, await answer(await server.conversation(), exchange, request));
    };
  router.get(
    '/oauth/sign-in/:id',
    page((talk, exchange) => talk.show(exchange)),
  );
  router.get(
    '/oauth/sign-in/:id/key',
    page((talk, exchange) => talk.showKeyForm(exchange)),
  );
  router.post(
    '/oauth/sign-in/:id/key',
    form,
    page((talk, exchange, { body }) => talk.takeKey(exchange, fields(body))),
  );
  router.get(
    '/oauth/sign-in/:id/provider',
    page((talk, exchange) => talk.leave(exchange)),
  );
  router.post(
    '/oauth/sign-in/:id/consent',
    form,
    page((talk, exchange, { body }) => talk.decide(exchange, fields(body))),
  );
  router.get(
    '/oauth/login/callback',
    page((talk, exchange, { originalUrl }) =>
      talk.comeBack(exchange, new URL(originalUrl, 'http://localhost').searchParams),
    ),
  );
  router.use(['/oauth/sign-in', '/oauth/login'], answerFault);
}

const AWAY: ReadonlySet<string> = new Set(['STATE_UNAVAILABLE', 'IDENTITY_UNAVAILABLE']);

/** A form that cannot be read, and a store that is away, are answered with a page, not with JSON. */
function answerFault(thrown: unknown, _request: Request, response: Response, next: NextFunction): void {
  if (thrown instanceof BailiwickError && AWAY.has(thrown.code) && !response.headersSent) {
    send(response, {
      page: 'problem',
      status: 503,
      problem: 'This cannot be looked up now. Wait a few seconds, then load the page again.',
    });
    return;
  }
  const status = (thrown as { status?: unknown } | undefined)?.status;
  if (typeof status !== 'number' || status < 400 || status > 499 || response.headersSent) {
    next(thrown);
    return;
  }
  send(response, { page: 'problem', status, problem: 'The form that was sent cannot be read.' });
}

function send(response: Response, answer: SignInAnswer): void {
  if (answer.page === 'redirect') {
    response.set('cache-control', 'no-store').redirect(303, answer.location);
    return;
  }
  const { status, headers, body } = renderSignIn(answer);
  response.status(status).set(headers).send(body);
}

function fields(body: unknown): Record<string, unknown> {
  return typeof body === 'object' && body !== null ? { ...body } : {};
}

/** What oidc-provider does not say for itself: no page of it is framed, and nothing in it runs. */
function harden(response: Response, endpoint: Endpoint): void {
  response.set('x-content-type-options', 'nosniff');
  if (endpoint !== 'authorize' && endpoint !== 'resume') return;
  const { headers } = renderSignIn({ page: 'problem', status: 400, problem: '' });
  response.set(headers);
}
