import type { McpServer } from '@modelcontextprotocol/server';
import type { JsonObject } from '../catalog/json.ts';
import { BailiwickError } from '../errors.ts';
import type { Ask, ClientSession } from '../upstream/upstream.ts';
import { createAsk } from './ask-client.ts';
import type { Client } from './caller.ts';
import type { StandingStream } from './standing-stream.ts';

/** One legacy session, or one stdio connection, as its server sees it. */
export interface ServerSession extends ClientSession {
  /** What `logging/setLevel` asked for; undefined: nothing was asked. */
  logLevel: string | undefined;
  /** Its client came with another credential of the same caller, which counts from now on. */
  renew(client: Client): void;
  /** Calls at each of them. */
  onRenewed(listener: (client: Client) => void): void;
  /** The connection is gone. Repetitions do nothing. */
  end(): void;
}

/**
 * The connection behind an SDK server. A modern client has one on stdio, which can be told apart from others; it cannot be asked or told
 * anything outside its own requests (MCP 2026-07-28, basic/transports).
 *
 * @param stream on which the client is asked outside its requests, where that may be missing
 */
export function createClientSession(
  id: string,
  product: McpServer,
  era: 'legacy' | 'modern',
  stream?: StandingStream,
): ServerSession {
  const { server } = product;
  const onRoots = new Set<() => void>();
  const onEnd = new Set<() => void>();
  const onRenewed = new Set<(client: Client) => void>();
  let isOver = false;
  if (era === 'legacy') {
    server.setNotificationHandler('notifications/roots/list_changed', () => {
      for (const listener of onRoots) listener();
    });
  }
  return {
    id,
    logLevel: undefined,
    ask: era === 'legacy' ? createAsk(product, undefined, stream) : refuse,
    notify(method, params: JsonObject) {
      if (era === 'modern' || isOver) return;
      // Whoever has gone away needs to be told nothing.
      server.notification({ method, params }).catch(() => {});
    },
    onRootsChanged(listener) {
      onRoots.add(listener);
      return () => onRoots.delete(listener);
    },
    onClose(listener) {
      if (isOver) {
        listener();
        return () => {};
      }
      onEnd.add(listener);
      return () => onEnd.delete(listener);
    },
    renew(client) {
      for (const listener of onRenewed) listener(client);
    },
    onRenewed(listener) {
      onRenewed.add(listener);
    },
    end() {
      if (isOver) return;
      isOver = true;
      for (const listener of onEnd) listener();
      onEnd.clear();
      onRoots.clear();
      onRenewed.clear();
    },
  };
}

const refuse: Ask = () =>
  Promise.reject(
    new BailiwickError('CLIENT_REFUSED', 'a client of MCP 2026-07-28 can only be asked during its calls'),
  );
