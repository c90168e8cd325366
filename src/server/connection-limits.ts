import type { Request, Response } from 'express';
import type { ServerOptions } from 'node:http';
import { BailiwickError } from '../errors.ts';
import type { ServerSettings } from './settings.ts';

/** How long an idle connection stays open: longer than common load balancers wait, so that they close first. */
const KEEP_ALIVE_MS = 75_000;

/** How long a client may take to send the headers of a request. */
const HEADERS_MS = 15_000;

/** How long it may take to send all of it. The answer, which may be a stream that is open for days, has no such limit. */
const REQUEST_MS = 120_000;

/** How often both are looked at: so much longer a slow connection may last. */
const CHECK_MS = 5_000;

/** Headers of one request. */
const MAX_HEADERS = 100;

/** What a connection may cost before anything of it is understood. */
export function connectionLimits(settings: Pick<ServerSettings, 'maxHeaderBytes'>): ServerOptions {
  return {
    maxHeaderSize: settings.maxHeaderBytes,
    headersTimeout: HEADERS_MS,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: CHECK_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
}

/**
 * Refuses a request with too many headers. Node's own limit (2,000 by default) drops those beyond it silently, and so perhaps the
 * one that a guard would have looked at.
 *
 * @throws BailiwickError `HEADERS_TOO_LARGE`
 */
export function limitHeaders(request: Request, _response: Response, next: () => void): void {
  const count = request.rawHeaders.length / 2;
  if (count > MAX_HEADERS) {
    throw new BailiwickError(
      'HEADERS_TOO_LARGE',
      `the request has ${count} headers, and ${MAX_HEADERS} are the most`,
    );
  }
  next();
}
