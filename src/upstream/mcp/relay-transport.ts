/* oxlint-disable unicorn/prefer-add-event-listener -- MCP transports have on-functions and no events. */
import type {
  JSONRPCMessage,
  RequestId,
  Transport,
  TransportSendOptions,
} from '@modelcontextprotocol/client';
import { isJsonObject, type JsonObject } from '../../catalog/json.ts';
import type { Question } from '../upstream.ts';
import type { Scrub } from '../scrub.ts';
import type { Arrival, InnerSendOptions, InnerTransport } from './inner-transport.ts';
import type { RequestHandlers } from './request-handlers.ts';
import { scrubError, scrubMessage } from './scrub-message.ts';
import { cannotBeAsked, UpstreamQuestions } from './upstream-questions.ts';

/** `error.data` of the error that stands in for an answer that never came: compared by identity. */
export const STREAM_ENDED = Object.freeze({ streamEnded: true });

/** Results wait a few microtasks to be redeemed; as many may arrive in one read of a pipe. */
const MAX_RESULTS = 4_096;

const TICKET = 'bailiwick/ticket';

/** Notifications that the SDK has to see. */
const PROTOCOL_NOTIFICATIONS =
  /^notifications\/(?:cancelled|subscriptions\/acknowledged|(?:tools|prompts|resources)\/list_changed)$/;

/** Methods whose results the SDK has to read itself. */
const PROTOCOL_METHODS = new Set(['initialize', 'server/discover', 'subscriptions/listen']);

interface Pending {
  /** The id the SDK knows. */
  readonly id: RequestId;
  readonly isRelayed: boolean;
  readonly isHandshake: boolean;
  readonly handlers: RequestHandlers | undefined;
}

/** Told what the upstream says unasked. `handlers` are those of the request that it belongs to, where that is certain. */
export interface RelayHooks {
  /** Absent: nothing can be asked, as in the modern era. */
  onRequest?: (
    question: Question,
    signal: AbortSignal,
    handlers: RequestHandlers | undefined,
  ) => Promise<JsonObject>;
  /** Notifications but progress and those of the protocol itself. */
  onNotification?: (method: string, params: JsonObject, handlers: RequestHandlers | undefined) => void;
  /** An answer, or progress, of a request that was not sent by this transport. */
  onForeign?: (message: JsonObject) => void;
}

/**
 * Stands between the SDK's client and a transport.
 *
 * - **What the upstream says unasked is relayed raw** to the handlers of the request that it belongs to ({@link expect}), or to
 *   {@link hooks}: its questions, its progress, its notifications. The SDK would cut their members to those it knows.
 * - **Results are relayed raw.** The SDK checks results on a 2026-07-28 connection even where the caller brings a schema
 *   of its own: one odd tool would cost the whole list, an unknown content block the whole answer. So the SDK is given an
 *   empty result with a ticket in `_meta`, and {@link redeem} gives out what the upstream really sent.
 * - **Ids are unique** over all connections of the upstream (`nextId`), because a repeated request of a multi-round trip
 *   must have another id than the first one, and every SDK client counts from 0.
 * - **Secrets stay here.** Whatever arrives, messages and errors alike, is scrubbed before anybody reads it.
 * - **A response stream that ends without an answer fails its request** at once, instead of at its timeout.
 */
export class RelayTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: Transport['onmessage'];

  readonly hooks: RelayHooks = {};
  /** The result of `initialize` or `server/discover`, as the upstream sent it. */
  handshake: JsonObject = {};

  readonly #inner: InnerTransport;
  readonly #nextId: () => number;
  readonly #scrub: Scrub;
  readonly #pending = new Map<RequestId, Pending>();
  readonly #wireIds = new Map<RequestId, RequestId>();
  readonly #results = new Map<number, JsonObject>();
  readonly #expected = new Map<number, RequestHandlers>();
  readonly #questions: UpstreamQuestions;
  #nextTicket = 0;

  constructor(inner: InnerTransport, nextId: () => number, scrub: Scrub) {
    this.#inner = inner;
    this.#nextId = nextId;
    this.#scrub = scrub;
    this.#questions = new UpstreamQuestions((message) => this.#send(message, {}));
  }

  get hasPerRequestStream(): boolean {
    return this.#inner.hasPerRequestStream ?? false;
  }

  get sessionId(): string | undefined {
    return this.#inner.sessionId;
  }

  setProtocolVersion(version: string): void {
    this.#inner.setProtocolVersion?.(version);
  }

  setSupportedProtocolVersions(versions: string[]): void {
    this.#inner.setSupportedProtocolVersions?.(versions);
  }

  async start(): Promise<void> {
    this.#inner.onclose = () => {
      this.#questions.close();
      this.onclose?.();
    };
    this.#inner.onerror = (error) => {
      scrubError(error, this.#scrub);
      this.onerror?.(error);
    };
    this.#inner.onmessage = (message, arrival) => {
      const clean = scrubMessage(message, this.#scrub);
      if ('method' in clean) return this.#hear(clean, arrival);
      const restored = this.#receive(clean);
      // The SDK handles notifications a microtask late and answers at once: a change before an answer would come after it.
      if (restored) queueMicrotask(() => this.onmessage?.(restored));
    };
    await this.#inner.start();
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }

  async send(message: JSONRPCMessage, options: TransportSendOptions = {}): Promise<void> {
    if (!('method' in message)) return this.#send(message, options);
    if (!('id' in message)) return this.#send(this.#mapCancellation(message), options);

    const { id, method } = message;
    // The SDK's own ids of probes and listen requests are text: already unlike any of ours.
    const wireId = typeof id === 'number' ? this.#nextId() : id;
    const handlers = this.#takeExpected(message);
    const isRelayed = !PROTOCOL_METHODS.has(method);
    const isHandshake = !isRelayed && method !== 'subscriptions/listen';
    this.#pending.set(wireId, { id, isRelayed, isHandshake, handlers });
    this.#wireIds.set(id, wireId);
    options.requestSignal?.addEventListener('abort', () => this.#forget(wireId), { once: true });
    try {
      await this.#send(
        { ...message, id: wireId, ...(handlers && { params: toSentParams(message, handlers, wireId) }) },
        {
          ...options,
          ...(handlers && { context: handlers.context }),
          onRequestStreamEnd: () => this.#endStream(wireId, options.onRequestStreamEnd),
        },
      );
    } catch (error) {
      this.#forget(wireId);
      throw error;
    }
  }

  async #send(message: JSONRPCMessage, options: InnerSendOptions): Promise<void> {
    try {
      await this.#inner.send(message, options);
    } catch (error) {
      throw scrubError(error, this.#scrub);
    }
  }

  /**
   * Announces a request that is about to be sent through the SDK.
   *
   * @returns a member for its `_meta` by which it is recognised here; it is not sent
   */
  expect(handlers: RequestHandlers): JsonObject {
    const ticket = this.#nextTicket++;
    this.#expected.set(ticket, handlers);
    return { [TICKET]: ticket };
  }

  /** Takes an announcement back, where it came to no request. */
  withdraw({ [TICKET]: ticket }: JsonObject): void {
    this.#expected.delete(Number(ticket));
  }

  #takeExpected(message: JSONRPCMessage & { method: string }): RequestHandlers | undefined {
    const ticket = metaOf(message)?.[TICKET];
    if (typeof ticket !== 'number') return undefined;
    const handlers = this.#expected.get(ticket);
    this.#expected.delete(ticket);
    return handlers;
  }

  /** The upstream's own result for what the SDK returned. */
  redeem(result: unknown): JsonObject {
    const meta = isJsonObject(result) ? result['_meta'] : undefined;
    const ticket = isJsonObject(meta) ? meta[TICKET] : undefined;
    if (typeof ticket !== 'number') throw new TypeError('a result without a ticket');
    const raw = this.#results.get(ticket);
    this.#results.delete(ticket);
    if (raw === undefined) throw new TypeError('a ticket was used twice');
    return raw;
  }

  /** A request or a notification of the upstream. */
  #hear(message: JSONRPCMessage & { method: string }, arrival: Arrival | undefined): void {
    const requestId = arrival?.requestId;
    const handlers = requestId === undefined ? undefined : this.#pending.get(requestId)?.handlers;
    this.hear(message, handlers, requestId !== undefined);
  }

  /** @param isOfRequest it came on the stream of a request, which is over where there are no `handlers` */
  hear(
    message: JSONRPCMessage & { method: string },
    handlers: RequestHandlers | undefined,
    isOfRequest: boolean,
  ): void {
    const { method } = message;
    const params = 'params' in message && isJsonObject(message.params) ? message.params : {};
    if ('id' in message && message.id !== undefined) {
      const { id } = message;
      const { onRequest } = this.hooks;
      if (method === 'ping' || !onRequest) return this.onmessage?.(message);
      return this.#questions.receive({ id, method, params }, async (question, signal) => {
        // An answered request has no more to ask; what came on its stream is nobody else's.
        if (isOfRequest && !handlers) throw cannotBeAsked(method);
        return onRequest(question, signal, handlers);
      });
    }
    if (method === 'notifications/progress') return this.#progress(params);
    if (method === 'notifications/cancelled' && this.#questions.cancel(params['requestId'] as RequestId))
      return;
    if (PROTOCOL_NOTIFICATIONS.test(method)) return this.onmessage?.(message);
    // What comes on the stream of changes belongs to no call.
    this.hooks.onNotification?.(method, params, handlers);
  }

  #progress(params: JsonObject): void {
    const { progressToken, ...progress } = params;
    const pending = this.#pending.get(progressToken as RequestId);
    if (!pending) return this.hooks.onForeign?.({ method: 'notifications/progress', params });
    if (typeof progress['progress'] !== 'number') return;
    pending.handlers?.onProgress?.({ ...progress, progress: progress['progress'] });
  }

  #receive(message: JSONRPCMessage): JSONRPCMessage | undefined {
    if ('method' in message || !('id' in message) || message.id === undefined) return message;
    const pending = this.#pending.get(message.id);
    if (!pending) {
      // An answer nobody waits for any more, where it is nobody else's: the request was cancelled, or never ours.
      this.hooks.onForeign?.(message as unknown as JsonObject);
      return undefined;
    }
    this.#forget(message.id);
    if ('result' in message && pending.isHandshake && isJsonObject(message.result))
      this.handshake = message.result;
    if (!('result' in message) || !pending.isRelayed) return { ...message, id: pending.id };
    const ticket = this.#nextTicket++;
    const result = isJsonObject(message.result) ? message.result : {};
    this.#results.set(ticket, result);
    rememberRequestId(result, message.id);
    // A result of a request that was cancelled in this very moment is never redeemed.
    const [oldest] = this.#results.keys();
    if (this.#results.size > MAX_RESULTS && oldest !== undefined) this.#results.delete(oldest);
    return { jsonrpc: '2.0', id: pending.id, result: toEmptyResult(ticket) };
  }

  #endStream(wireId: RequestId, onRequestStreamEnd: (() => void) | undefined): void {
    onRequestStreamEnd?.();
    const pending = this.#pending.get(wireId);
    if (!pending) return;
    this.#forget(wireId);
    if (onRequestStreamEnd) return;
    const error = {
      code: -32_000,
      message: 'the response stream ended without an answer',
      data: STREAM_ENDED,
    };
    this.onmessage?.({ jsonrpc: '2.0', id: pending.id, error });
  }

  #mapCancellation(message: JSONRPCMessage & { method: string }): JSONRPCMessage {
    if (message.method !== 'notifications/cancelled') return message;
    const params = 'params' in message && isJsonObject(message.params) ? message.params : {};
    const { requestId } = params;
    if (typeof requestId !== 'number' && typeof requestId !== 'string') return message;
    const wireId = this.#wireIds.get(requestId);
    if (wireId === undefined) return message;
    this.#forget(wireId);
    return { ...message, params: { ...params, requestId: wireId } };
  }

  #forget(wireId: RequestId): void {
    const pending = this.#pending.get(wireId);
    if (!pending) return;
    this.#pending.delete(wireId);
    this.#wireIds.delete(pending.id);
  }
}

const requestIds = new WeakMap<JsonObject, RequestId>();

/** Keeps the id of the request that a result answers, for {@link requestIdOf}. */
export function rememberRequestId(result: JsonObject, id: RequestId): void {
  requestIds.set(result, id);
}

/** The JSON-RPC id, as the upstream saw it, of the request that a redeemed result answers. */
export function requestIdOf(result: JsonObject): string | undefined {
  const id = requestIds.get(result);
  return id === undefined ? undefined : String(id);
}

/** The transport of a child process, recognised as such by the SDK: there a silent probe means a server of the old era. */
export class ChildRelayTransport extends RelayTransport {
  readonly stderr = null;
  readonly #pid: () => number | null;

  constructor(inner: InnerTransport & { readonly pid: number | null }, nextId: () => number, scrub: Scrub) {
    super(inner, nextId, scrub);
    this.#pid = () => inner.pid;
  }

  get pid(): number | null {
    return this.#pid();
  }
}

function metaOf(message: JSONRPCMessage): JsonObject | undefined {
  const params = 'params' in message && isJsonObject(message.params) ? message.params : undefined;
  return isJsonObject(params?.['_meta']) ? params['_meta'] : undefined;
}

/** The parameters without the ticket, and with a token where progress is wanted: the request's own id, unique as it is. */
function toSentParams(message: JSONRPCMessage, handlers: RequestHandlers, wireId: RequestId): JsonObject {
  const { [TICKET]: _ticket, ...meta } = metaOf(message) ?? {};
  const params = 'params' in message && isJsonObject(message.params) ? message.params : {};
  const { _meta, ...rest } = params;
  const sentMeta: JsonObject = { ...meta, ...(handlers.onProgress && { progressToken: wireId }) };
  return { ...rest, ...(Object.keys(sentMeta).length > 0 && { _meta: sentMeta }) };
}

/** A result that is valid for every method that is relayed, in both eras. */
function toEmptyResult(ticket: number): JsonObject {
  return {
    resultType: 'complete',
    ttlMs: 0,
    cacheScope: 'private',
    content: [],
    tools: [],
    resources: [],
    resourceTemplates: [],
    prompts: [],
    messages: [],
    contents: [],
    completion: { values: [] },
    _meta: { [TICKET]: ticket },
  };
}
