import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client';
import type { IncomingHttpHeaders } from 'node:http';
import { StringDecoder } from 'node:string_decoder';
import type { Dispatcher } from 'undici';
import { isJsonObject, type JsonObject } from '../../../catalog/json.ts';
import type { Scrub } from '../../scrub.ts';
import { MAX_MESSAGE_BYTES, TooLongError } from '../http-transport.ts';
import { rememberRequestId, STREAM_ENDED } from '../relay-transport.ts';
import type { RequestHandlers } from '../request-handlers.ts';
import { readRetryAfter } from '../retry-after.ts';
import { scrubError } from '../scrub-message.ts';
import { createEventParser, type EventParser } from './event-parser.ts';
import { exchange, type ExchangeReader } from './exchange.ts';
import { parseMessages } from './messages.ts';

export interface RelayedRequestOptions {
  readonly id: number;
  readonly url: URL;
  readonly dispatcher: Dispatcher;
  readonly scrub: Scrub;
  readonly isModern: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What it fires with is what the request fails with. How long an answer may take is for it to say. */
  readonly signal: AbortSignal;
  readonly onProgress: RequestHandlers['onProgress'];
  /** Notifications and requests of the upstream that came by this request's stream, beside progress. */
  readonly onMessage: (message: JsonObject) => void;
  /** Called once. With a reason where the upstream has to be told that nobody waits any more. */
  readonly onEnd: (cancelled?: string) => void;
}

/** How often, and after how many milliseconds, a broken stream is taken up again. */
const MAX_RESUMPTIONS = 5;
const RESUME_MS = 500;
const MIN_RESUME_MS = 10;
const MAX_RESUME_MS = 10_000;

/** Redirects within the origin that keep the method. */
const MAX_REDIRECTS = 5;

/** What is read of an answer that is an error. */
const MAX_ERROR_BYTES = 65_536;

/** How long an exchange may go on when the answer is there, so that its connection can be used again. */
const LINGER_MS = 1_000;

type Body = 'json' | 'events' | 'error' | 'redirect' | 'none';

/** One request on the wire, until its answer. */
export class RelayedRequest implements ExchangeReader {
  readonly #options: RelayedRequestOptions;
  readonly #outcome = Promise.withResolvers<JsonObject>();
  readonly #onAbort: () => void;
  #giveUp: (() => void) | undefined;
  #isOver = false;
  #body: Body = 'none';
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #chunks: Buffer[] = [];
  #bytes = 0;
  #decoder: StringDecoder | undefined;
  #parser: EventParser | undefined;
  #url: URL;
  #redirects = 0;
  #lastEventId: string | undefined;
  #retryMs: number | undefined;
  #resumptions = 0;
  #isResuming = false;

  constructor(options: RelayedRequestOptions) {
    this.#options = options;
    this.#url = options.url;
    this.#onAbort = () => this.#cancel();
  }

  send(): Promise<JsonObject> {
    const { signal } = this.#options;
    if (signal.aborted) {
      this.#settle();
      this.#outcome.reject(signal.reason);
      return this.#outcome.promise;
    }
    signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#post();
    return this.#outcome.promise;
  }

  /** A message for this request, by its own stream or another. */
  receive(message: JsonObject): void {
    if (this.#isOver) return;
    const { method, id, params } = message;
    if (typeof method === 'string') {
      if (
        method === 'notifications/progress' &&
        isJsonObject(params) &&
        params['progressToken'] === this.#options.id
      ) {
        this.#progress(params);
      } else this.#options.onMessage(message);
      return;
    }
    if (id !== this.#options.id) return;
    const { result, error } = message;
    if (isJsonObject(error)) return this.fail(toProtocolError(error));
    if (!isJsonObject(result))
      return this.fail(new SdkError(SdkErrorCode.InvalidResult, 'a result that is no object'));
    this.#settle();
    rememberRequestId(result, this.#options.id);
    this.#outcome.resolve(result);
  }

  start(status: number, headers: IncomingHttpHeaders): void {
    this.#status = status;
    this.#headers = headers;
    this.#chunks = [];
    this.#bytes = 0;
    this.#body = this.#bodyOf(status, headers);
    if (this.#body !== 'events') return;
    this.#decoder = new StringDecoder('utf8');
    this.#parser = createEventParser({
      maxLength: MAX_MESSAGE_BYTES,
      onEvent: ({ type, data }) => {
        if (type === 'message') this.#readEvent(data);
      },
    });
  }

  data(chunk: Buffer): void {
    switch (this.#body) {
      case 'events':
        this.#parser?.push(this.#decoder?.write(chunk) ?? '');
        this.#lastEventId = this.#parser?.lastEventId ?? this.#lastEventId;
        this.#retryMs = this.#parser?.retryMs ?? this.#retryMs;
        return;
      case 'json':
        this.#bytes += chunk.length;
        if (this.#bytes > MAX_MESSAGE_BYTES) throw new TooLongError(`more than ${MAX_MESSAGE_BYTES} bytes`);
        this.#chunks.push(chunk);
        return;
      case 'error':
        this.#bytes += chunk.length;
        if (this.#bytes <= MAX_ERROR_BYTES) this.#chunks.push(chunk);
        return;
      case 'redirect':
      case 'none':
    }
  }

  end(): void {
    this.#giveUp = undefined;
    if (this.#isOver) return;
    switch (this.#body) {
      case 'events':
        return this.#resume();
      case 'json':
        return this.#readJson();
      case 'error':
        return this.#refuse();
      case 'redirect':
        return this.#post();
      case 'none':
        // 202: a server of the legacy era may answer by the session's own stream.
        if (this.#options.isModern) this.fail(streamEnded());
    }
  }

  fail(error: Error): void {
    if (this.#isOver) return;
    // A stream that breaks is a stream that ends: how it ended says nothing about what became of the request.
    const isBroken = !(
      error instanceof ProtocolError ||
      error instanceof SdkError ||
      error instanceof TooLongError
    );
    if (isBroken && (this.#body === 'events' || this.#isResuming)) return this.#resume();
    this.#settle();
    this.#outcome.reject(scrubError(error, this.#options.scrub));
  }

  #post(): void {
    const { dispatcher, headers, body } = this.#options;
    this.#body = 'none';
    this.#giveUp = exchange(dispatcher, { method: 'POST', url: this.#url, headers, body }, this);
  }

  #bodyOf(status: number, headers: IncomingHttpHeaders): Body {
    // A stream that is taken up elsewhere is not: there the request would be sent once more.
    if ((status === 307 || status === 308) && !this.#isResuming) {
      const target = URL.parse(headers.location ?? '', this.#url.href);
      const isOurs = target?.origin === this.#url.origin && target.username === this.#url.username;
      if (target && isOurs && this.#redirects < MAX_REDIRECTS && headers.location !== undefined) {
        this.#redirects += 1;
        this.#url = target;
        return 'redirect';
      }
    }
    if (status === 202) return 'none';
    if (status >= 300) return 'error';
    const [type = ''] = (headers['content-type'] ?? '').split(';', 1);
    const essence = type.trim().toLowerCase();
    if (essence === 'application/json') return 'json';
    if (essence === 'text/event-stream') return 'events';
    throw new SdkError(SdkErrorCode.ClientHttpUnexpectedContent, 'Unexpected content type');
  }

  #readJson(): void {
    const { scrub } = this.#options;
    const [first] = this.#chunks;
    const text = (this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks)).toString('utf8');
    this.#chunks = [];
    try {
      for (const message of parseMessages(text, scrub)) this.receive(message);
    } catch (error) {
      return this.fail(error as Error);
    }
    if (!this.#isOver) this.fail(streamEnded());
  }

  /** What cannot be read is left out, as long as the answer comes. */
  #readEvent(data: string): void {
    if (this.#isOver) return;
    let messages: JsonObject[];
    try {
      messages = parseMessages(data, this.#options.scrub);
    } catch {
      return;
    }
    // A stream that was taken up and said something is a good one.
    this.#resumptions = 0;
    for (const message of messages) this.receive(message);
  }

  /** The answer is an HTTP error; in the modern era often with a JSON-RPC error in it, which is the answer. */
  #refuse(): void {
    if (this.#isResuming) return this.#resume();
    const text = Buffer.concat(this.#chunks).toString('utf8');
    if (this.#options.isModern && this.#status === 400) {
      const own = readOwnError(text, this.#options);
      if (own) return this.fail(toProtocolError(own));
    }
    const challenge = this.#headers['www-authenticate'];
    const data = {
      status: this.#status,
      text,
      isAnswer: readOwnError(text, this.#options) !== undefined,
      retryAfterMs: readRetryAfter(this.#status, this.#headers),
    };
    const cause = isRefusal(this.#status, challenge)
      ? new RefusedCredentialError(this.#status, challenge)
      : undefined;
    const message = `HTTP ${this.#status}: ${text}`;
    this.fail(new SdkHttpError(SdkErrorCode.ClientHttpNotImplemented, message, data, cause && { cause }));
  }

  /** Takes a stream of the legacy era up where it ended (MCP 2025-11-25, basic/transports, "Resumability and redelivery"). */
  #resume(): void {
    const lastEventId = this.#lastEventId;
    if (this.#options.isModern || !lastEventId || this.#resumptions >= MAX_RESUMPTIONS) {
      this.fail(streamEnded());
      return;
    }
    const delay = Math.max(
      MIN_RESUME_MS,
      this.#retryMs ?? Math.min(MAX_RESUME_MS, RESUME_MS * 2 ** this.#resumptions),
    );
    this.#resumptions += 1;
    const timer = setTimeout(() => {
      const { 'content-type': _type, ...headers } = this.#options.headers;
      this.#isResuming = true;
      this.#giveUp = exchange(
        this.#options.dispatcher,
        {
          method: 'GET',
          url: this.#url,
          headers: { ...headers, accept: 'text/event-stream', 'last-event-id': lastEventId },
        },
        this,
      );
    }, delay);
    this.#giveUp = () => clearTimeout(timer);
  }

  #progress(params: JsonObject): void {
    const { progressToken: _token, ...rest } = params;
    const { progress } = rest;
    if (typeof progress === 'number') this.#options.onProgress?.({ ...rest, progress });
  }

  /** Modern: closing the stream says it. Legacy: a notification does. */
  #cancel(): void {
    if (this.#isOver) return;
    const { reason } = this.#options.signal as { reason: unknown };
    this.#settle(reason instanceof SdkError ? 'it took too long' : 'it was cancelled');
    this.#giveUp?.();
    this.#outcome.reject(reason);
  }

  #settle(cancelled?: string): void {
    this.#isOver = true;
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    this.#options.onEnd(cancelled);
    if (this.#giveUp) setTimeout(() => this.#giveUp?.(), LINGER_MS).unref();
  }
}

/** The upstream did not accept the credential, and so did not carry the request out. */
export class RefusedCredentialError extends Error {
  override name = 'RefusedCredentialError';
  readonly status: number;
  readonly challenge: string | undefined;

  constructor(status: number, challenge: string | undefined) {
    super(`HTTP ${status}`);
    this.status = status;
    this.challenge = challenge;
  }
}

/** 401, or 403 for want of a scope (RFC 6750 §3.1). */
function isRefusal(status: number, challenge: string | undefined): boolean {
  return status === 401 || (status === 403 && /\binsufficient_scope\b/.test(challenge ?? ''));
}

function streamEnded(): ProtocolError {
  return new ProtocolError(-32_000, 'the response stream ended without an answer', STREAM_ENDED);
}

function toProtocolError({ code, message, data }: JsonObject): ProtocolError {
  const known = typeof code === 'number' ? code : -32_603;
  return new ProtocolError(known, typeof message === 'string' ? message : 'no message', data);
}

function readOwnError(text: string, { id, scrub }: RelayedRequestOptions): JsonObject | undefined {
  try {
    const [message] = parseMessages(text, scrub);
    const error = message?.['id'] === id ? message['error'] : undefined;
    return isJsonObject(error) ? error : undefined;
  } catch {
    return undefined;
  }
}
