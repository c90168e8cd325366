import type { Dispatcher } from 'undici';
import { isJsonObject, type JsonObject } from '../../../catalog/json.ts';
import { BailiwickError, tellSending } from '../../../errors.ts';
import type { Scrub } from '../../scrub.ts';
import { causesOf } from '../causes.ts';
import type { McpCredentials } from '../credentials.ts';
import type { RequestHandlers } from '../request-handlers.ts';
import { exchange } from './exchange.ts';
import { RefusedCredentialError, RelayedRequest } from './relayed-request.ts';
import { toRequestHeaders, toRequestParams } from './request-form.ts';

/** Who speaks, in which era, to which session. */
export interface WireIdentity {
  readonly era: 'legacy' | 'modern';
  readonly protocolVersion: string;
  /** The session that the legacy handshake opened, where the server has sessions. */
  readonly sessionId: string | undefined;
  readonly clientInfo: JsonObject;
}

export interface WireOptions {
  readonly url: URL;
  readonly dispatcher: Dispatcher;
  readonly credentials: McpCredentials;
  readonly scrub: Scrub;
  /** Unique over all connections of the upstream. */
  readonly nextId: () => number;
  readonly identity: WireIdentity;
  /** A notification or a request of the upstream, beside progress, that came on the stream of a request. */
  readonly onMessage: (message: JsonObject, handlers: RequestHandlers) => void;
}

/**
 * Relayed requests over Streamable HTTP, in both eras, without the SDK between: one POST each, its answer read as it comes.
 * Opening, probing, listening and closing are the SDK's, which shares the session.
 */
export interface Wire {
  /**
   * @returns the upstream's own result, secrets masked, nothing else changed
   * @throws what the SDK's client throws, so that faults are told apart in one way: `ProtocolError`, `SdkHttpError`, `SdkError`,
   *   or the HTTP client's own error, masked; or what `handlers.signal` fired with
   */
  request(method: string, params: JsonObject, handlers: RequestHandlers): Promise<JsonObject>;
  /** A message that came by another stream of the session. True: it belonged to a request that runs here. */
  receive(message: JsonObject): boolean;
  /** Ends what still runs, with that error. */
  close(error: Error): void;
}

export function createWire(options: WireOptions): Wire {
  const { url, dispatcher, credentials, scrub, nextId, identity, onMessage } = options;
  const running = new Map<number, RelayedRequest>();

  const tellCancelled = (id: number, given: Readonly<Record<string, string>>, reason: string): void => {
    const params = { requestId: id, reason };
    const body = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
    const headers = toRequestHeaders(identity, undefined, given);
    const giveUp = exchange(dispatcher, { method: 'POST', url, headers, body }, NOBODY);
    setTimeout(giveUp, FAREWELL_MS).unref();
  };

  const send = async (
    method: string,
    params: JsonObject,
    handlers: RequestHandlers,
    isRetry: boolean,
  ): Promise<JsonObject> => {
    const given = await credentials.headers(handlers.context).catch((error: unknown) => {
      throw error instanceof BailiwickError ? tellSending(error, true) : error;
    });
    const id = nextId();
    const sent = toRequestParams(identity, params, handlers.onProgress ? id : undefined);
    const request = new RelayedRequest({
      id,
      url,
      dispatcher,
      scrub,
      isModern: identity.era === 'modern',
      headers: toRequestHeaders(identity, { method, params }, given),
      body: `{"jsonrpc":"2.0","id":${id},"method":${JSON.stringify(method)},"params":${JSON.stringify(sent)}}`,
      signal: handlers.signal,
      onProgress: handlers.onProgress,
      onMessage: (message) => onMessage(message, handlers),
      onEnd: (cancelled) => {
        running.delete(id);
        if (cancelled !== undefined && identity.era === 'legacy') tellCancelled(id, given, cancelled);
      },
    });
    running.set(id, request);
    try {
      return await request.send();
    } catch (error) {
      const refusal = causesOf(error).find((cause) => cause instanceof RefusedCredentialError);
      if (!refusal || isRetry) throw error;
      const challenge = {
        url: url.href,
        status: refusal.status,
        challenge: refusal.challenge,
        authorization: authorizationOf(given),
      };
      if (!(await credentials.refused(challenge, handlers.context))) throw error;
      return send(method, params, handlers, true);
    }
  };

  return {
    request: (method, params, handlers) => send(method, params, handlers, false),
    receive(message) {
      const { params, method } = message;
      const id =
        method === undefined
          ? message['id']
          : method === 'notifications/progress' && isJsonObject(params)
            ? params['progressToken']
            : undefined;
      const request = typeof id === 'number' ? running.get(id) : undefined;
      request?.receive(message);
      return request !== undefined;
    },
    close(error) {
      for (const request of running.values()) request.fail(error);
    },
  };
}

/** How long a server may take to hear that a request was cancelled. */
const FAREWELL_MS = 5_000;

/** Nobody waits for the answer. */
const NOBODY = { start() {}, data() {}, end() {}, fail() {} };

function authorizationOf(headers: Readonly<Record<string, string>>): string | undefined {
  return Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
}
