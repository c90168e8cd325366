import type { Json } from '../../catalog/json.ts';
import type { Store } from '../../state/store.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { getKey, isKeyName, KEYS_TOPIC, nameOf, type ShelvedKey } from './key-shelf.ts';

/** What other processes tell about keys. */
interface KeyNews {
  onChanged(name: string): void;
  onRevoked(name: string): void;
  /** Something may have been told that was not heard. */
  onGap(): void;
}

/** Reads keys, and hears what becomes of them. What is read is never older than what was heard while it was read. */
export interface KeyReader {
  /** One question to the store at a time for each key. Rejects with `STATE_UNAVAILABLE`. */
  read(digest: string): Promise<ShelvedKey | undefined>;
  isReading(digest: string): boolean;
  /** Questions that are not answered yet. */
  reading(): number;
  close(): Promise<void>;
}

interface Reading {
  readonly answer: Promise<ShelvedKey | undefined>;
  readonly state: { isOutdated: boolean };
}

export function createKeyReader(deps: {
  readonly store: Store;
  readonly now: () => number;
  readonly logger: Logger;
  readonly news: KeyNews;
}): KeyReader {
  const { store, now, logger, news } = deps;
  const readings = new Map<string, Reading>();
  let listening: Promise<() => Promise<void>> | undefined;

  const outdate = (name?: string): void => {
    for (const [digest, { state }] of readings)
      if (name === undefined || nameOf(digest) === name) state.isOutdated = true;
  };

  function hear(message: Json): void {
    const { key: name, revoked } = (message ?? {}) as { key?: Json; revoked?: Json };
    if (typeof name !== 'string' || !isKeyName(name)) return;
    outdate(name);
    if (revoked === true) news.onRevoked(name);
    else news.onChanged(name);
  }

  /** Before the first key is read: whatever becomes of it afterwards is heard. */
  function listen(): Promise<unknown> {
    if (listening) return listening;
    listening = store.subscribe(KEYS_TOPIC, hear, () => {
      outdate();
      news.onGap();
    });
    listening.catch((error: unknown) => {
      listening = undefined;
      logger.warn({ err: error }, 'changes of keys cannot be heard');
    });
    return listening;
  }

  async function readUntilCurrent(digest: string, reading: { isOutdated: boolean }) {
    await listen();
    let found: ShelvedKey | undefined;
    do {
      reading.isOutdated = false;
      found = await getKey(store, digest, now()); // oxlint-disable-line no-await-in-loop -- again where it was changed meanwhile
    } while (reading.isOutdated);
    return found;
  }

  return {
    read(digest) {
      const known = readings.get(digest);
      if (known) return known.answer;
      const state = { isOutdated: false };
      const answer = readUntilCurrent(digest, state).finally(() => readings.delete(digest));
      readings.set(digest, { answer, state });
      return answer;
    },
    isReading: (digest) => readings.has(digest),
    reading: () => readings.size,
    async close() {
      const stop = await listening?.catch(() => undefined);
      await stop?.();
    },
  };
}
