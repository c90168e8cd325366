import type { App } from '../app.ts';
import { acceptTools, type Refused } from '../lock/accept.ts';
import { changesOf, compareToLock, findGone, type Drift } from '../lock/compare.ts';
import type { Change } from '../lock/difference.ts';
import { EMPTY_LOCK } from '../lock/lock.ts';
import { writeLock } from '../lock/write.ts';
import { replaceFile } from './replace-file.ts';

/** What the sources offer, against the lock. */
export interface OfferReview {
  /** Absolute. */
  readonly file: string;
  /** `absent`: there is none, and all is served. `missing`: the configuration names it, so nothing is. */
  readonly state: 'in-force' | 'absent' | 'missing';
  /** Tools that are offered. */
  readonly tools: number;
  /** What differed from the lock, before it was written if it was. By id. */
  readonly drift: readonly (Drift & { readonly changes: readonly Change[] })[];
  /** Tools that no lock can hold. */
  readonly refused: readonly Refused[];
  /** Present where the lock was written: how many entries it has. */
  readonly written?: number;
  /** Tools among the drift whose access is what their own server says of it. */
  readonly claims: readonly string[];
  /** There is a lock, and every tool is in it as it is. */
  readonly isClean: boolean;
}

/**
 * Compares with the lock; with `write`, makes every tool that is offered count as reviewed.
 *
 * @param broken Sources that did not answer: nothing is known of them, so their entries stay.
 */
export async function reviewOffer(
  app: App,
  {
    mode,
    only,
    broken,
  }: {
    readonly mode: 'look' | 'check' | 'write';
    readonly only: readonly string[] | undefined;
    readonly broken: readonly string[];
  },
): Promise<OfferReview> {
  const { file, text, lock, locker } = app.review();
  const { tools } = app.offered();
  const isMeant = (source: string): boolean => (only?.includes(source) ?? true) && !broken.includes(source);
  const state = text !== undefined ? 'in-force' : lock ? 'missing' : 'absent';
  const before = lock ?? EMPTY_LOCK;
  const isCompared = lock !== undefined || mode !== 'look';
  const { held } = isCompared ? compareToLock(before, tools, locker) : { held: [] };
  const gone = isCompared ? findGone(before, tools, isMeant) : [];
  const drift = [...held, ...gone]
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((one) => ({ ...one, changes: changesOf(one, locker) }));
  const accepted = isCompared ? acceptTools(before, tools, { locker, isReplaced: isMeant }) : undefined;
  if (mode === 'write' && accepted) {
    const next = writeLock(accepted.lock.entries.values());
    if (next !== text) await replaceFile(file, next);
  }
  return {
    file,
    state,
    tools: tools.length,
    drift,
    refused: accepted?.refused ?? [],
    ...(mode === 'write' && { written: accepted?.lock.entries.size ?? 0 }),
    claims: tools.flatMap(({ source, name, claimedAccess }) =>
      claimedAccess !== undefined && held.some(({ id }) => id === `${source}/${name}`)
        ? [`${source}/${name}`]
        : [],
    ),
    isClean: state === 'in-force' && drift.length === 0,
  };
}
