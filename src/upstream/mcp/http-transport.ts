import { StreamableHTTPClientTransport, type FetchLike } from '@modelcontextprotocol/client';
import { Agent, fetch, type RequestInit as UndiciRequestInit } from 'undici';

/** The longest answer, and the longest event of a stream, that is read. */
const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;

export interface HttpTransportOptions {
  readonly url: URL;
  /** Configured headers, credentials among them. */
  readonly headers: Readonly<Record<string, string>>;
  /** The stream of notifications was open, broke, and cannot be opened again: the session is gone. */
  readonly onStreamLost: (reason: string) => void;
}

/**
 * MCP over Streamable HTTP. Configured headers go to the configured origin only: a redirect that leaves it is refused,
 * whatever the transport would follow.
 */
export function createHttpTransport(options: HttpTransportOptions): StreamableHTTPClientTransport {
  const { url } = options;
  // How long an upstream may be silent is the call's deadline to say, not the HTTP client's.
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  let streamWasOpen = false;
  const guardedFetch: FetchLike = async (target, init) => {
    const { origin } = new URL(target);
    if (origin !== url.origin) throw new OriginError(origin);
    const isStream = init?.method === 'GET';
    try {
      const request = { ...init, redirect: 'manual', dispatcher } as UndiciRequestInit;
      const response = (await fetch(target, request)) as unknown as Response;
      if (isStream && response.ok) streamWasOpen = true;
      else if (isStream && streamWasOpen) options.onStreamLost(`HTTP ${response.status}`);
      return withinBound(response);
    } catch (error) {
      if (isStream && streamWasOpen && init?.signal?.aborted !== true) options.onStreamLost(String(error));
      throw error;
    }
  };
  return new StreamableHTTPClientTransport(url, {
    requestInit: { headers: { ...options.headers } },
    fetch: guardedFetch,
    reconnectionOptions: {
      initialReconnectionDelay: 500,
      maxReconnectionDelay: 10_000,
      reconnectionDelayGrowFactor: 2,
      maxRetries: 5,
    },
  });
}

/** A redirect points to another origin. */
export class OriginError extends Error {
  override name = 'OriginError';
  readonly origin: string;

  constructor(origin: string) {
    super(`refused to follow a redirect to ${origin}: configured headers stay at their origin`);
    this.origin = origin;
  }
}

/** An answer is longer than what is read. */
export class TooLongError extends Error {
  override name = 'TooLongError';
}

/** The response with a bounded body: all of it, or for an event stream each event. */
function withinBound(response: Response): Response {
  if (!response.body) return response;
  const isEventStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  let bytes = 0;
  const bound = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      const lastNewline = isEventStream ? chunk.lastIndexOf(10) : -1;
      bytes = lastNewline === -1 ? bytes + chunk.length : chunk.length - lastNewline;
      if (bytes > MAX_MESSAGE_BYTES)
        controller.error(new TooLongError(`more than ${MAX_MESSAGE_BYTES} bytes`));
      else controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(bound), {
    status: response.status,
    statusText: response.statusText,
    headers: response.headers,
  });
}
