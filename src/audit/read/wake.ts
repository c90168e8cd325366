import { watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';

/** Says when to look at a directory again. */
export interface Waker {
  /** Resolves to true when something may have changed, to false once the signal was given. */
  wait(busy: readonly string[]): Promise<boolean>;
  close(): void;
}

/** What is not told of, because a file system tells nothing or there is too much to watch, is found after this. */
const POLL_MS = 1_000;

/** Events come in swarms; one look answers many. */
const SETTLE_MS = 20;

const MOST_WATCHED = 64;

/** Wakes at once for changes in a directory and its busy chains, and every second anyway. */
export function createWaker(directory: string, signal: AbortSignal): Waker {
  const watchers = new Map<string, FSWatcher>();
  let isChanged = false;
  let wake: (() => void) | undefined;

  function changed(): void {
    isChanged = true;
    wake?.();
  }

  function watchPath(path: string): void {
    if (watchers.has(path)) return;
    try {
      const watcher = watch(path, { persistent: false }, changed);
      watcher.on('error', () => forget(path));
      watchers.set(path, watcher);
    } catch {
      // Not there yet, or no more can be watched: the clock does it.
    }
  }

  function forget(path: string): void {
    watchers.get(path)?.close();
    watchers.delete(path);
  }

  return {
    async wait(busy) {
      const paths = [directory, ...busy.slice(0, MOST_WATCHED).map((chain) => join(directory, chain))];
      for (const path of watchers.keys()) if (!paths.includes(path)) forget(path);
      for (const path of paths) watchPath(path);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, POLL_MS);
        wake = () => {
          clearTimeout(timer);
          setTimeout(resolve, signal.aborted ? 0 : SETTLE_MS);
        };
        signal.addEventListener('abort', wake, { once: true });
        if (isChanged || signal.aborted) wake();
      });
      if (wake) signal.removeEventListener('abort', wake);
      wake = undefined;
      isChanged = false;
      return !signal.aborted;
    },
    close() {
      for (const path of watchers.keys()) forget(path);
    },
  };
}
