/* oxlint-disable unicorn/prefer-add-event-listener -- MCP transports have on-functions and no events. */
import type {
  JSONRPCMessage,
  RequestId,
  Transport,
  TransportSendOptions,
} from '@modelcontextprotocol/client';
import { isJsonObject, type JsonObject } from '../../catalog/json.ts';
import type { Scrub } from '../scrub.ts';
import { scrubError, scrubMessage } from './scrub-message.ts';

/** `error.data` of the error that stands in for an answer that never came: compared by identity. */
export const STREAM_ENDED = Object.freeze({ streamEnded: true });

/** Results wait a few microtasks to be redeemed; as many may arrive in one read of a pipe. */
const MAX_RESULTS = 4_096;

const TICKET = 'bailiwick/ticket';

/** Methods whose results the SDK has to read itself. */
const PROTOCOL_METHODS = new Set(['initialize', 'server/discover', 'subscriptions/listen']);

interface Pending {
  /** The id the SDK knows. */
  readonly id: RequestId;
  readonly isRelayed: boolean;
}

/**
 * Stands between the SDK's client and a transport.
 *
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

  readonly #inner: Transport;
  readonly #nextId: () => number;
  readonly #scrub: Scrub;
  readonly #pending = new Map<RequestId, Pending>();
  readonly #wireIds = new Map<RequestId, RequestId>();
  readonly #results = new Map<number, JsonObject>();
  #nextTicket = 0;

  constructor(inner: Transport, nextId: () => number, scrub: Scrub) {
    this.#inner = inner;
    this.#nextId = nextId;
    this.#scrub = scrub;
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
    this.#inner.onclose = () => this.onclose?.();
    this.#inner.onerror = (error) => {
      scrubError(error, this.#scrub);
      this.onerror?.(error);
    };
    this.#inner.onmessage = (message, extra) => {
      const restored = this.#receive(scrubMessage(message, this.#scrub));
      if (!restored) return;
      if ('method' in restored) this.onmessage?.(restored, extra);
      // The SDK handles notifications a microtask late and answers at once: the progress before an answer would be lost.
      else queueMicrotask(() => this.onmessage?.(restored, extra));
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
    this.#pending.set(wireId, { id, isRelayed: !PROTOCOL_METHODS.has(method) });
    this.#wireIds.set(id, wireId);
    options.requestSignal?.addEventListener('abort', () => this.#forget(wireId), { once: true });
    try {
      await this.#send(
        { ...message, id: wireId },
        { ...options, onRequestStreamEnd: () => this.#endStream(wireId, options.onRequestStreamEnd) },
      );
    } catch (error) {
      this.#forget(wireId);
      throw error;
    }
  }

  async #send(message: JSONRPCMessage, options: TransportSendOptions): Promise<void> {
    try {
      await this.#inner.send(message, options);
    } catch (error) {
      throw scrubError(error, this.#scrub);
    }
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

  #receive(message: JSONRPCMessage): JSONRPCMessage | undefined {
    if ('method' in message || !('id' in message) || message.id === undefined) return message;
    const pending = this.#pending.get(message.id);
    // An answer nobody waits for any more: the request was cancelled, or never ours.
    if (!pending) return undefined;
    this.#forget(message.id);
    if (!('result' in message) || !pending.isRelayed) return { ...message, id: pending.id };
    const ticket = this.#nextTicket++;
    const result = isJsonObject(message.result) ? message.result : {};
    this.#results.set(ticket, result);
    requestIds.set(result, message.id);
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

/** The JSON-RPC id, as the upstream saw it, of the request that a redeemed result answers. */
export function requestIdOf(result: JsonObject): string | undefined {
  const id = requestIds.get(result);
  return id === undefined ? undefined : String(id);
}

/** The transport of a child process, recognised as such by the SDK: there a silent probe means a server of the old era. */
export class ChildRelayTransport extends RelayTransport {
  readonly stderr = null;
  readonly #pid: () => number | null;

  constructor(inner: Transport & { readonly pid: number | null }, nextId: () => number, scrub: Scrub) {
    super(inner, nextId, scrub);
    this.#pid = () => inner.pid;
  }

  get pid(): number | null {
    return this.#pid();
  }
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
