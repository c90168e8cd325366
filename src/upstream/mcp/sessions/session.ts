import { BailiwickError } from '../../../errors.ts';
import type { JsonObject } from '../../../catalog/json.ts';
import { toReason } from '../../../telemetry/error-fields.ts';
import type { Logger } from '../../../telemetry/logger.ts';
import type { Scrub } from '../../scrub.ts';
import type { CallContext } from '../../upstream.ts';
import { isOfNetwork } from '../breaker.ts';
import { openConnection, type Connection, type Era, type OpenConnectionOptions } from '../connection.ts';
import { toUpstreamFault } from '../faults.ts';
import { createLink, type Backoff } from '../link.ts';
import { keepListening } from '../listen.ts';
import type { RelayHooks } from '../relay-transport.ts';
import type { RelayedCall } from '../relayed-call.ts';
import { cannotBeAsked } from '../upstream-questions.ts';
import { covers } from './capabilities.ts';
import { createLegacySubscriber } from './legacy-subscriber.ts';
import { createLogLevel } from './log-level.ts';
import { createResourceStream } from './resource-stream.ts';
import { createSubscriptions, type Subscriptions } from './subscriptions.ts';
import type { Terms } from './terms.ts';

/** What all sessions of an upstream have in common. */
export interface SessionOptions {
  readonly source: string;
  readonly connect: Pick<
    OpenConnectionOptions,
    'server' | 'clientInfo' | 'credentials' | 'startupTimeoutMs' | 'nextId' | 'onClosing'
  >;
  readonly scrub: Scrub;
  readonly logger: Logger;
  readonly now: () => number;
  readonly random: () => number;
  readonly backoff: Backoff;
  readonly timeoutMs: number;
  /** Fires when the upstream is closed. */
  readonly signal: AbortSignal;
  /** What is known of the server's era before a connection is opened, and what one then showed. */
  readonly era: { known(): 'legacy' | undefined; learn(era: Era): void };
  /** The gateway's own session cannot be opened, or keeps being lost, and why; or, without a fault, stands again after that. */
  readonly onReach: (fault?: BailiwickError) => void;
  /** A session of callers was opened. */
  readonly onOpened: () => void;
  /** A list of the upstream may have changed. */
  readonly onListChanged: (session: UpstreamSession) => void;
}

/** A session with an upstream, over all connections that it takes: opened on first use, opened anew after it was lost. */
export interface UpstreamSession {
  readonly terms: Terms;
  readonly subscriptions: Subscriptions;
  /** The calls that use it now. */
  readonly calls: Set<RelayedCall>;
  /** How many use it or hold it open, and when the last one stopped (milliseconds since the epoch). */
  leases: number;
  usedAt: number;
  /** Whether its last request got no answer in time. */
  isSilent: boolean;
  /** The connection, with the log level that its calls want. */
  get(context: CallContext): Promise<Connection>;
  isUp(): boolean;
  /** The upstream can be reached again: the next use may connect, whatever failed before. */
  retryNow(): void;
  /** The connection is of no more use. */
  giveUp(connection: Connection, error: unknown): void;
  /** The connection has to be opened anew though nothing is wrong. Without one: the one that stands, if one does. */
  renew(connection?: Connection): void;
  /** Ends a child process that has fallen silent; the next use starts another. Does nothing to a server behind a URL. */
  replaceIfSilent(): void;
  /** Tells the upstream that the client's roots have changed. */
  tellRootsChanged(): void;
  close(): Promise<void>;
}

export function createSession(terms: Terms, options: SessionOptions): UpstreamSession {
  const { source, scrub, logger, timeoutMs, signal } = options;
  const calls = new Set<RelayedCall>();
  /** A call was made of which its caller may not be told everything. */
  let isConfidential = false;
  const logLevel = createLogLevel(timeoutMs);
  const toFault = (error: unknown): BailiwickError => toUpstreamFault(error, { source, scrub });
  let current: { connection: Connection; listening: AbortController } | undefined;
  /** Whether people were told that it cannot be opened. */
  let isTold = false;
  let opener: CallContext = { signal };

  /** The only call in flight, where nothing else can have been meant. */
  const onlyCall = (): RelayedCall | undefined => {
    const [first, second] = calls;
    return terms.isMixed || second ? undefined : first;
  };

  const hooks: RelayHooks = {
    async onRequest(question, taken, handlers) {
      const { method, params } = question;
      if (terms.isOwn && method === 'roots/list' && covers(terms.capabilities, method)) return { roots: [] };
      if (terms.isOwn) throw cannotBeAsked(method);
      // The call itself says what its client does not offer, and hears that it was wanted.
      const ofCall = (handlers ?? onlyCall())?.onRequest;
      if (ofCall) return ofCall(question, taken);
      if (!terms.client || !covers(terms.capabilities, method, params)) throw cannotBeAsked(method);
      return terms.client.ask(question, taken);
    },
    onNotification(method, params, handlers) {
      if (method === 'notifications/resources/updated') return subscriptions.updated(params);
      const call = handlers ?? onlyCall();
      if (call) call.onNotification?.(method, params);
      else if (!isConfidential) terms.client?.notify(method, params);
    },
  };

  const drop = (connection: Connection): void => {
    if (current?.connection !== connection) return;
    current.listening.abort();
    current = undefined;
  };
  const retire = (connection: Connection): void => {
    drop(connection);
    connection.retire();
  };

  const giveUp = (connection: Connection, error: unknown): void => {
    link.lose(connection, toFault(error));
    retire(connection);
  };

  const renew = (connection: Connection, isRecovery?: boolean): void => {
    link.renew(connection, isRecovery);
    retire(connection);
    // Nobody calls on behalf of a subscription.
    if (subscriptions.size > 0) void link.get(signal).catch(() => {});
  };

  const open = async (): Promise<Connection> => {
    const connection = await openConnection({
      ...options.connect,
      source,
      scrub,
      logger,
      now: options.now,
      signal,
      clientCapabilities: terms.capabilities,
      context: opener,
      hooks,
      knownEra: options.era.known(),
      onLost: (lost, reason) =>
        giveUp(lost, new BailiwickError('UPSTREAM_UNAVAILABLE', `source ${source} went away: ${reason}`)),
      onListChanged: () => options.onListChanged(session),
    });
    options.era.learn(connection.era);
    if (!terms.isOwn) options.onOpened();
    const listening = new AbortController();
    current = { connection, listening };
    // Each child is a server of its own; over HTTP the gateway's own session hears for all.
    if (terms.isOwn || 'command' in options.connect.server) listen(connection, listening.signal);
    // Not waited for: who opened the connection has another request to send.
    void subscriptions.restore(connection).catch(() => {});
    return connection;
  };

  const listen = (connection: Connection, ended: AbortSignal): void =>
    void keepListening({
      source,
      connection,
      backoff: options.backoff,
      random: options.random,
      timeoutMs,
      logger,
      signal: ended,
      onGap: () => options.onListChanged(session),
      onUnreachable: (error) => giveUp(connection, error),
    });

  const link = createLink<Connection>({
    source,
    open,
    close: (connection) => {
      drop(connection);
      return connection.close();
    },
    toFault,
    backoff: options.backoff,
    now: options.now,
    random: options.random,
    keepsUp: () => terms.isOwn || subscriptions.size > 0,
    onRecovered: () => {
      logger[isTold ? 'info' : 'debug']({ source }, 'upstream is reachable again');
      isTold = false;
      if (!terms.isOwn) return;
      options.onReach();
      options.onListChanged(session);
    },
    onDown(fault, retryInMs, isAway) {
      logger.debug({ source, err: fault, retryInMs }, 'upstream is not reachable');
      if (!isAway) {
        logger.info({ source, ...toReason(fault) }, 'a connection was lost; it is opened again');
      } else if (!terms.isOwn && !isOfNetwork(fault) && !isTold) {
        // What the gateway's own session or the breaker finds out too is told there, once for the source.
        logger.warn({ source, ...toReason(fault), retryInMs }, 'a session of callers cannot be opened');
        isTold = true;
      }
      if (terms.isOwn && isAway) options.onReach(fault);
    },
  });

  const subscriptions = createSubscriptions({
    source,
    createSubscriber: (connection, onGap) =>
      connection.era === 'legacy'
        ? createLegacySubscriber(connection, { signal, ...toHolder(opener) }, timeoutMs)
        : createResourceStream({
            source,
            connection,
            backoff: options.backoff,
            random: options.random,
            timeoutMs,
            onGap,
            onUnreachable: (error) => giveUp(connection, error),
          }),
    onRefused: (uri, error) =>
      logger.warn({ source, uri, err: error }, 'a resource cannot be subscribed to any more'),
  });

  const session: UpstreamSession = {
    terms,
    subscriptions,
    calls,
    leases: 0,
    usedAt: options.now(),
    isSilent: false,
    async get(context) {
      if (current === undefined) opener = context;
      isConfidential ||= context.isConfidential === true;
      const connection = await link.get(context.signal);
      await logLevel.ensure(connection, calls, terms.isExclusive || terms.client !== undefined);
      return connection;
    },
    isUp: link.isUp,
    retryNow: link.retryNow,
    giveUp,
    renew(connection = current?.connection) {
      if (connection) renew(connection);
    },
    replaceIfSilent() {
      const connection = current?.connection;
      if (!session.isSilent || !connection || !('command' in options.connect.server)) return;
      session.isSilent = false;
      logger.warn({ source }, 'upstream process does not answer; it is ended, and started anew');
      // That another one can be started does not say that it answers.
      renew(connection, false);
    },
    tellRootsChanged() {
      const connection = current?.connection;
      if (connection?.era !== 'legacy') return;
      const message: JsonObject & { method: string } = { method: 'notifications/roots/list_changed' };
      // An upstream that is gone asks for the roots when it is back.
      connection.client.notification(message).catch(() => {});
    },
    async close() {
      subscriptions.close();
      await link.close();
    },
  };
  return session;
}

/** What of a context outlives its call: on whose behalf it was. */
function toHolder({ caller }: CallContext): Pick<CallContext, 'caller'> {
  return caller ? { caller } : {};
}
