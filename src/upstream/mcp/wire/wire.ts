import type { Dispatcher } from 'undici';
import { isJsonObject, type JsonObject } from '../../../catalog/json.ts';
import type { Scrub } from '../../scrub.ts';
import { exchange } from './exchange.ts';
import { RelayedRequest, type RelayedRequestOptions } from './relayed-request.ts';
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
  readonly scrub: Scrub;
  /** Unique over all connections of the upstream. */
  readonly nextId: () => number;
  readonly identity: WireIdentity;
}

export interface WireRequest extends Pick<
  RelayedRequestOptions,
  'signal' | 'timeoutMs' | 'maxTotalMs' | 'onMessage'
> {
  readonly method: string;
  readonly params: JsonObject;
  /** Configured headers and credentials. */
  readonly headers: Readonly<Record<string, string>>;
  /** Given where the caller wants progress: the notification's params, without the token. */
  readonly onProgress?: ((progress: JsonObject) => void) | undefined;
}

/**
 * Relayed requests over Streamable HTTP, in both eras, without the SDK between: one POST each, its answer read as it comes.
 * Opening, probing, listening and closing are the SDK's, which shares the session.
 */
export interface Wire {
  /**
   * @returns the upstream's own result, secrets masked, nothing else changed; {@link Wire.idOf} has its id
   * @throws what the SDK's client throws, so that faults are told apart in one way: `ProtocolError`, `SdkHttpError`, `SdkError`,
   *   or the HTTP client's own error; masked
   */
  request(request: WireRequest): Promise<JsonObject>;
  /** A message that came by another stream of the session. True: it belonged to a request that runs here. */
  receive(message: JsonObject): boolean;
  /** Ends what still runs, with that error. */
  close(error: Error): void;
}

export function createWire({ url, dispatcher, scrub, nextId, identity }: WireOptions): Wire {
  const running = new Map<number, RelayedRequest>();

  const tellCancelled = (id: number, headers: Readonly<Record<string, string>>, reason: string): void => {
    const message = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id, reason } };
    const body = JSON.stringify(message);
    const form = toRequestHeaders(identity, undefined, headers);
    exchange(
      dispatcher,
      { method: 'POST', url, headers: form, body },
      { start() {}, data() {}, end() {}, fail() {} },
    );
  };

  return {
    request({ method, params, headers, onProgress, ...options }) {
      const id = nextId();
      const progress = onProgress === undefined ? undefined : id;
      const sent = toRequestParams(identity, params, progress);
      const request = new RelayedRequest({
        ...options,
        id,
        url,
        dispatcher,
        scrub,
        isModern: identity.era === 'modern',
        headers: toRequestHeaders(identity, { method, params }, headers),
        body: `{"jsonrpc":"2.0","id":${id},"method":${JSON.stringify(method)},"params":${JSON.stringify(sent)}}`,
        onProgress,
        onEnd: (reason) => {
          running.delete(id);
          if (reason !== undefined && identity.era === 'legacy') tellCancelled(id, headers, reason);
        },
      });
      running.set(id, request);
      return request.send();
    },
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
