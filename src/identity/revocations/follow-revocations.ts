import type { Json } from '../../catalog/json.ts';
import { BailiwickError } from '../../errors.ts';
import { unavailable } from '../unavailable.ts';
import type { Store } from '../../state/store.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { createKnownRevocations } from './known-revocations.ts';
import { readRevocation, REVOCATION_PREFIX } from './revocation.ts';
import type { Revocations } from './revocations.ts';
import { createRevocationReader, REVOCATIONS_TOPIC } from './stored-revocations.ts';

export interface FollowOptions {
  readonly store: Pick<Store, 'get' | 'list' | 'subscribe'>;
  readonly logger: Logger;
  readonly now: () => number;
  /** How long what was read goes on being enough, in milliseconds. */
  readonly maxStaleMs: () => number;
  /** Calls again and again without keeping the process alive; returns how to stop that. */
  readonly every?: (ms: number, work: () => void) => () => void;
}

/** How often the store is asked whether anything changed, in case that news of it was lost. */
const ASK_EVERY_MS = 15_000;

/**
 * The revocations of the store, all of them in memory. News arrives by a topic; whether any was lost is asked of the store
 * every {@link ASK_EVERY_MS}, with one small read. While the store is away, what is known goes on counting, and
 * {@link Revocations.ready} says for how long that is enough.
 *
 * Reads nothing before it is first asked for.
 */
export function followRevocations(options: FollowOptions): Revocations {
  const { store, logger, now, maxStaleMs, every = everyTimer } = options;
  const known = createKnownRevocations();
  const reader = createRevocationReader(store, now);
  const listeners = new Set<() => void>();
  let freshAt = -Infinity;
  /** What the store said of its state when it was read; undefined: read it whatever it says. */
  let generation: string | undefined;
  let refreshing: Promise<void> | undefined;
  let hearing: Promise<() => Promise<void>> | undefined;
  let stopAsking: (() => void) | undefined;
  let isAway = false;
  let isClosed = false;

  const add = (key: string, value: Json): boolean => {
    const revocation = readRevocation(value);
    if (revocation) known.add(key, revocation);
    else logger.error({ key }, 'a revocation in the store cannot be read: a newer version may have made it');
    return revocation !== undefined;
  };
  const tell = (): void => {
    for (const listener of listeners) listener();
  };

  async function readOne(key: string): Promise<void> {
    const stored = await store.get(key, now());
    if (!stored) known.remove(key);
    else if (add(key, stored.value)) tell();
  }

  const hear = (): Promise<() => Promise<void>> =>
    (hearing ??= store
      .subscribe(
        REVOCATIONS_TOPIC,
        (key) => {
          const work =
            typeof key === 'string' && key.startsWith(REVOCATION_PREFIX) ? readOne(key) : readAgain();
          void work.catch(() => (generation = undefined));
        },
        () => void readAgain().catch(noteAway),
      )
      .catch((error: unknown) => {
        hearing = undefined;
        throw error;
      }));

  function readAgain(): Promise<void> {
    generation = undefined;
    // What is being read may have been read before what it is about to miss.
    return refreshing ? refreshing.catch(() => undefined).then(refresh) : refresh();
  }

  async function read(): Promise<void> {
    await hear();
    const at = now();
    const current = await reader.generation();
    if (current !== generation) {
      const before = new Set(known.keys());
      const keys = await reader.keys();
      const fresh = [...keys].filter((key) => !before.has(key));
      const values = await reader.values(fresh);
      let isNews = false;
      for (const [key, value] of values) isNews = add(key, value) || isNews;
      // What came by the topic meanwhile is not in the list that was read, and stays.
      for (const key of before) if (!keys.has(key)) known.remove(key);
      generation = current;
      if (isNews) tell();
    }
    known.prune(at);
    freshAt = at;
    noteBack();
  }

  function refresh(): Promise<void> {
    if (isClosed) return Promise.reject(new BailiwickError('SHUTTING_DOWN', 'the server is stopping'));
    stopAsking ??= every(ASK_EVERY_MS, () => void refresh().catch(noteAway));
    return (refreshing ??= read().finally(() => (refreshing = undefined)));
  }

  function noteAway(error: unknown): void {
    if (isAway || isClosed) return;
    isAway = true;
    logger.warn(
      { err: error },
      `revocations cannot be read: the ${known.keys().size} that are known go on counting, later ones do not arrive; after ${maxStaleMs() / 1000} seconds credentials are refused`,
    );
  }
  function noteBack(): void {
    if (isAway) logger.info({ known: known.keys().size }, 'revocations can be read again');
    isAway = false;
  }

  return {
    ready() {
      if (now() - freshAt <= maxStaleMs()) return undefined;
      return refresh().catch((error: unknown) => {
        noteAway(error);
        throw unavailable('what was revoked cannot be read', { cause: error });
      });
    },
    isRevoked: (proof) => known.isRevoked(proof, now()),
    onRevoked(listener) {
      listeners.add(listener);
    },
    async close() {
      isClosed = true;
      stopAsking?.();
      await refreshing?.catch(() => undefined);
      const stop = await hearing?.catch(() => undefined);
      await stop?.();
    },
  };
}

function everyTimer(ms: number, work: () => void): () => void {
  const timer = setInterval(work, ms);
  timer.unref();
  return () => clearInterval(timer);
}
