import { Router, type Request, type Response } from 'express';
import { LOOPBACK_CALLBACK, toClientMetadata } from '../upstream/mcp/auth/registration.ts';
import type { Callback, SignInDesk, SignInPlace } from '../upstream/mcp/auth/sign-in-desk.ts';
import { PAGE_HEADERS } from './pages/frame.ts';
import { endPage, startPage, unknownPage } from './pages/source-sign-in.ts';

/** What the faces need of the desk. */
export type SignInPages = Pick<SignInDesk, 'start' | 'finish' | 'ownMetadataUrl'>;

/** The HTTP face's addresses for browsers, below the server's base URL (no slash at its end). */
export function placeAt(baseUrl: string): SignInPlace {
  return {
    callbackUrl: `${baseUrl}/oauth/callback`,
    startUrl: (id) => `${baseUrl}/oauth/start/${id}`,
  };
}

/** Where the client's metadata document can be read by others: only over https, and where the server knows its own name. */
export function metadataUrlAt(publicUrl: string | undefined): string | undefined {
  return publicUrl !== undefined && publicUrl.startsWith('https:')
    ? `${publicUrl.replace(/\/$/, '')}/oauth/client-metadata.json`
    : undefined;
}

/**
 * Pages for the browser of somebody who signs in to a source. Nobody is authenticated here: a page does what its unguessable
 * address stands for, once.
 */
export function createSignInRoutes(pages: SignInPages): Router {
  const router = Router();
  router.get('/oauth/start/:id', async (request: Request<{ id: string }>, response: Response) => {
    const start = await pages.start(request.params.id);
    response.set(PAGE_HEADERS);
    if (!start) {
      response.status(404).send(unknownPage());
      return;
    }
    const { name, value } = start.cookie;
    response.cookie(name, value, {
      httpOnly: true,
      sameSite: 'lax',
      secure: pages.ownMetadataUrl() !== undefined,
      maxAge: COOKIE_MS,
    });
    response.send(startPage(start));
  });
  router.get('/oauth/callback', async (request, response) => {
    const end = await pages.finish(toCallback(request.originalUrl, request.headers.cookie));
    response
      .set(PAGE_HEADERS)
      .status(end.ok ? 200 : 400)
      .send(endPage(end));
  });
  router.get('/oauth/client-metadata.json', (_request, response, next) => {
    const url = pages.ownMetadataUrl();
    if (url === undefined) {
      next();
      return;
    }
    const callback = url.replace(/client-metadata\.json$/, 'callback');
    response.set('cache-control', 'public, max-age=3600').json({
      client_id: url,
      ...toClientMetadata([callback, LOOPBACK_CALLBACK]),
      client_uri: new URL('/', url).href,
      token_endpoint_auth_method: 'none',
    });
  });
  return router;
}

const COOKIE_MS = 600_000;

/** What a browser brought back, from the target of its request and its `Cookie` header. */
export function toCallback(target: string, cookie: string | undefined): Callback {
  const query = target.indexOf('?');
  const cookies = (cookie ?? '').split(';').map((pair): [string, string] => {
    const [name = '', ...value] = pair.split('=');
    return [name.trim(), value.join('=').trim()];
  });
  return {
    parameters: new URLSearchParams(query === -1 ? '' : target.slice(query + 1)),
    cookies: new Map(cookies),
  };
}
