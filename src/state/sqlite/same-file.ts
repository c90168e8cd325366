import { statSync } from 'node:fs';
import { stateUnavailable } from '../unavailable.ts';

/** How often there is a look, in milliseconds. */
const EVERY_MS = 1000;

/**
 * Looks now and then whether the file that is open still has its name. One that was removed or replaced can be written as
 * before, but nobody else would ever read it: two processes would each count for themselves.
 *
 * @throws BailiwickError `STATE_UNAVAILABLE`, from the answered function.
 */
export function watchIdentity(file: string, now: () => number): () => void {
  const opened = statSync(file);
  let lookedAt = now();
  return () => {
    const time = now();
    if (time >= lookedAt && time < lookedAt + EVERY_MS) return;
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.ino !== opened.ino || found.dev !== opened.dev) {
      throw stateUnavailable(
        `the state file ${file} was ${found ? 'replaced' : 'removed'} while it was in use: start Bailiwick again`,
      );
    }
    lookedAt = time;
  };
}
