import type { ReadRecord } from '../../audit/read/cursor.ts';
import type { Entry, Joiner } from '../../audit/read/join-calls.ts';
import type { ChainSnapshot } from '../../audit/read/snapshot.ts';
import type { Terminal } from '../terminal.ts';
import { untilStopped } from '../until-stopped.ts';
import { countText } from './call-table.ts';
import { isDirectory } from './directory.ts';
import type { Wanted } from './filter-options.ts';
import type { TroubleReport } from './troubles.ts';

/** Intents that are looked for behind the entries shown, so that an outcome to come finds its own. */
const LOOKED_BACK = 10_000;

/** What is followed, and where it is shown. */
interface Following {
  readonly terminal: Terminal;
  readonly directory: string;
  readonly count: number;
  readonly wanted: Wanted;
  readonly show: (entries: readonly Entry[]) => Promise<void>;
  readonly troubles: TroubleReport;
}

/** Shows the last entries of a record, then what is written to it, until Ctrl+C. */
export async function follow(following: Following): Promise<void> {
  const { terminal, directory, count, wanted, show, troubles } = following;
  const { readLastEntries } = await import('../../audit/read/entries.ts');
  const { followDirectory } = await import('../../audit/read/follow.ts');
  const { createJoiner } = await import('../../audit/read/join-calls.ts');
  const { createFilter, subjectOfEntry } = await import('../../audit/read/filter.ts');
  const { createWaker } = await import('../../audit/read/wake.ts');
  const stopped = new AbortController();
  void untilStopped().then(() => stopped.abort());

  const isThere = await isDirectory(directory);
  if (!isThere) terminal.err(`${directory}: not there yet; waiting for the first record`);
  const { snapshotChains } = await import('../../audit/read/snapshot.ts');
  const snapshot = isThere ? await snapshotChains(directory, wanted.isWanted) : [];
  const open = await findOpen(directory, snapshot);
  const joiner = createJoiner('end');
  for (const read of open) joiner.take(read);
  const waitsFor = new Set(open.map(({ record }) => `${record.chain} ${record.seq}`));
  if (isThere) {
    const last = await readLastEntries(directory, count, {
      ...wanted,
      chains: snapshot,
      onTrouble: troubles.add,
    });
    // Calls that are under way are shown when they end.
    await show(last.entries.filter((entry) => !waitsFor.has(placeOf(entry))));
    troubles.end();
  }

  const matches = createFilter(wanted.criteria);
  const isShown = (entry: Entry): boolean => matches(subjectOfEntry(entry));
  const waker = createWaker(directory, stopped.signal);
  const { isWanted } = wanted;
  const giveUp = createGiveUp(directory, joiner);
  try {
    const batches = followDirectory(directory, {
      snapshot,
      isWanted,
      isAwaited: (chain) => joiner.waiting().includes(chain),
      onTrouble: troubles.add,
      wait: async (busy) => {
        await show((await giveUp()).filter(isShown));
        return waker.wait(busy);
      },
    });
    for await (const batch of batches) {
      await show(batch.flatMap(joiner.take).filter(isShown));
      troubles.end();
    }
  } finally {
    waker.close();
  }
  const rest = joiner.end().filter(isShown).length;
  if (rest > 0) terminal.err(`${countText(rest, 'call')} without an outcome so far`);
}

function placeOf(entry: Entry): string {
  return entry.kind === 'call' ? `${entry.call.chain} ${entry.call.seq}` : '';
}

/** The intents of calls that are under way: their process still writes its chain. */
async function findOpen(directory: string, snapshot: readonly ChainSnapshot[]): Promise<ReadRecord[]> {
  const { isLive } = await import('../../audit/live-chains.ts');
  const { readLastEntries } = await import('../../audit/read/entries.ts');
  const found: ReadRecord[] = [];
  for (const files of snapshot) {
    if (!(await isLive(directory, files.chain))) continue;
    const { open } = await readLastEntries(directory, LOOKED_BACK, { chains: [files] });
    found.push(...open);
  }
  return found.toSorted(({ record: a }, { record: b }) => (a.time < b.time ? -1 : Number(a.time > b.time)));
}

/**
 * Gives the calls that nobody will end: those of processes that are gone, once everything that they wrote was read. To be
 * called after every look.
 */
function createGiveUp(directory: string, joiner: Joiner): () => Promise<Entry[]> {
  let gone: string[] = [];
  return async () => {
    const { isLive } = await import('../../audit/live-chains.ts');
    // Gone before the look that has just ended: no outcome can come any more.
    const given = gone.flatMap((chain) => joiner.end(chain));
    gone = [];
    for (const chain of joiner.waiting()) if (!(await isLive(directory, chain))) gone.push(chain);
    return given;
  };
}
