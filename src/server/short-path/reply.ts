import type { ServerResponse } from 'node:http';
import type { JsonObject } from '../../catalog/json.ts';

/** The answer to one request: one JSON message, or, from the first notification on, an event stream that ends with it. */
export interface Reply {
  /** Fires when the client went away before its answer: in the modern era that is how a request is cancelled. */
  readonly signal: AbortSignal;
  tell(method: string, params: JsonObject): void;
  /** @param parts The message in pieces, which are written as they are. */
  send(parts: readonly (string | Buffer)[], status?: number): void;
}

/** What a client that does not read is told on top of its answer, in bytes; further notifications are left out. */
const MAX_UNREAD_BYTES = 4_194_304;

/** What waits is heard of at least so often, by whatever stands between. */
const KEEP_ALIVE_MS = 15_000;

export function createReply(response: ServerResponse): Reply {
  const controller = new AbortController();
  let keepAlive: NodeJS.Timeout | undefined;
  let isOver = false;

  response.once('close', () => {
    clearInterval(keepAlive);
    isOver = true;
    if (!response.writableFinished) controller.abort(new Error('the client closed its connection'));
  });

  const openStream = (): void => {
    if (response.headersSent) return;
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache, no-transform',
      Connection: 'keep-alive',
      'X-Accel-Buffering': 'no',
    });
    keepAlive = setInterval(() => {
      if (!response.writableNeedDrain) response.write(': keepalive\n\n');
    }, KEEP_ALIVE_MS).unref();
  };

  return {
    signal: controller.signal,
    tell(method, params) {
      if (isOver || response.writableLength > MAX_UNREAD_BYTES) return;
      openStream();
      response.write(`event: message\ndata: ${JSON.stringify({ method, params, jsonrpc: '2.0' })}\n\n`);
    },
    send(parts, status = 200) {
      if (isOver) return;
      isOver = true;
      clearInterval(keepAlive);
      if (response.headersSent) {
        // One piece: Node 24 loses what is written to a chunked response that is corked when it ends.
        response.end(
          Buffer.concat(['event: message\ndata: ', ...parts, '\n\n'].map((part) => Buffer.from(part))),
        );
        return;
      }
      const length = parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
      response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': length });
      if (parts.length === 1) {
        response.end(parts[0]);
        return;
      }
      response.cork();
      for (const part of parts) response.write(part);
      response.uncork();
      response.end();
    },
  };
}
