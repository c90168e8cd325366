import type { Tool } from '../catalog/tool.ts';
import { asReviewed } from './compare.ts';
import { idOf, type LockEntry, type Locker } from './entry.ts';
import type { Lock } from './lock.ts';
import { Unlockable } from './plain-json.ts';

/** A tool that no lock can hold, and so none lets be served. */
export interface Refused {
  readonly id: string;
  readonly why: string;
}

/**
 * The lock that holds the tools as they are now.
 *
 * @param isReplaced Sources whose entries give way to the tools. Entries of all others stay: of a source that does not
 *   answer, nothing is known.
 */
export function acceptTools(
  lock: Lock,
  tools: readonly Tool[],
  { locker, isReplaced }: { readonly locker: Locker; readonly isReplaced: (source: string) => boolean },
): { readonly lock: Lock; readonly refused: readonly Refused[] } {
  const kept = [...lock.entries].filter(([id]) => !isReplaced(id.split('/')[0] ?? ''));
  const entries = new Map<string, LockEntry>(kept);
  const refused: Refused[] = [];
  for (const tool of tools) {
    if (!isReplaced(tool.source)) continue;
    try {
      entries.set(idOf(tool), locker.entryOf(asReviewed(tool)));
    } catch (error) {
      if (!(error instanceof Unlockable)) throw error;
      refused.push({ id: idOf(tool), why: error.message });
    }
  }
  return { lock: { entries }, refused };
}
