import type { Contribution } from '../catalog/entries.ts';
import { compareToLock, type Held } from '../lock/compare.ts';
import { createLocker, type Locker } from '../lock/entry.ts';
import { EMPTY_LOCK, type Lock } from '../lock/lock.ts';
import { readLock } from '../lock/read.ts';

/** The lock of a configuration, as it is in force. */
export interface Review {
  /** Absolute. */
  readonly file: string;
  readonly text: string | undefined;
  /** The file has gone since it was read. What it said stays in force: a file that is being replaced is absent for a moment. */
  readonly isGone?: true;
  /** What was reviewed; `undefined` where no lock is in force, and all is served. */
  readonly lock: Lock | undefined;
  readonly locker: Locker;
}

/**
 * A file that is there is in force. One that is named and absent is, too: it has reviewed nothing.
 *
 * @param secrets What the lock must not say.
 * @param before The review that this one takes the place of: what did not change is not read, or digested, again.
 * @throws BailiwickError `CONFIGURATION` for a text that is no lock, or was edited.
 */
export function openReview(
  { file, text, isNamed }: { readonly file: string; readonly text?: string; readonly isNamed: boolean },
  secrets: readonly string[],
  before?: Review,
): Review {
  const isSame = before?.locker.secrets.join('\0') === secrets.join('\0');
  const locker = before && isSame ? before.locker : createLocker(secrets);
  if (text === undefined && before?.text !== undefined && before.file === file)
    return { file, text: before.text, isGone: true, lock: before.lock, locker };
  if (text === undefined) return { file, text, lock: isNamed ? EMPTY_LOCK : undefined, locker };
  const known = before?.text === text && before.file === file ? before.lock : undefined;
  return { file, text, lock: known ?? readLock({ file, text }), locker };
}

/**
 * What may be served of what the sources offer: tools that the lock holds as they are. Resources and prompts are data that
 * policy decides about, and are not in the lock.
 */
export function holdBack(
  { lock, locker }: Review,
  offered: readonly Contribution[],
): { readonly served: readonly Contribution[]; readonly held: readonly Held[] } {
  if (lock === undefined) return { served: offered, held: [] };
  const compared = offered.map((contribution) => ({
    contribution,
    ...compareToLock(lock, contribution.tools, locker),
  }));
  return {
    served: compared.map(({ contribution, same }) => ({ ...contribution, tools: same })),
    held: compared.flatMap(({ held }) => held),
  };
}
