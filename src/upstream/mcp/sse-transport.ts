/* oxlint-disable unicorn/prefer-add-event-listener -- MCP transports have on-functions and no events. */
import {
  SdkErrorCode,
  SdkHttpError,
  SSEClientTransport,
  type FetchLike,
  type JSONRPCMessage,
} from '@modelcontextprotocol/client';
import { Agent } from 'undici';
import { withinBound } from './bounded-body.ts';
import { OriginError, sendWithCredentials, type HttpTransportOptions } from './http-transport.ts';
import type { InnerTransport } from './inner-transport.ts';
import { toBusyError } from './retry-after.ts';

export type SseTransportOptions = Omit<HttpTransportOptions, 'dispatcher' | 'agreed' | 'onStreamLost'>;

/** The stream could not be opened: what was tried may be no HTTP+SSE server at all. */
export class SseStreamError extends SdkHttpError {}

/**
 * HTTP+SSE, the transport of 2024-11-05: one stream that all answers come by, and an endpoint that it names, to post to.
 *
 * The stream is the session. The SDK would open a new one where it ends, to a server that knows nothing of the client then; here
 * the end of the stream is the end of the connection, and who needs one opens another, handshake and all.
 */
export class SseTransport implements InnerTransport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: InnerTransport['onmessage'];

  readonly #options: SseTransportOptions;
  // How long an upstream may be silent is the call's deadline to say, not the HTTP client's.
  readonly #dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  readonly #inner: SSEClientTransport;
  /** What opening the stream failed with: the SDK keeps its words only. */
  #failure: Error | undefined;
  #isClosed = false;

  constructor(options: SseTransportOptions) {
    this.#options = options;
    this.#inner = new SSEClientTransport(options.url, { fetch: (target, init) => this.#fetch(target, init) });
  }

  setProtocolVersion(version: string): void {
    this.#inner.setProtocolVersion(version);
  }

  async start(): Promise<void> {
    this.#inner.onerror = (error) => this.onerror?.(error);
    this.#inner.onmessage = (message) => this.onmessage?.(message);
    try {
      await this.#inner.start();
    } catch (error) {
      await this.close();
      throw this.#failure ?? error;
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#inner.close();
    await this.#dispatcher.destroy();
    this.onclose?.();
  }

  send(message: JSONRPCMessage): Promise<void> {
    return this.#inner.send(message);
  }

  readonly #fetch: FetchLike = async (target, init) => {
    const { url } = this.#options;
    const { origin } = new URL(target);
    if (origin !== url.origin) throw new OriginError(origin);
    if (init?.method === 'POST') return this.#post(target, init);
    try {
      const response = await this.#send(target, init);
      if (response.status !== 200 && response.status < 300) await response.body?.cancel();
      if (response.status === 200 || (response.status >= 300 && response.status < 400)) {
        return withinBound(response, () => void this.close());
      }
      const { status, statusText } = response;
      throw new SseStreamError(SdkErrorCode.ClientHttpFailedToOpenStream, `HTTP ${status}`, {
        status,
        statusText,
      });
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  };

  async #post(target: string | URL, init: RequestInit): Promise<Response> {
    const response = withinBound(await this.#send(target, init));
    const { status, statusText, ok } = response;
    if (ok || (status >= 300 && status < 400)) return response;
    const text = await response.text();
    throw new SdkHttpError(SdkErrorCode.ClientHttpNotImplemented, `HTTP ${status}: ${text}`, {
      status,
      statusText,
      text,
    });
  }

  async #send(target: string | URL, init: RequestInit | undefined): Promise<Response> {
    const options = { ...this.#options, dispatcher: this.#dispatcher };
    const response = await sendWithCredentials(options, target, init);
    const busy = await toBusyError(response);
    if (busy) throw busy;
    return response;
  }
}
