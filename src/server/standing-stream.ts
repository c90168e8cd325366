import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * The stream of a legacy HTTP session on which its client is asked and told what belongs to none of its requests (MCP 2025-11-25,
 * basic/transports, "Listening for Messages from the Server"). Clients need not open one.
 */
export interface StandingStream {
  /** Notes a request that may open the stream, or go on with it. */
  note(request: IncomingMessage, response: ServerResponse): void;
  /** Calls the listener when there has been no stream for too long, from now on; returns how to stop that. */
  onMissing(listener: () => void): () => void;
}

/** A client whose stream broke comes back for the rest of it within seconds. */
const PATIENCE_MS = 60_000;

/** How the SDK names the stream in the ids of its events. */
const EVENT_ID = /^_GET_stream\//;

export function createStandingStream(patienceMs = PATIENCE_MS): StandingStream {
  const reviews = new Set<() => void>();
  let open = 0;

  const change = (by: 1 | -1): void => {
    open += by;
    for (const review of reviews) review();
  };
  return {
    note({ method, headers }, response) {
      const last = headers['last-event-id'];
      if (method !== 'GET' || (typeof last === 'string' && !EVENT_ID.test(last))) return;
      change(1);
      response.once('close', () => change(-1));
    },
    onMissing(listener) {
      let timer: NodeJS.Timeout | undefined;
      const review = (): void => {
        clearTimeout(timer);
        if (open === 0) timer = setTimeout(listener, patienceMs).unref();
      };
      reviews.add(review);
      review();
      return () => {
        clearTimeout(timer);
        reviews.delete(review);
      };
    },
  };
}
