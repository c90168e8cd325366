/* oxlint-disable unicorn/prefer-add-event-listener -- MCP transports have on-functions and no events. */
import type { JSONRPCMessage, RequestId, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Agent } from 'undici';
import type { CallContext } from '../upstream.ts';
import { createHttpTransport, type HttpTransportOptions } from './http-transport.ts';
import type { InnerSendOptions, InnerTransport } from './inner-transport.ts';

/** Requests that agree on a version and a session, which the SDK's transport keeps. */
const HANDSHAKE = new Set(['initialize', 'server/discover']);

export type HttpStreamsOptions = Omit<HttpTransportOptions, 'dispatcher' | 'agreed'>;

/**
 * Streamable HTTP with a transport of its own for each request: so it is known on whose response stream a message came, which
 * the SDK's transport does not say, and each request goes with the credentials of its caller.
 */
export class HttpStreams implements InnerTransport {
  readonly hasPerRequestStream = true;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: InnerTransport['onmessage'];

  // How long an upstream may be silent is the call's deadline to say, not the HTTP client's.
  readonly dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  readonly #options: HttpStreamsOptions;
  /** Handshake, notifications, answers to the upstream's questions, and the stream that belongs to no request. */
  readonly #main: StreamableHTTPClientTransport;
  readonly #streams = new Map<RequestId, StreamableHTTPClientTransport>();

  constructor(options: HttpStreamsOptions) {
    this.#options = options;
    this.#main = createHttpTransport({ ...options, dispatcher: this.dispatcher });
  }

  get sessionId(): string | undefined {
    return this.#main.sessionId;
  }

  setProtocolVersion(version: string): void {
    this.#main.setProtocolVersion(version);
  }

  async start(): Promise<void> {
    this.#main.onclose = () => this.onclose?.();
    this.#main.onerror = (error) => this.onerror?.(error);
    this.#main.onmessage = (message) => this.onmessage?.(message);
    await this.#main.start();
  }

  async close(): Promise<void> {
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    await Promise.all(streams.map((stream) => stream.close()));
    await this.#main.close();
  }

  async send(message: JSONRPCMessage, options: InnerSendOptions = {}): Promise<void> {
    if (!('method' in message) || !('id' in message) || HANDSHAKE.has(message.method)) {
      await this.#main.send(message, toSendOptions(options));
      this.#endCancelled(message);
      return;
    }
    const { id } = message;
    const stream = this.#open(id, options.context);
    await stream.start();
    let isAnswered = false;
    stream.onmessage = (received) => {
      isAnswered ||= !('method' in received);
      this.onmessage?.(received, { requestId: id });
    };
    options.requestSignal?.addEventListener('abort', () => this.#streams.delete(id), { once: true });
    try {
      await stream.send(message, {
        ...toSendOptions(options),
        onRequestStreamEnd: () => {
          this.#streams.delete(id);
          options.onRequestStreamEnd?.();
        },
      });
    } catch (error) {
      this.#streams.delete(id);
      throw error;
    }
    // A body of JSON is read by now; an event stream tells its end.
    if (isAnswered) this.#streams.delete(id);
  }

  /** Says goodbye to a legacy server. */
  terminateSession(): Promise<void> {
    return this.#main.terminateSession();
  }

  #open(id: RequestId, context: CallContext | undefined): StreamableHTTPClientTransport {
    const stream = createHttpTransport({
      url: this.#options.url,
      credentials: this.#options.credentials,
      context: context ? () => context : this.#options.context,
      dispatcher: this.dispatcher,
      agreed: { sessionId: this.#main.sessionId, protocolVersion: this.#main.protocolVersion },
    });
    stream.onerror = (error) => this.onerror?.(error);
    this.#streams.set(id, stream);
    return stream;
  }

  /** A legacy server may leave the response stream of a cancelled request open. */
  #endCancelled(message: JSONRPCMessage): void {
    if (!('method' in message) || message.method !== 'notifications/cancelled') return;
    const id = message.params?.['requestId'] as RequestId | undefined;
    const stream = id === undefined ? undefined : this.#streams.get(id);
    if (id === undefined || !stream) return;
    this.#streams.delete(id);
    void stream.close();
  }
}

type SendOptions = NonNullable<Parameters<StreamableHTTPClientTransport['send']>[1]>;

/** The SDK hands members that are `undefined`, which its types of this method do not know. */
function toSendOptions(options: InnerSendOptions): SendOptions {
  return options as SendOptions;
}
