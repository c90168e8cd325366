import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isLive } from '../live-chains.ts';
import { toSegmentName } from '../segment-name.ts';
import { listSegments } from './read-chain.ts';

/** A chain that nobody writes any more. */
export interface Orphan {
  readonly chain: string;
  /** Changes when its last file grows, as when it is put in order after a crash. */
  readonly signature: string;
}

/** Looks for chains that processes left behind. Several sinks share one look. */
export interface OrphanFinder {
  /** What was found within the last interval. Never rejects: what cannot be read is looked at again later. */
  find(): Promise<readonly Orphan[]>;
}

export function createOrphanFinder(deps: {
  readonly auditDirectory: string;
  readonly ownChain: string;
  readonly intervalMs: number;
  readonly now: () => number;
}): OrphanFinder {
  const { auditDirectory, ownChain, intervalMs, now } = deps;
  let found: Promise<readonly Orphan[]> | undefined;
  let foundAt = 0;

  async function look(): Promise<readonly Orphan[]> {
    const entries = await readdir(auditDirectory, { withFileTypes: true }).catch(() => []);
    const orphans: Orphan[] = [];
    for (const entry of entries) {
      if (!entry.isDirectory() || entry.name.startsWith('.') || entry.name === ownChain) continue;
      // oxlint-disable-next-line no-await-in-loop -- there may be thousands
      const signature = await toSignature(entry.name);
      if (signature !== undefined) orphans.push({ chain: entry.name, signature });
    }
    return orphans;
  }

  /** Undefined: a process writes it, or there is nothing to read. */
  async function toSignature(chain: string): Promise<string | undefined> {
    if (await isLive(auditDirectory, chain)) return undefined;
    try {
      const last = (await listSegments(join(auditDirectory, chain))).at(-1);
      if (last === undefined) return undefined;
      const { size } = await stat(join(auditDirectory, chain, toSegmentName(last)));
      return `${last}:${size}`;
    } catch {
      return undefined;
    }
  }

  return {
    find() {
      const time = now();
      if (found === undefined || time < foundAt || time - foundAt >= intervalMs) {
        foundAt = time;
        found = look();
      }
      return found;
    },
  };
}
