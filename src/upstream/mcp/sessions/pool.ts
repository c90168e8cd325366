import { BailiwickError, tellSending, toBailiwickError } from '../../../errors.ts';
import type { CallContext, ClientSession } from '../../upstream.ts';
import { memberOf } from '../causes.ts';
import type { Connection, Era } from '../connection.ts';
import type { McpCredentials } from '../credentials.ts';
import type { RelayedCall } from '../relayed-call.ts';
import { createSession, type SessionOptions, type UpstreamSession } from './session.ts';
import { ownTerms, toTerms, type Terms, type TermsOptions } from './terms.ts';

export interface PoolOptions {
  readonly source: string;
  readonly kind: TermsOptions['kind'];
  readonly mode: TermsOptions['mode'];
  /** How many sessions may be open at a time, beside the gateway's own. */
  readonly maxSessions: number;
  /** How long a session that nobody uses stays open, in milliseconds. */
  readonly idleMs: number;
  readonly credentials: McpCredentials;
  readonly now: () => number;
  readonly session: Omit<SessionOptions, 'era' | 'signal'>;
  /** Fires when the upstream is closed. */
  readonly signal: AbortSignal;
}

/** What the settings of a source say where nothing is said. */
export const DEFAULT_SESSIONS: Pick<PoolOptions, 'mode' | 'maxSessions' | 'idleMs'> = {
  mode: 'principal',
  maxSessions: 100,
  idleMs: 300_000,
};

/** A session that a call may use until it gives it back. */
export interface Lease {
  readonly session: UpstreamSession;
  /** The session's connection; another one after the first was lost. */
  connection(): Promise<Connection>;
  release(): void;
}

/** The sessions with one upstream, each used by those only who may share it. */
export interface Pool {
  /** The gateway's own session: reads lists, listens for changes. */
  readonly own: UpstreamSession;
  /**
   * @param call is on the session while it has the lease: what the upstream asks may belong to it
   * @throws BailiwickError as `Upstream`; nothing was sent
   */
  lease(context: CallContext, call?: RelayedCall): Promise<Lease>;
  /** A lease of this very session, for what the gateway itself asks on it. */
  leaseOf(session: UpstreamSession, context: CallContext): Lease;
  /** The upstream can be reached again: every session may connect, whatever failed before. */
  retryNow(): void;
  /** Ends the child processes that have fallen silent; whoever calls next starts another. */
  replaceSilent(): void;
  close(): Promise<void>;
}

/** A verdict "speaks only the legacy era" is asked again after this time: servers get updated. */
const ERA_VERDICT_MS = 3_600_000;

/** How often an upstream may turn out to speak another era than it just did, in one lease. */
const MAX_TURNS = 3;

export function createPool(options: PoolOptions): Pool {
  const { source, kind, mode, credentials, now, signal, idleMs, maxSessions } = options;
  const sessions = new Set<UpstreamSession>();
  const farewells = new Map<UpstreamSession, () => void>();
  const closings = new Set<Promise<void>>();
  let verdict: { era: Era; since: number } | undefined;
  let sweepTimer: NodeJS.Timeout | undefined;

  const knownEra = (): 'legacy' | undefined =>
    verdict?.era === 'legacy' && now() - verdict.since < ERA_VERDICT_MS ? 'legacy' : undefined;
  const learnEra = (seen: Era): void => {
    if (seen === 'modern' || knownEra() === undefined) verdict = { era: seen, since: now() };
  };
  const create = (terms: Terms): UpstreamSession =>
    createSession(terms, { ...options.session, signal, era: { known: knownEra, learn: learnEra } });
  const gateway: CallContext = { signal };
  const own = create(ownTerms(mode, credentials.shareKey(gateway)));

  const end = (session: UpstreamSession): void => {
    if (!sessions.delete(session)) return;
    farewells.get(session)?.();
    farewells.delete(session);
    const closed = session.close().catch(() => {});
    closings.add(closed);
    void closed.finally(() => closings.delete(closed));
  };

  const sweep = (): void => {
    const before = now() - idleMs;
    for (const session of sessions) if (isIdle(session) && session.usedAt <= before) end(session);
    // Whoever is alone here shall have one child, not two: the gateway's own is not needed while one of a caller runs.
    const isSpare = kind === 'stdio' && isIdle(own) && own.usedAt <= before;
    if (isSpare && [...sessions].some((session) => session.isUp())) own.renew();
  };
  const sweepLater = (): void => {
    if (signal.aborted || sessions.size === 0) return;
    sweepTimer ??= setTimeout(
      () => {
        sweepTimer = undefined;
        sweep();
        sweepLater();
      },
      Math.min(idleMs, 30_000),
    ).unref();
  };

  const makeRoom = (): void => {
    sweep();
    if (sessions.size < maxSessions) return;
    const [oldest] = [...sessions].filter(isIdle).toSorted((a, b) => a.usedAt - b.usedAt);
    if (oldest) return end(oldest);
    throw new BailiwickError(
      'UPSTREAM_UNAVAILABLE',
      `source ${source} has no room for another session: all ${maxSessions} are in use (setting maxSessions)`,
      { nothingSent: true },
    );
  };

  /** A session with a client lives no longer than the client, and tells the upstream of its roots. */
  const follow = (session: UpstreamSession, client: ClientSession): void => {
    const stops = [
      client.onRootsChanged(() => session.tellRootsChanged()),
      client.onClose(() => end(session)),
    ];
    farewells.set(session, () => {
      for (const stop of stops) stop();
    });
  };

  const findOrCreate = (terms: Terms): UpstreamSession => {
    if (terms.isOwn) return own;
    for (const session of sessions) {
      if (session.terms.key === terms.key && (!terms.isExclusive || session.leases === 0)) return session;
    }
    makeRoom();
    const session = create(terms);
    sessions.add(session);
    if (terms.client) follow(session, terms.client);
    sweepLater();
    return session;
  };

  /** The era, found out with the gateway's own session where nobody knows it; absent where that may not sign in. */
  const findEra = async (context: CallContext): Promise<Era | undefined> => {
    if (verdict) return verdict.era;
    try {
      return (await own.get({ signal: context.signal })).era;
    } catch (error) {
      if (isForWantOfCredential(error)) return undefined;
      throw error;
    }
  };

  const take = (session: UpstreamSession, context: CallContext, call: RelayedCall | undefined): Lease => {
    const { era, isExclusive } = session.terms;
    session.leases += 1;
    if (call) session.calls.add(call);
    let isReleased = false;
    return {
      session,
      async connection() {
        const connection = await session.get(context);
        if (era === undefined || connection.era === era) return connection;
        throw new EraChangedError(source);
      },
      release() {
        if (isReleased) return;
        isReleased = true;
        session.leases -= 1;
        if (call) session.calls.delete(call);
        session.usedAt = now();
        // What an abandoned call still asks would be put to the next one.
        if (isExclusive && call?.signal.aborted === true) end(session);
      },
    };
  };

  /** @returns nothing where the upstream turned out to speak another era than the session was for */
  const leaseOnce = async (
    context: CallContext,
    call: RelayedCall | undefined,
  ): Promise<Lease | undefined> => {
    const era = context.caller ? await findEra(context) : undefined;
    const shareKey = credentials.shareKey(context);
    const terms = toTerms({ context, kind, mode, era, shareKey, ownShareKey: own.terms.shareKey });
    const session = findOrCreate(terms);
    const lease = take(session, terms.isOwn ? { signal: context.signal } : context, call);
    try {
      await lease.connection();
      return lease;
    } catch (error) {
      lease.release();
      if (!(error instanceof EraChangedError)) throw tellSending(toBailiwickError(error), true);
      // What could be shared in the one era may not be in the other.
      if (!terms.isOwn) end(session);
      return undefined;
    }
  };

  credentials.onRevoked((shareKey) => {
    for (const session of [own, ...sessions]) if (session.terms.shareKey === shareKey) session.renew();
  });

  return {
    own,
    async lease(context, call) {
      for (let turn = 0; turn < MAX_TURNS; turn++) {
        const lease = await leaseOnce(context, call);
        if (lease) return lease;
      }
      throw new EraChangedError(source);
    },
    leaseOf: (session, context) => take(session, context, undefined),
    retryNow() {
      for (const session of sessions) session.retryNow();
    },
    replaceSilent() {
      for (const session of [own, ...sessions]) session.replaceIfSilent();
    },
    async close() {
      clearTimeout(sweepTimer);
      for (const session of sessions) end(session);
      await own.close();
      await Promise.all(closings);
    },
  };
}

function isIdle({ leases, subscriptions }: UpstreamSession): boolean {
  return leases === 0 && subscriptions.size === 0;
}

class EraChangedError extends BailiwickError {
  constructor(source: string) {
    super('UPSTREAM_UNAVAILABLE', `source ${source} speaks another protocol era than before; call again`, {
      nothingSent: true,
    });
  }
}

/** The gateway itself may have no credential where each caller has one. */
function isForWantOfCredential(error: unknown): boolean {
  if (!(error instanceof BailiwickError)) return false;
  const status = memberOf(error.data, 'status');
  return error.code === 'SIGN_IN_REQUIRED' || status === 401 || status === 403;
}
