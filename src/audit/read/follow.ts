import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { firstSeqOf } from '../segment-name.ts';
import { listChains, listSegments } from './chains.ts';
import type { ReadRecord, Trouble } from './cursor.ts';
import { readForward } from './lines.ts';
import { parseRecord } from './parse-record.ts';
import type { ChainSnapshot } from './snapshot.ts';

export interface FollowOptions {
  /** From where on. */
  readonly snapshot: readonly ChainSnapshot[];
  readonly isWanted?: (chain: string) => boolean;
  /** Whether a chain is to be looked at every time, news or not. */
  readonly isAwaited?: (chain: string) => boolean;
  readonly onTrouble?: (trouble: Trouble) => void;
  /**
   * Resolves when it is time to look again: to true, or to false when that is enough. `busy` are the chains that are
   * written to, as far as is known.
   */
  readonly wait: (busy: readonly string[]) => Promise<boolean>;
}

/** One chain that is followed. */
interface Followed {
  readonly chain: string;
  segment: string | undefined;
  /** Where the next line begins. */
  offset: number;
  /** The look in which something was last found. */
  lastFound: number;
}

/** Records that are taken of one chain before the others have their turn. */
const MOST_AT_ONCE = 2_000;

/** Chains without news that are looked at in one look: nearly all of them belong to processes that are gone. */
const QUIET_AT_ONCE = 100;

/** Looks without news after which a chain counts as quiet. */
const PATIENCE = 60;

/** Chains that are taken for busy at first: those that were written to last. */
const BUSY_AT_FIRST = 64;

/**
 * What is written to the chains of a directory from now on, new chains and new files included: the records found in one
 * look, in the order of time. The directory may come later too.
 */
export async function* followDirectory(
  directory: string,
  { snapshot, isWanted, isAwaited = () => false, onTrouble = () => {}, wait }: FollowOptions,
): AsyncGenerator<ReadRecord[]> {
  let look = 0;
  let nextQuiet = 0;
  const followed = new Map<string, Followed>();
  for (const [rank, { chain, segments, lastBytes }] of snapshot
    .toSorted((a, b) => b.writtenAt - a.writtenAt)
    .entries()) {
    const lastFound = rank < BUSY_AT_FIRST ? 0 : -PATIENCE;
    followed.set(chain, { chain, segment: segments.at(-1), offset: lastBytes, lastFound });
  }

  /** The chains whose turn it is in this look. */
  function due(): { busy: Followed[]; quiet: Followed[] } {
    const isBusy = (one: Followed): boolean => look - one.lastFound < PATIENCE || isAwaited(one.chain);
    const quiet = [...followed.values()].filter((one) => !isBusy(one));
    const turn = quiet.slice(nextQuiet, nextQuiet + QUIET_AT_ONCE);
    nextQuiet = nextQuiet + QUIET_AT_ONCE >= quiet.length ? 0 : nextQuiet + QUIET_AT_ONCE;
    return { busy: [...followed.values()].filter(isBusy), quiet: turn };
  }

  for (;;) {
    look += 1;
    const chains = await listChains(directory, isWanted).catch(() => []);
    for (const { chain } of chains) {
      if (!followed.has(chain)) {
        followed.set(chain, { chain, segment: undefined, offset: 0, lastFound: look });
      }
    }
    const { busy, quiet } = due();
    const found: ReadRecord[] = [];
    let isAll = true;
    for (const one of [...busy, ...quiet]) {
      const news = await readNews(directory, one, onTrouble);
      if (news.length > 0) one.lastFound = look;
      if (news.length >= MOST_AT_ONCE) isAll = false;
      found.push(...news);
    }
    if (found.length > 0) yield found.toSorted(byTime);
    if (isAll && !(await wait(busy.map(({ chain }) => chain)))) return;
  }
}

function byTime({ record: a }: ReadRecord, { record: b }: ReadRecord): number {
  return a.time < b.time ? -1 : Number(a.time > b.time);
}

/** What was written to a chain since the last look. */
async function readNews(
  directory: string,
  one: Followed,
  onTrouble: (trouble: Trouble) => void,
): Promise<ReadRecord[]> {
  const found: ReadRecord[] = [];
  // Listed before anything is read: a file that has a successor then is not written to any more.
  const segments = await listSegments(join(directory, one.chain));
  one.segment ??= segments[0];
  while (one.segment !== undefined) {
    const current = firstSeqOf(one.segment) ?? 0;
    const next = segments.find((segment) => (firstSeqOf(segment) ?? 0) > current);
    const isDone = await readRest(directory, one, next === undefined, found, onTrouble);
    if (next === undefined || !isDone) break;
    one.segment = next;
    one.offset = 0;
  }
  return found;
}

/** Adds what is in the file at hand. False: there is more, or it could not be read. */
async function readRest(
  directory: string,
  one: Followed,
  isLast: boolean,
  found: ReadRecord[],
  onTrouble: (trouble: Trouble) => void,
): Promise<boolean> {
  const file = join(one.chain, one.segment ?? '');
  const path = join(directory, file);
  try {
    const { size } = await stat(path);
    // A write that failed was cut off again; what was acknowledged is before it.
    if (size < one.offset) one.offset = size;
    if (size === one.offset) return true;
    const lines = readForward(path, { from: one.offset, until: size, blockBytes: () => 64 * 1024 });
    for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
      if (!line.terminated && isLast) return true;
      one.offset = line.end;
      const record = line.terminated
        ? (line.problem ?? parseRecord(line.text))
        : 'the line is cut short, and more follows it';
      if (typeof record === 'string') onTrouble({ file, offset: line.offset, why: record });
      else found.push({ record, text: line.text, file });
      if (found.length >= MOST_AT_ONCE) return false;
    }
    return true;
  } catch (error) {
    // Gone: whoever keeps the files decides how long. Another fault is tried again at the next look.
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
}
