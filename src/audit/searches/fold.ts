import type { Logger } from '../../telemetry/logger.ts';
import {
  createMinuteFolds,
  principalOf,
  sharedByPrincipal,
  spanOf,
  type Fold,
  type Schedule,
} from '../minute-folds.ts';
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
  readonly schedule?: Schedule;
}

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
  const { writer, now, logger, schedule, perMinute = 120, maxPrincipals = 10_000 } = options;
  let isFailing = false;
  const folds = createMinuteFolds<Fold>({
    most: { principal: maxPrincipals },
    make: (fold) => fold,
    toEntry,
    append: (entry) => record(entry, { durable: false }),
    what: 'searches',
    now,
    logger,
    schedule,
  });

  async function record(entry: RecordEntry, durability: { durable: boolean }): Promise<void> {
    try {
      await writer.append(entry, durability);
      isFailing = false;
    } catch (error) {
      isFailing = true;
      throw error;
    }
  }

  return {
    async append(entry, durability) {
      if (!isSearch(entry)) return record(entry, durability);
      const fold = folds.of('principal', principalOf(entry), sharedByPrincipal(entry));
      if (fold.entries <= perMinute || isFailing) return record(entry, durability);
      folds.fold(fold);
    },
    head: () => writer.head(),
    close: () => {
      folds.end();
      return writer.close();
    },
  };
}

function toEntry(fold: Fold): RecordEntry {
  return {
    type: 'list',
    ...fold.shared,
    detail: {
      list: 'found',
      folded: fold.folded,
      ...spanOf(fold),
      ...(fold.isOthers && { others: true }),
    },
  };
}
