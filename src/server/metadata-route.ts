import type { NextFunction, Request, Response } from 'express';
import type { Identity } from '../identity/identity.ts';
import type { HeaderCheck } from './guards.ts';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** The resource itself and each of its endpoints, be there such a source or not: who is not known learns no names. */
const BELOW = /^(?:\/mcp(?:\/[^/]+)?)?\/?$/;

/** How long a client may go by what it read, in seconds. */
const FRESH_SECONDS = 300;

/**
 * Serves the metadata of the protected resource (RFC 9728, section 3) at the well-known addresses of all endpoints: one document, as
 * they are one resource. Any page may read it, since it says what anybody may know.
 *
 * @param publicUrl its path stands between the well-known one and the endpoint's, where the proxy before us did not take it away
 */
export function createMetadataRoute(
  identity: Pick<Identity, 'metadata'>,
  checkHeaders: HeaderCheck,
  publicUrl: string | undefined,
) {
  const basePath = publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/$/, '');
  return function serveMetadata(request: Request, response: Response, next: NextFunction): void {
    if (!isMetadataPath(request.path, basePath)) return next();
    const error = checkHeaders({ ...request.headers, origin: undefined });
    if (error) throw error;
    const document = identity.metadata();
    if (!document) return next();
    response.set({
      'access-control-allow-origin': '*',
      'cache-control': `public, max-age=${FRESH_SECONDS}`,
      'x-content-type-options': 'nosniff',
    });
    if (request.method === 'OPTIONS') {
      // Clients in browsers say their protocol's version here too, which a browser asks about before.
      response
        .status(204)
        .set({
          'access-control-allow-methods': 'GET, HEAD',
          'access-control-allow-headers': 'MCP-Protocol-Version, Accept, Content-Type',
          'access-control-max-age': '600',
        })
        .end();
    } else if (request.method === 'GET' || request.method === 'HEAD') response.json(document);
    else response.status(405).set('allow', 'GET, HEAD, OPTIONS').end();
  };
}

function isMetadataPath(path: string, basePath: string): boolean {
  if (!path.startsWith(WELL_KNOWN)) return false;
  const rest = path.slice(WELL_KNOWN.length);
  return BELOW.test(rest) || (rest.startsWith(basePath) && BELOW.test(rest.slice(basePath.length)));
}
