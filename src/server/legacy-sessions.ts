import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import { isInitializeRequest, type McpServer } from '@modelcontextprotocol/server';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { BailiwickError } from '../errors.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { list, type Listing } from '../gateway/list.ts';
import { principalKey } from '../gateway/snapshot.ts';
import type { Logger } from '../telemetry/logger.ts';
import { changedLists, sendListChanged } from './list-changes.ts';
import { toAuthInfo, type Client } from './caller.ts';
import type { ServerSession } from './client-session.ts';
import type { CredentialWatch } from './credential-watch.ts';
import { createEventStores, type SessionEvents } from './event-store.ts';
import { createMcpServer } from './mcp-server.ts';
import { callerKey, ownerOf } from './session-owner.ts';
import { createStandingStream, type StandingStream } from './standing-stream.ts';

/** Serves MCP up to 2025-11-25 over HTTP: one transport and one SDK server per session. */
export interface LegacySessions {
  /** @throws BailiwickError `UNKNOWN_SESSION`, `SESSION_LIMIT` or `INVALID_REQUEST`. */
  handle(client: Client, request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void>;
  close(): Promise<void>;
}

export interface LegacySessionsOptions {
  readonly gateway: Gateway;
  readonly logger: Logger;
  readonly maxSessions: number;
  /** The most of them that one principal may hold. */
  readonly maxSessionsPerPrincipal: number;
  readonly idleMs: number;
  readonly maxBodyBytes: number;
  /** How often an open stream is told that it is alive. Absent: every 15 seconds. */
  readonly keepAliveMs?: number | undefined;
  /** How long a question between calls waits for a client that has no stream open. Absent: a minute. */
  readonly askPatienceMs?: number | undefined;
  readonly credentials: CredentialWatch;
}

/** A session belongs to the caller who opened it, at the endpoint where that was. */
interface Session {
  readonly transport: NodeStreamableHTTPServerTransport;
  readonly events: SessionEvents;
  readonly stream: StandingStream;
  readonly product: McpServer;
  readonly owner: string;
  /** As it showed itself last. */
  client: Client;
  own?: ServerSession;
  /** What its client was told of last. */
  listing: Listing;
  lastUsed: number;
  /** Requests and open streams: a session that has any is not idle. */
  requests: number;
  /** Its caller's credential was withdrawn. */
  isOver: boolean;
}

const SWEEP_MS = 30_000;

/** How long a client is asked to wait before it comes back for the rest of a stream. */
const RETRY_MS = 1_000;

export function createLegacySessions(options: LegacySessionsOptions): LegacySessions {
  const { gateway, logger, maxSessions, idleMs } = options;
  const { now, newId } = gateway.road;
  const sessions = new Map<string, Session>();
  const eventStores = createEventStores();
  const listingOf = (client: Client): Listing => list(gateway.current(), client.principal, client.endpoint);

  const tellChanges = (session: Session): void => {
    const listing = listingOf(session.client);
    for (const changed of changedLists(session.listing, listing))
      sendListChanged(session.product, changed, logger);
    session.listing = listing;
  };
  const stopListening = gateway.onSwap(() => {
    for (const session of sessions.values()) tellChanges(session);
  });

  /** The credential counts from now on; where it proves something else than the one before, its lists may be others. */
  const renew = (session: Session, client: Client): void => {
    const before = session.client;
    session.client = client;
    if (client.proof === before.proof) return;
    session.own?.renew(client);
    if (principalKey(client.principal) !== principalKey(before.principal)) tellChanges(session);
  };

  /** Takes no more requests, and ends when those are answered that were let in. */
  const retire = (session: Session): void => {
    const id = session.transport.sessionId;
    if (id !== undefined) sessions.delete(id);
    session.isOver = true;
    session.transport.closeStandaloneSSEStream();
    if (session.requests === 0) void session.product.close();
  };
  const stopWatching = options.credentials.onLoss(() => {
    for (const session of sessions.values()) {
      if (options.credentials.isWithdrawn(session.client.proof)) retire(session);
    }
  });
  const sweep = setInterval(() => {
    for (const session of sessions.values()) {
      if (session.requests === 0 && now() - session.lastUsed > idleMs) void session.product.close();
    }
  }, SWEEP_MS).unref();

  const find = (client: Client, id: string): Session => {
    const session = sessions.get(id);
    if (session?.owner === ownerOf(client)) return session;
    throw new BailiwickError('UNKNOWN_SESSION', 'Session not found; initialize a new one');
  };

  /** One caller who forgets to close sessions ends his own idle ones, not the others' chance to open any. */
  const makeRoom = (client: Client): void => {
    const key = callerKey(client.principal);
    const own = [...sessions.values()].filter((session) => callerKey(session.client.principal) === key);
    if (own.length < options.maxSessionsPerPrincipal) return;
    const idle = own.filter(({ requests }) => requests === 0).toSorted((a, b) => a.lastUsed - b.lastUsed)[0];
    if (!idle) {
      throw new BailiwickError(
        'SESSION_LIMIT',
        `this caller has ${own.length} sessions open and in use, which is its share`,
      );
    }
    const id = idle.transport.sessionId;
    if (id !== undefined) sessions.delete(id);
    void idle.product.close();
  };

  const open = async (client: Client): Promise<Session> => {
    makeRoom(client);
    if (sessions.size >= maxSessions) {
      throw new BailiwickError(
        'SESSION_LIMIT',
        `${maxSessions} sessions are open, which is the configured limit`,
      );
    }
    const events = eventStores.open();
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: newId,
      eventStore: events,
      retryInterval: RETRY_MS,
      ...(options.keepAliveMs !== undefined && { keepAliveMs: options.keepAliveMs }),
      maxRequestBodySize: options.maxBodyBytes,
      onsessioninitialized: (id) => void sessions.set(id, session),
      onsessionclosed: (id) => void sessions.delete(id),
    });
    const stream = createStandingStream(options.askPatienceMs);
    const onClose = (): void => {
      if (transport.sessionId !== undefined) sessions.delete(transport.sessionId);
      events.close();
    };
    let own: ServerSession | undefined;
    const product = createMcpServer(client, 'legacy', {
      onClose,
      stream,
      onSession: (opened) => (own = opened),
    });
    const session: Session = {
      transport,
      events,
      stream,
      product,
      client,
      ...(own && { own }),
      owner: ownerOf(client),
      listing: listingOf(client),
      lastUsed: now(),
      requests: 0,
      isOver: false,
    };
    product.server.onerror = (error) =>
      logger.debug({ err: error }, 'a legacy MCP session reported an error');
    // The SDK types its optional handlers without `undefined`, which exactOptionalPropertyTypes tells apart.
    await product.connect(transport);
    return session;
  };

  return {
    async handle(client, request, response, body) {
      const id = request.headers['mcp-session-id'];
      const session =
        typeof id === 'string'
          ? find(client, id)
          : isInitializeRequest(body)
            ? await open(client)
            : undefined;
      if (!session) {
        throw new BailiwickError(
          'INVALID_REQUEST',
          'Mcp-Session-Id is required after initialize (MCP 2025-11-25)',
        );
      }
      requireResumable(session, request);
      renew(session, client);
      // What is told on its own stream is told as long as the credential counts that the stream was asked for with.
      if (request.method === 'GET') {
        response.once(
          'close',
          options.credentials.follow(client.proof, () => endStream(session, response)),
        );
      }
      session.stream.note(request, response);
      session.requests += 1;
      response.once('close', () => {
        session.requests -= 1;
        session.lastUsed = now();
        if (session.isOver && session.requests === 0) void session.product.close();
      });
      const auth = toAuthInfo(client);
      await session.transport.handleRequest(Object.assign(request, { auth }), response, body);
    },
    async close() {
      stopListening();
      stopWatching();
      clearInterval(sweep);
      await Promise.all([...sessions.values()].map((session) => session.product.close()));
      sessions.clear();
    },
  };
}

/** A stream of which nothing is kept any more, or that was never this session's, cannot go on. */
function requireResumable({ events }: Session, { method, headers }: IncomingMessage): void {
  const last = headers['last-event-id'];
  if (method !== 'GET' || typeof last !== 'string' || last === '' || events.canResume(last)) return;
  throw new BailiwickError(
    'INVALID_REQUEST',
    'Last-Event-ID: nothing that came after this event is kept; open a new stream without it',
  );
}

/** Ends the standing stream as streams end, and what else a client may have asked for by `Last-Event-ID`. */
function endStream({ transport }: Session, response: ServerResponse): void {
  transport.closeStandaloneSSEStream();
  setImmediate(() => {
    if (!response.writableEnded) response.destroy();
  });
}
