import { randomUUID } from 'node:crypto';
import { ProtocolError, SdkError, SdkErrorCode, type McpServer } from '@modelcontextprotocol/server';
import type { JsonObject } from '../catalog/json.ts';
import { BailiwickError } from '../errors.ts';
import type { Ask } from '../upstream/upstream.ts';
import type { StandingStream } from './standing-stream.ts';

/** People answer: a question may wait this long without a sign of life, and in all. */
const SILENCE_MS = 600_000;
const LONGEST_MS = 3_600_000;

/** Accepts everything, changes nothing. */
const ANY = {
  '~standard': {
    version: 1 as const,
    vendor: 'bailiwick',
    validate: (value: unknown) => ({ value }),
  },
};

/**
 * Asks a client of the legacy era on its live connection.
 *
 * @param during the request of the client that the question belongs to: it then rides on the stream of that request's answer
 *   (MCP 2025-11-25, basic/transports, "Sending Messages to the Server"); absent: on the connection's own stream.
 * @param stream that stream, where it may be missing: a question that reaches nobody is given up.
 */
export function createAsk({ server }: McpServer, during?: string | number, stream?: StandingStream): Ask {
  return async function ask({ method, params }, signal) {
    if (signal.aborted) throw ended(signal.reason);
    const missing = new AbortController();
    const stopWaiting = stream?.onMissing(() => missing.abort());
    try {
      return (await server.request({ method, ...(params && { params: withId(method, params) }) }, ANY, {
        ...(during !== undefined && { relatedRequestId: during }),
        signal: AbortSignal.any([signal, missing.signal]),
        timeout: SILENCE_MS,
        maxTotalTimeout: LONGEST_MS,
        resetTimeoutOnProgress: true,
        // Without it the client is not given a token to report progress with.
        onprogress: () => {},
      })) as JsonObject;
    } catch (error) {
      throw missing.signal.aborted && !signal.aborted ? hasNoStream() : toAskFault(error, signal);
    } finally {
      stopWaiting?.();
    }
  };
}

/** A page to open has an id in the legacy era, which a server of 2026-07-28 does not give it. */
function withId(method: string, params: JsonObject): JsonObject {
  const isPage = method === 'elicitation/create' && params['mode'] === 'url';
  return isPage && params['elicitationId'] === undefined
    ? { ...params, elicitationId: randomUUID() }
    : params;
}

function toAskFault(error: unknown, signal: AbortSignal): BailiwickError {
  if (signal.aborted) return ended(signal.reason);
  if (error instanceof ProtocolError) {
    const { code, message, data } = error;
    return new BailiwickError('CLIENT_REFUSED', `the client answered with error ${code}: ${message}`, {
      cause: error,
      data: { client: { code, message, ...(data !== undefined && { data }) } },
    });
  }
  if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout) {
    return new BailiwickError('CLIENT_REFUSED', 'the client did not answer in time', { cause: error });
  }
  if (error instanceof SdkError && error.code === SdkErrorCode.InvalidResult) {
    return new BailiwickError('CLIENT_REFUSED', 'the client answered something that is no answer', {
      cause: error,
    });
  }
  return ended(error);
}

function hasNoStream(): BailiwickError {
  return new BailiwickError(
    'CLIENT_REFUSED',
    'the client keeps no stream open (GET) on which it could be asked outside its calls',
  );
}

function ended(cause: unknown): BailiwickError {
  return new BailiwickError('CANCELLED', 'the client, or its call, ended before it answered', { cause });
}
