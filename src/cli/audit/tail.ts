import type { Entry } from '../../audit/read/join-calls.ts';
import type { Criteria } from '../../audit/read/filter.ts';
import type { ReadRecord } from '../../audit/read/cursor.ts';
import type { ChainSnapshot } from '../../audit/read/snapshot.ts';
import { TYPES } from '../../audit/record-schema.ts';
import { BailiwickError } from '../../errors.ts';
import { createCommand, type AddCommand } from '../command.ts';
import type { Terminal } from '../terminal.ts';
import { untilStopped } from '../until-stopped.ts';
import { countText } from './call-table.ts';
import { addDirectoryOptions, findDirectory, isDirectory, type DirectoryOptions } from './directory.ts';
import { toEntryLine } from './entry-line.ts';
import { addFilterOptions, readFilterOptions, type FilterOptions, type Wanted } from './filter-options.ts';
import { toCount } from './number-option.ts';
import { createStandardOutput } from './output.ts';
import { terminalWidth } from './row-table.ts';
import { visibleJson } from './safe-text.ts';
import { createTroubleReport, type TroubleReport } from './troubles.ts';

interface TailOptions extends FilterOptions, DirectoryOptions {
  readonly lines: string;
  readonly follow?: boolean;
  readonly ndjson?: boolean;
}

/** `bailiwick audit tail`: the last of what happened, and what happens next. */
export const addTail: AddCommand = (audit, terminal) => {
  const command = createCommand('tail', 'Show the last entries of the record, and follow it', [
    'audit tail',
    'audit tail -f --decision refused',
    'audit tail -n 100 --principal agent --since 1h',
    'audit tail --type signin,key,config,drift',
  ])
    .argument('[dir]', 'the audit directory; the same as --dir')
    .option('-n, --lines <count>', 'how many', '20')
    .option('-f, --follow', 'go on with what is written from now on, new chains included, until Ctrl+C')
    .option(
      '--ndjson',
      'print one JSON object for each: a call as `audit query` does, anything else as recorded',
    )
    .action(async (dir: string | undefined, options: TailOptions) => {
      await tail(terminal, await findDirectory(dir, options), options);
    });
  audit.addCommand(addFilterOptions(addDirectoryOptions(command)));
};

async function tail(terminal: Terminal, directory: string, options: TailOptions): Promise<void> {
  const count = toCount('--lines', options.lines, { least: 0, most: 100_000 });
  const wanted = readFilterOptions(options, Date.now());
  if (options.follow && wanted.span.until !== undefined) {
    throw new BailiwickError('USAGE', '--until: what is followed has no end; leave out --until or --follow');
  }
  const shown = { ...wanted, criteria: withoutCheckpoints(wanted.criteria) };
  const output = createStandardOutput(terminal);
  const show = async (entries: readonly Entry[]): Promise<void> => {
    for (const entry of entries) await output.write(`${toText(entry, options)}\n`);
    await output.end();
  };
  const troubles = createTroubleReport(terminal, directory);
  if (options.follow) return follow({ terminal, directory, count, wanted: shown, show, troubles });
  const { readLastEntries } = await import('../../audit/read/entries.ts');
  const { entries } = await readLastEntries(directory, count, { ...shown, onTrouble: troubles.add });
  await show(entries);
  troubles.end();
  if (entries.length === 0) terminal.err(`${directory}: no entry matches`);
}

/** They come by the clock, and say nothing to a person who did not ask for them. */
function withoutCheckpoints(criteria: Criteria): Criteria {
  return criteria.type ? criteria : { ...criteria, type: TYPES.filter((type) => type !== 'checkpoint') };
}

function toText(entry: Entry, { ndjson }: TailOptions): string {
  if (ndjson) return visibleJson(entry.kind === 'call' ? entry.call : entry.record);
  return toEntryLine(entry, terminalWidth());
}

/** Intents that are looked for behind the entries shown, so that an outcome to come finds its own. */
const LOOKED_BACK = 10_000;

interface Following {
  readonly terminal: Terminal;
  readonly directory: string;
  readonly count: number;
  readonly wanted: Wanted;
  readonly show: (entries: readonly Entry[]) => Promise<void>;
  readonly troubles: TroubleReport;
}

async function follow(following: Following): Promise<void> {
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
  try {
    const batches = followDirectory(directory, {
      snapshot,
      isWanted,
      onTrouble: troubles.add,
      wait: waker.wait,
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
