import { messageOf } from '../../errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Trace } from '../trace.ts';
import { quote, settle } from './finding.ts';
import { candidates, type SigningKey } from './key-set.ts';
import type { KeySource, LoadedKeys } from './key-source.ts';
import type { Later } from './timers.ts';
import { tooMany, unavailable } from '../unavailable.ts';

/** The keys of one issuer, as far as they are known. */
export interface KeyCache {
  /**
   * The key that a token has to be signed with. Waits only where the keys are not known yet, or where the token names one that is not.
   *
   * @throws BailiwickError `UNAUTHENTICATED` where the issuer has no such key, `IDENTITY_UNAVAILABLE` where that cannot be known now
   */
  find(wanted: WantedKey, now: number, trace?: Trace): SigningKey | Promise<SigningKey>;
  /**
   * Another key that a token may be signed with which names none, after this one turned out not to be it: the issuer may have changed
   * its key. Asks for the keys no more often than for names that are unknown.
   */
  findOther(key: SigningKey, wanted: WantedKey, now: number): Promise<SigningKey | undefined>;
  /** Asks for the keys in the background, where that was not done yet. */
  warm(now: number): void;
  /** Fetches the keys now, and says how many there are and where they are from, or why there are none. */
  look(): Promise<KeysFound>;
  /** False where the keys are so old that nothing verified with them counts. */
  isUsable(now: number): boolean;
  close(): void;
}

export type KeysFound = { readonly keys: number; readonly from: string } | { readonly failure: string };

interface WantedKey {
  readonly algorithm: string;
  readonly kid: string | undefined;
}

export interface KeyCacheOptions {
  readonly issuer: string;
  readonly source: KeySource;
  readonly logger: Logger;
  readonly now: () => number;
  readonly later: Later;
  /** Something that was verified with the keys of before may not count any more. */
  readonly onLoss: () => void;
}

/** For how long keys that cannot be renewed are used after they are due: then the issuer counts as away. */
const GRACE_MS = 60 * 60_000;
/** Keys are renewed after this part of the time for which they are fresh. */
const RENEW_AFTER = 0.8;
const RETRY_MS = 10_000;
/** How often keys are asked for because a token names one that is unknown, at most. */
const MISS_INTERVAL_MS = 30_000;
/** Tokens that wait for keys of this issuer. */
const MAX_WAITING = 200;

interface Known extends LoadedKeys {
  readonly loadedAt: number;
  readonly usableUntil: number;
}

/** One request for the keys at a time, whoever waits. */
export function createKeyCache(options: KeyCacheOptions): KeyCache {
  const { issuer, source, logger, later, onLoss } = options;
  let known: Known | undefined;
  let running: Promise<void> | undefined;
  /** Before this nothing is asked in the background. */
  let dueAt = 0;
  let failure: string | undefined;
  let missedAt = -Infinity;
  let cancel: (() => void) | undefined;
  let isClosed = false;
  let waiting = 0;

  const isUsable = (now: number): boolean => known !== undefined && now < known.usableUntil;

  const schedule = (ms: number): void => {
    cancel?.();
    dueAt = options.now() + ms;
    if (!isClosed) cancel = later(() => void refresh(), ms);
  };

  const accept = (loaded: LoadedKeys): void => {
    const before = new Map(known?.keys.map((key) => [key.identity, key]));
    // The same object for the same key: what was verified with it goes on.
    const keys = loaded.keys.map((key) => before.get(key.identity) ?? key);
    const lost = [...before.values()].filter((key) => !keys.includes(key));
    for (const key of lost) key.isPublished = false;
    const loadedAt = options.now();
    known = { ...loaded, keys, loadedAt, usableUntil: loadedAt + loaded.freshMs + GRACE_MS };
    if (failure !== undefined) logger.info({ issuer }, `the keys of issuer ${issuer} are there again`);
    failure = undefined;
    if (loaded.ignored.length > 0) {
      logger.debug({ issuer, ignored: loaded.ignored }, `keys of issuer ${issuer} that are not used`);
    }
    schedule(loaded.freshMs * RENEW_AFTER);
    if (lost.length > 0) onLoss();
  };

  const fail = (error: unknown): void => {
    if (isClosed) return;
    if (failure === undefined) {
      logger.warn({ issuer }, `the keys of issuer ${issuer} cannot be fetched: ${messageOf(error)}`);
      logger.debug({ issuer, err: error }, 'where that failed');
    }
    failure = messageOf(error);
    schedule(RETRY_MS);
    if (known && !isUsable(options.now())) onLoss();
  };

  const refresh = (): Promise<void> => {
    running ??= source
      .load()
      .then(accept)
      .catch(fail)
      .finally(() => {
        running = undefined;
      });
    return running;
  };

  const away = (trace: Trace | undefined): Error =>
    unavailable(`the keys of issuer "${issuer}" are not known: ${failure ?? 'they were not fetched'}`, {
      trace,
    });

  const match = ({ algorithm, kid }: WantedKey): SigningKey | undefined => {
    const found = candidates(known?.keys ?? [], algorithm, kid);
    return found.length === 1 ? found[0] : undefined;
  };

  const require = (wanted: WantedKey, now: number, trace: Trace | undefined): SigningKey => {
    if (!known || !isUsable(now)) throw away(trace);
    const key = match(wanted);
    // A key that is unknown here may be a new one, which the issuer would tell of if it could.
    if (!key && failure !== undefined) throw away(trace);
    const { where, keys, loadedAt } = known;
    const set = `${keys.length} of ${where}, fetched ${Math.round((now - loadedAt) / 1000)} s ago`;
    const name = wanted.kid === undefined ? 'no key' : `key ${quote(wanted.kid)}`;
    const detail = `the token names ${name} with ${wanted.algorithm}: not exactly one of the usable keys (${set}) is that`;
    settle(
      trace,
      'key set',
      key ? undefined : { fault: 'signing-key', detail },
      () => `${name} is one of ${set}`,
    );
    return key!;
  };

  const refreshed = async (trace: Trace | undefined): Promise<void> => {
    if (waiting >= MAX_WAITING) {
      throw tooMany(`${waiting} tokens wait for the keys of issuer "${issuer}" already`, trace);
    }
    waiting += 1;
    await refresh().finally(() => {
      waiting -= 1;
    });
  };

  const retry = async (wanted: WantedKey, trace: Trace | undefined): Promise<SigningKey> => {
    await refreshed(trace);
    return require(wanted, options.now(), trace);
  };

  return {
    isUsable,
    find(wanted, now, trace) {
      if (!isUsable(now)) return running || now >= dueAt ? retry(wanted, trace) : require(wanted, now, trace);
      if (now >= dueAt) void refresh();
      if (!match(wanted) && now - missedAt >= MISS_INTERVAL_MS) {
        missedAt = now;
        return retry(wanted, trace);
      }
      if (!match(wanted) && running) return retry(wanted, trace);
      return require(wanted, now, trace);
    },
    async findOther(key, wanted, now) {
      if (wanted.kid !== undefined || (!running && now - missedAt < MISS_INTERVAL_MS)) return undefined;
      if (!running) missedAt = now;
      await refreshed(undefined);
      const other = match(wanted);
      return other === key ? undefined : other;
    },
    async look() {
      await refresh();
      return failure !== undefined || !known
        ? { failure: failure ?? 'they were not fetched' }
        : { keys: known.keys.length, from: known.where };
    },
    warm(now) {
      if (!known && now >= dueAt) void refresh();
    },
    close() {
      isClosed = true;
      cancel?.();
    },
  };
}
