import { BailiwickError } from '../../errors.ts';
import { toCancellation } from './faults.ts';
import { createPause, retryAfterOf, type Backoff } from './pause.ts';

export { delayOf, type Backoff } from './pause.ts';

/** A connection that lasted this long was a good one: its end is no sign of a crash loop. */
const STABLE_MS = 10_000;

export interface LinkOptions<C> {
  readonly source: string;
  readonly open: () => Promise<C>;
  readonly close: (connection: C) => Promise<void>;
  /** An attempt's error in Bailiwick's vocabulary. */
  readonly toFault: (error: unknown) => BailiwickError;
  readonly backoff: Backoff;
  readonly now: () => number;
  readonly random: () => number;
  /** Whether a connection is opened again in the background after it was lost. Default: yes. */
  readonly keepsUp?: () => boolean;
  /** A connection stands again after an earlier one was lost or an attempt failed. */
  readonly onRecovered: () => void;
  /** A connection was lost, or could not be opened. `isAway`: it is no loss that is forgiven, uses fail until the next attempt. */
  readonly onDown: (fault: BailiwickError, retryInMs: number, isAway: boolean) => void;
}

/** Keeps one connection: opened on first use, shared, opened again after it was lost, on use and in the background. */
export interface Link<C> {
  /** The connection. Fails at once while the next attempt is not due. */
  get(signal: AbortSignal): Promise<C>;
  /** Says that a connection is of no more use. The next `get` opens a new one, unless it keeps being lost. */
  lose(connection: C, fault: BailiwickError): void;
  /**
   * Says that a connection has to be opened anew: on the next use, at once.
   *
   * @param isRecovery whether the upstream is then known to be well. Default: yes, nothing was wrong with it
   */
  renew(connection: C, isRecovery?: boolean): void;
  /**
   * The upstream can be reached again, as somebody else found out: the next use may connect. What is opened in the background is
   * tried now, or as soon as the shortest wait since the last failure is over.
   */
  retryNow(): void;
  /** Whether a connection stands; if none does, `onRecovered` tells when one does again. */
  isUp(): boolean;
  close(): Promise<void>;
}

export function createLink<C>(options: LinkOptions<C>): Link<C> {
  const { source, now } = options;
  let connection: C | undefined;
  let connecting: Promise<C> | undefined;
  let upSince = 0;
  /** Attempts that failed and connections that were lost early, in a row. */
  let failures = 0;
  let failedAt = 0;
  const pause = createPause(options);
  let timer: NodeJS.Timeout | undefined;
  let isReplacement = false;
  let isClosed = false;

  const closedError = () => new BailiwickError('UPSTREAM_UNAVAILABLE', `source ${source} is closed`);

  const retryLater = (delayMs: number): void => {
    clearTimeout(timer);
    if (isClosed || options.keepsUp?.() === false) return;
    timer = setTimeout(() => void connect().catch(() => {}), delayMs).unref();
  };

  const connect = (): Promise<C> => {
    clearTimeout(timer);
    connecting ??= open().finally(() => (connecting = undefined));
    return connecting;
  };

  const open = async (): Promise<C> => {
    const isRecovery = failures > 0 || isReplacement;
    try {
      const opened = await options.open();
      if (isClosed) {
        await options.close(opened);
        throw closedError();
      }
      connection = opened;
      upSince = now();
      pause.end();
      isReplacement = false;
      if (isRecovery) options.onRecovered();
      return opened;
    } catch (error) {
      const fault = options.toFault(error);
      // A caller without a credential says nothing about the server, and keeps nobody else from it.
      if (fault.code === 'SIGN_IN_REQUIRED') throw fault;
      failures += 1;
      failedAt = now();
      const delayMs = pause.begin(fault, failures);
      if (!isClosed) options.onDown(fault, delayMs, true);
      retryLater(delayMs);
      throw withRetry(fault, delayMs);
    }
  };

  return {
    async get(signal) {
      if (isClosed) throw closedError();
      if (signal.aborted) throw toCancellation(signal, source);
      if (connection !== undefined) return connection;
      if (!connecting) pause.check();
      return unlessAborted(connect(), signal, source);
    },
    lose(lost, fault) {
      if (connection === undefined || lost !== connection || isClosed) return;
      failedAt = now();
      failures = failedAt - upSince >= STABLE_MS ? 1 : failures + 1;
      connection = undefined;
      const delayMs = pause.begin(fault, failures);
      // The first loss is forgiven: the next call connects at once. From the second in a row on, calls wait their turn.
      if (failures === 1) pause.end();
      options.onDown(fault, delayMs, failures > 1);
      retryLater(delayMs);
    },
    renew(old, isRecovery = true) {
      if (connection === undefined || old !== connection) return;
      connection = undefined;
      isReplacement ||= isRecovery;
    },
    retryNow() {
      pause.end();
      if (connection !== undefined || connecting || failures === 0) return;
      retryLater(Math.max(0, failedAt + options.backoff.initialMs - now()));
    },
    isUp: () => connection !== undefined,
    async close() {
      if (isClosed) return;
      isClosed = true;
      clearTimeout(timer);
      const last = connection;
      connection = undefined;
      await Promise.all([connecting?.catch(() => {}), last === undefined ? undefined : options.close(last)]);
    },
  };
}

/** The failure, with when the next attempt is made, unless the upstream itself said when. */
function withRetry(fault: BailiwickError, retryAfterMs: number): BailiwickError {
  const { code, message, cause, data, nothingSent } = fault;
  if (!code.startsWith('UPSTREAM_') || retryAfterOf(fault) > 0) return fault;
  return new BailiwickError(code, message, { cause, data: { ...data, retryAfterMs }, nothingSent });
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal, source: string): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(toCancellation(signal, source));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
