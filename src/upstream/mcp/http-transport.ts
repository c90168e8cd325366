import { StreamableHTTPClientTransport, type FetchLike } from '@modelcontextprotocol/client';
import { fetch, type Agent, type RequestInit as UndiciRequestInit } from 'undici';
import { BailiwickError, tellSending } from '../../errors.ts';
import type { CallContext } from '../upstream.ts';
import { withinBound } from './bounded-body.ts';
import type { McpCredentials } from './credentials.ts';
import { toBusyError } from './retry-after.ts';

export { MAX_MESSAGE_BYTES, TooLongError } from './bounded-body.ts';

export interface HttpTransportOptions {
  readonly url: URL;
  readonly dispatcher: Agent;
  readonly credentials: McpCredentials;
  /** On whose behalf the next request is sent. */
  readonly context: () => CallContext;
  /** The session of the legacy era, and the version, that an earlier handshake agreed on. */
  readonly agreed?: { readonly sessionId: string | undefined; readonly protocolVersion: string | undefined };
  /** The stream of notifications was open, broke, and cannot be opened again: the session is gone. */
  readonly onStreamLost?: (reason: string) => void;
}

/**
 * MCP over Streamable HTTP. Credentials go to the configured origin only: a redirect that leaves it is refused, whatever the
 * transport would follow.
 */
export function createHttpTransport(options: HttpTransportOptions): StreamableHTTPClientTransport {
  const { url, agreed, onStreamLost } = options;
  let streamWasOpen = false;
  const guardedFetch: FetchLike = async (target, init) => {
    const { origin } = new URL(target);
    if (origin !== url.origin) throw new OriginError(origin);
    const isStream = init?.method === 'GET' && onStreamLost !== undefined;
    try {
      const response = await sendWithCredentials(options, target, init);
      if (isStream && response.ok) streamWasOpen = true;
      else if (isStream && streamWasOpen) onStreamLost(`HTTP ${response.status}`);
      const busy = await toBusyError(response);
      if (busy) throw busy;
      return withinBound(response);
    } catch (error) {
      if (isStream && streamWasOpen && init.signal?.aborted !== true) onStreamLost(String(error));
      throw error;
    }
  };
  return new StreamableHTTPClientTransport(url, {
    fetch: guardedFetch,
    ...(agreed?.sessionId !== undefined && { sessionId: agreed.sessionId }),
    ...(agreed?.protocolVersion !== undefined && { protocolVersion: agreed.protocolVersion }),
    reconnectionOptions: {
      initialReconnectionDelay: 500,
      maxReconnectionDelay: 10_000,
      reconnectionDelayGrowFactor: 2,
      maxRetries: 5,
    },
  });
}

type FetchInit = Parameters<FetchLike>[1];

/** Sends a request with what its context proves itself by; once more where the upstream refused that and it is worth it. */
export async function sendWithCredentials(
  options: Pick<HttpTransportOptions, 'credentials' | 'dispatcher' | 'context'>,
  target: string | URL,
  init: FetchInit,
): Promise<Response> {
  const { credentials, dispatcher } = options;
  const context = options.context();
  for (let isRetry = false; ; isRetry = true) {
    const given = await credentials.headers(context).catch((error: unknown) => {
      throw error instanceof BailiwickError ? tellSending(error, true) : error;
    });
    const headers = new Headers(init?.headers);
    for (const [name, value] of Object.entries(given)) if (!headers.has(name)) headers.set(name, value);
    const request = { ...init, headers, redirect: 'manual', dispatcher } as unknown as UndiciRequestInit;
    const response = (await fetch(target, request)) as unknown as Response;
    if (isRetry || !isChallenge(response)) return response;
    const isWorthIt = await credentials.refused(
      {
        url: String(target),
        status: response.status,
        challenge: response.headers.get('www-authenticate') ?? undefined,
        authorization: headers.get('authorization') ?? undefined,
      },
      context,
    );
    if (!isWorthIt) return response;
    await response.body?.cancel();
  }
}

/** 401, or 403 for want of a scope (RFC 6750 §3.1): the request was not carried out. */
function isChallenge({ status, headers }: Response): boolean {
  return (
    status === 401 || (status === 403 && /\binsufficient_scope\b/.test(headers.get('www-authenticate') ?? ''))
  );
}

/** A redirect points to another origin. */
export class OriginError extends Error {
  override name = 'OriginError';
  readonly origin: string;

  constructor(origin: string) {
    super(`refused to follow a redirect to ${origin}: credentials stay at their origin`);
    this.origin = origin;
  }
}
