import type { Logger } from '../../telemetry/logger.ts';
import type { RecordEntry } from '../record.ts';
import type { RecordWriter } from '../writer.ts';

export interface SearchFoldOptions {
  readonly writer: RecordWriter;
  readonly now: () => number;
  readonly logger: Logger;
  /** Searches of one principal that are recorded one by one in each minute. */
  readonly perMinute?: number;
  /** Principals that are told apart in one minute. */
  readonly maxPrincipals?: number;
  /** Calls back after so many milliseconds, unless cancelled by the function it returns. */
  readonly schedule?: (callback: () => void, milliseconds: number) => () => void;
}

/** The searches of one principal in one minute. */
interface Fold {
  /** Absent: of principals that are not told apart. */
  readonly shared: Pick<RecordEntry, 'principal' | 'via'>;
  searches: number;
  folded: number;
  first: number;
  last: number;
}

const MINUTE_MS = 60_000;

/** True for the record of a search: see `recordFinding`. */
function isSearch({ type, detail }: RecordEntry): boolean {
  return type === 'list' && detail?.['list'] === 'found';
}

/**
 * A writer that keeps a flood of searches, which no limit of a policy holds up, from filling the disk: every other entry passes
 * unchanged.
 *
 * Those of one principal beyond `perMinute` are counted instead, and become one record for each principal and minute with
 * `detail: { list: 'found', folded, first, last }`. While the record cannot be written they are refused as the others are. Folded
 * records are appended when their minute is over, and on close.
 */
export function foldSearches(options: SearchFoldOptions): RecordWriter {
  const { writer, now, logger } = options;
  const { perMinute = 120, maxPrincipals = 10_000, schedule = scheduleTimer } = options;
  const folds = new Map<string, Fold>();
  let minute = 0;
  let isFailing = false;
  let cancel: (() => void) | undefined;

  async function record(entry: RecordEntry, durability: { durable: boolean }): Promise<void> {
    try {
      await writer.append(entry, durability);
      isFailing = false;
    } catch (error) {
      isFailing = true;
      throw error;
    }
  }

  function foldOf({ principal, via }: RecordEntry): Fold {
    const key = JSON.stringify([principal?.issuer, principal?.subject]);
    const known = folds.get(key) ?? folds.get(folds.size < maxPrincipals ? key : OTHERS);
    if (known) return known;
    const isBeyond = folds.size >= maxPrincipals;
    const shared = { ...(principal && { principal }), ...(via && { via: { face: via.face } }) };
    const fold: Fold = { shared: isBeyond ? {} : shared, searches: 0, folded: 0, first: 0, last: 0 };
    folds.set(isBeyond ? OTHERS : key, fold);
    return fold;
  }

  async function append(entry: RecordEntry, durability: { durable: boolean }): Promise<void> {
    if (!isSearch(entry)) return record(entry, durability);
    const time = now();
    if (Math.floor(time / MINUTE_MS) !== minute) {
      writeFolded();
      minute = Math.floor(time / MINUTE_MS);
    }
    const fold = foldOf(entry);
    fold.searches += 1;
    if (fold.searches <= perMinute || isFailing) return record(entry, durability);
    if (fold.folded === 0) fold.first = time;
    fold.folded += 1;
    fold.last = time;
    cancel ??= schedule(writeFolded, MINUTE_MS - (time % MINUTE_MS));
  }

  /** Appends a record for every fold of the minute, and forgets the minute. */
  function writeFolded(): void {
    cancel?.();
    cancel = undefined;
    const ended = [...folds.values()].filter(({ folded }) => folded > 0);
    folds.clear();
    for (const fold of ended) {
      record(toEntry(fold), { durable: false }).catch((error: unknown) => {
        logger.error({ err: error, count: fold.folded }, 'folded searches could not be recorded');
      });
    }
  }

  return {
    append,
    head: () => writer.head(),
    close: () => {
      writeFolded();
      return writer.close();
    },
  };
}

/** The key of the fold that is shared by principals beyond the bound. */
const OTHERS = 'others';

function toEntry({ shared, folded, first, last }: Fold): RecordEntry {
  return {
    type: 'list',
    ...shared,
    detail: {
      list: 'found',
      folded,
      first: new Date(first).toISOString(),
      last: new Date(last).toISOString(),
      ...(shared.principal === undefined && { others: true }),
    },
  };
}

function scheduleTimer(callback: () => void, milliseconds: number): () => void {
  const timer = setTimeout(callback, milliseconds).unref();
  return () => clearTimeout(timer);
}
