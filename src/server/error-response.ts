import type { ErrorRequestHandler, Request, Response } from 'express';
import { isJsonObject } from '../catalog/json.ts';
import { BailiwickError, ERRORS, toBailiwickError } from '../errors.ts';
import type { Identity } from '../identity/identity.ts';
import type { Logger } from '../telemetry/logger.ts';
import { toRequestFacts } from './request-facts.ts';

/** When a client may come back that could not be identified for want of what vouches for it, in seconds. */
const RETRY_AFTER_SECONDS = 5;

/**
 * Every fault of the HTTP face as a JSON-RPC error with the status of its row in `errors.ts`, and for who is not, or not yet, let in
 * with the headers that say what to do.
 */
export function toErrorResponse(
  identity: Pick<Identity, 'challenge' | 'dpopNonce'>,
  listenAddress: () => string,
  logger: Logger,
): ErrorRequestHandler {
  return function answerError(thrown: unknown, request, response, next): void {
    if (response.headersSent) {
      next(thrown);
      return;
    }
    const { error, rpc } = fromBodyParser(thrown) ?? { error: toBailiwickError(thrown), rpc: undefined };
    if (error.code === 'INTERNAL') logger.error({ err: thrown }, 'a request failed inside Bailiwick');
    if (error.code === 'UNAUTHENTICATED' || error.code === 'INSUFFICIENT_SCOPE') {
      const facts = toRequestFacts(request, listenAddress());
      response.setHeader('WWW-Authenticate', identity.challenge(error, facts));
      const nonce = identity.dpopNonce(error);
      if (nonce !== undefined) response.setHeader('DPoP-Nonce', nonce);
    }
    if (error.code === 'IDENTITY_UNAVAILABLE') response.setHeader('Retry-After', RETRY_AFTER_SECONDS);
    send(request, response, error, rpc);
  };
}

function send(request: Request, response: Response, error: BailiwickError, rpc: number | undefined): void {
  const row = ERRORS[error.code];
  const code = rpc ?? ('rpc' in row ? row.rpc : ERRORS.INTERNAL.rpc);
  response.status(row.http).json({
    jsonrpc: '2.0',
    // Only what is refused for its content was read as a message.
    id: error.code === 'INSUFFICIENT_SCOPE' ? idOf(request.body) : null,
    error: { code, message: error.message, data: { ...error.data, code: error.code } },
  });
}

function idOf(message: unknown): string | number | null {
  const id = isJsonObject(message) ? message['id'] : undefined;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}

const PARSE_ERROR = -32_700;

/** What express and its body parser throw at a client's mistake: errors with a 4xx status. */
function fromBodyParser(thrown: unknown): { error: BailiwickError; rpc: number | undefined } | undefined {
  const { type, status, limit } = (thrown ?? {}) as { type?: unknown; status?: unknown; limit?: number };
  if (thrown instanceof BailiwickError || typeof status !== 'number' || status < 400 || status > 499)
    return undefined;
  if (type === 'entity.too.large') {
    const message = `the request body is over ${limit} bytes (server.maxBodyBytes)`;
    return { error: new BailiwickError('REQUEST_TOO_LARGE', message), rpc: undefined };
  }
  return type === 'entity.parse.failed'
    ? { error: new BailiwickError('INVALID_REQUEST', 'Parse error: the body is not JSON'), rpc: PARSE_ERROR }
    : { error: new BailiwickError('INVALID_REQUEST', 'the request cannot be read'), rpc: undefined };
}
