import type { AuditRecord } from '../record.ts';
import { createBlockBudget } from './blocks.ts';
import { listChains, mapInParallel, type ChainFiles } from './chains.ts';
import {
  createBackwardCursor,
  createForwardCursor,
  type Cursor,
  type CursorOptions,
  type ReadRecord,
  type Trouble,
} from './cursor.ts';
import { createHeap } from './heap.ts';
import { isWithin, withSlack, type Span } from './span.ts';

export interface ReadOptions {
  readonly span?: Span;
  /** `backward`: the last record first. */
  readonly order?: 'forward' | 'backward';
  readonly isWanted?: (chain: string) => boolean;
  /** The chains to read, where they were listed before. */
  readonly chains?: readonly ChainFiles[];
  /** Called for every line that is passed over. */
  readonly onTrouble?: (trouble: Trouble) => void;
  /** Called when everything of a chain that is in the span was given. */
  readonly onEndOfChain?: (chain: string) => void;
}

/** A chain whose turn comes at `time`. Its files are opened then, and not before. */
interface Turn {
  readonly files: ChainFiles;
  readonly time: string;
  readonly seq: number;
  /** Absent: nothing of it was read but the time. */
  readonly reading?: { readonly cursor: Cursor; readonly next: ReadRecord };
}

/** Enough for the first record of nearly every chain. */
const PEEK_BYTES = 4096;

/**
 * The records of all chains of a directory, merged by their time; those of one chain stay in its order.
 *
 * Holds one block of each chain that has records at the time in hand, however many chains and records there are, and
 * opens one file at a time. What a torn write or somebody else left in the files is reported and passed over.
 *
 * @throws BailiwickError CONFIGURATION when there is no such directory.
 */
export async function* readDirectory(
  directory: string,
  options: ReadOptions = {},
): AsyncGenerator<ReadRecord> {
  const { span = {}, order = 'forward', onEndOfChain = () => {}, onTrouble = () => {} } = options;
  const chains = options.chains ?? (await listChains(directory, options.isWanted));
  const budget = createBlockBudget();
  const reading: CursorOptions = {
    directory,
    span: withSlack(span),
    blockBytes: () => budget.size(),
    onTrouble,
  };
  const open = (files: ChainFiles, how: CursorOptions): Promise<Cursor> | Cursor =>
    order === 'forward' ? createForwardCursor(how, files) : createBackwardCursor(how, files);
  const isEarlier = (a: Turn, b: Turn): boolean => compare(a, b) < 0;
  const turns = createHeap<Turn>(order === 'forward' ? isEarlier : (a, b) => isEarlier(b, a));

  const peeking = { ...reading, blockBytes: () => PEEK_BYTES, onTrouble: () => {} };
  const firsts = await mapInParallel(chains, async (files) => (await open(files, peeking)).next());
  for (const [index, first] of firsts.entries()) {
    const files = chains[index]!;
    // Without a record it has nothing to say but its troubles: they come first.
    turns.push(first ? toTurn(files, first.record) : { files, time: '', seq: 0 });
  }

  const isNext = (record: AuditRecord): boolean => isWithin(span, record.time);
  for (let turn = turns.pop(); turn !== undefined; turn = turns.pop()) {
    const { files } = turn;
    let cursor = turn.reading?.cursor;
    let current = turn.reading?.next;
    if (cursor === undefined) {
      budget.enter();
      cursor = await open(files, reading);
      current = await cursor.next();
    }
    if (current !== undefined && isNext(current.record)) yield current;
    const next = current && (await cursor.next());
    if (next === undefined) {
      budget.leave();
      onEndOfChain(files.chain);
    } else turns.push({ ...toTurn(files, next.record), reading: { cursor, next } });
  }
}

function toTurn(files: ChainFiles, { time, seq }: AuditRecord): Turn {
  return { files, time, seq };
}

function compare(a: Turn, b: Turn): number {
  return compareText(a.time, b.time) || compareText(a.files.chain, b.files.chain) || Math.sign(a.seq - b.seq);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
