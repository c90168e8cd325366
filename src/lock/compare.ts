import type { Tool } from '../catalog/tool.ts';
import { findChanges, type Change } from './difference.ts';
import { idOf, type LockEntry, type Locker } from './entry.ts';
import type { Lock } from './lock.ts';
import { Unlockable } from './plain-json.ts';

/** A tool that differs from the lock. */
export type Drift = Held | { readonly id: string; readonly status: 'gone'; readonly locked: LockEntry };

/** A tool that is offered and was not reviewed as it is: `new` is not in the lock, `changed` differs from its entry. */
export type Held =
  | { readonly id: string; readonly status: 'new'; readonly tool: Tool }
  | { readonly id: string; readonly status: 'changed'; readonly tool: Tool; readonly locked: LockEntry };

/** What the lock says of tools that are offered. */
export interface Comparison {
  /** As they are served: reviewed, exactly as they are. */
  readonly same: readonly Tool[];
  readonly held: readonly Held[];
}

/** Tools against the lock. Costs one digest for each tool object that was not seen before. */
export function compareToLock(lock: Lock, tools: readonly Tool[], locker: Locker): Comparison {
  const same: Tool[] = [];
  const held: Held[] = [];
  for (const offered of tools) {
    if (offered.binding.kind === 'sign-in') {
      same.push(offered);
      continue;
    }
    const tool = asReviewed(offered);
    const id = idOf(tool);
    const locked = lock.entries.get(id);
    if (locked === undefined) held.push({ id, status: 'new', tool });
    else if (locked.digest === locker.digestOf(tool)) same.push(tool);
    else held.push({ id, status: 'changed', tool, locked });
  }
  return { same, held };
}

/** Entries whose tool is not offered any more. `sources`: those that said what they offer; of others nothing is known. */
export function findGone(lock: Lock, tools: readonly Tool[], isKnown: (source: string) => boolean): Drift[] {
  const offered = new Set(tools.map(idOf));
  return [...lock.entries.values()].flatMap((locked): Drift[] => {
    const [source = ''] = locked.id.split('/');
    return isKnown(source) && !offered.has(locked.id) ? [{ id: locked.id, status: 'gone', locked }] : [];
  });
}

/** Where a tool differs from its entry; nothing for one that is new or gone. */
export function changesOf(drift: Drift, locker: Locker): Change[] {
  if (drift.status !== 'changed') return [];
  try {
    return findChanges(drift.locked.definition, locker.entryOf(drift.tool).definition);
  } catch (error) {
    if (error instanceof Unlockable) return [];
    throw error;
  }
}

const reviewed = new WeakMap<Tool, Tool>();

/** A tool as a review accepts it: what its upstream says of its access is in its entry, and so counts. */
export function asReviewed(tool: Tool): Tool {
  if (tool.claimedAccess === undefined) return tool;
  const { claimedAccess, ...rest } = tool;
  const known = reviewed.get(tool) ?? { ...rest, access: claimedAccess };
  reviewed.set(tool, known);
  return known;
}
