import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';

/** What comes back of one HTTP exchange. Every method is called in turn; after `end` or `fail` none is. */
export interface ExchangeReader {
  start(status: number, headers: IncomingHttpHeaders): void;
  /** @throws whatever ends the exchange: it is handed to `fail`. */
  data(chunk: Buffer): void;
  end(): void;
  fail(error: Error): void;
}

export interface HttpMessage {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * One HTTP exchange on a connection that is kept alive, without the streams and abort signals that `fetch` makes for each.
 *
 * @returns how to give it up; `fail` is not called for that.
 */
export function exchange(dispatcher: Dispatcher, message: HttpMessage, reader: ExchangeReader): () => void {
  const one = new Exchange(reader);
  const { method, url, headers, body } = message;
  dispatcher.dispatch(
    {
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method,
      headers,
      ...(body !== undefined && { body }),
    },
    one,
  );
  return () => one.giveUp();
}

const GIVEN_UP = new Error('given up');

class Exchange implements Dispatcher.DispatchHandler {
  readonly #reader: ExchangeReader;
  #controller: Dispatcher.DispatchController | undefined;
  #isOver = false;

  constructor(reader: ExchangeReader) {
    this.#reader = reader;
  }

  giveUp(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#controller?.abort(GIVEN_UP);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isOver) controller.abort(GIVEN_UP);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    // 1xx: the answer itself comes later.
    if (this.#isOver || status < 200) return;
    this.#attempt(() => this.#reader.start(status, headers));
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#isOver) this.#attempt(() => this.#reader.data(chunk));
  }

  onResponseEnd(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#reader.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#reader.fail(error);
  }

  #attempt(read: () => void): void {
    try {
      read();
    } catch (thrown) {
      this.giveUp();
      this.#reader.fail(thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
  }
}
