import type { Logger } from '../telemetry/logger.ts';
import {
  createMinuteFolds,
  principalOf,
  sharedByPrincipal,
  spanOf,
  type Fold,
  type Schedule,
} from './minute-folds.ts';
import type { RecordEntry } from './record.ts';
import type { RecordWriter } from './writer.ts';

export interface RefusalOptions {
  readonly writer: RecordWriter;
  readonly now: () => number;
  readonly logger: Logger;
  /** Refusals of one principal that are recorded one by one in each minute. */
  readonly perMinute?: number;
  /** Principals that are told apart in one minute. */
  readonly maxPrincipals?: number;
  /** Addresses without a principal that are told apart in one minute. */
  readonly maxAddresses?: number;
  readonly schedule?: Schedule;
}

/** Refusals that become one record. */
interface RefusalFold extends Fold {
  readonly codes: Map<string, number>;
}

/** Codes that one folded record tells apart; the vocabulary is smaller. */
const MAX_CODES = 50;

/**
 * A writer that keeps a flood of refusals from filling the disk: every other entry passes unchanged.
 *
 * Of `call.refused` entries, those without a principal (401s) and those of one principal beyond `perMinute` are counted
 * instead, and become one record for each caller and minute with `detail: { count, first, last, codes }`. A caller is a
 * principal, or the address of a request without one. What is told apart is bounded; callers beyond it share one record,
 * whose `detail.others` is true. Folded records are appended when their minute is over, and on close.
 */
export function foldRefusals(options: RefusalOptions): RecordWriter {
  const { writer, now, logger, schedule } = options;
  const { perMinute = 60, maxPrincipals = 10_000, maxAddresses = 256 } = options;
  const folds = createMinuteFolds<RefusalFold>({
    most: { principal: maxPrincipals, address: maxAddresses },
    make: (fold) => ({ ...fold, codes: new Map() }),
    toEntry,
    append: (entry) => writer.append(entry, { durable: false }),
    what: 'refusals',
    now,
    logger,
    schedule,
  });

  function foldOf(entry: RecordEntry): RefusalFold {
    if (entry.principal) return folds.of('principal', principalOf(entry), sharedByPrincipal(entry));
    const { face = 'http', ip } = entry.via ?? {};
    return folds.of('address', ip ?? '', { via: { face, ...(ip !== undefined && { ip }) } });
  }

  return {
    async append(entry, durability) {
      if (entry.type !== 'call.refused') return writer.append(entry, durability);
      const fold = foldOf(entry);
      const isOfOwn = entry.principal !== undefined && !fold.isOthers;
      if (isOfOwn && fold.entries <= perMinute) return writer.append(entry, durability);
      folds.fold(fold);
      countCode(fold.codes, entry);
    },
    head: () => writer.head(),
    close: () => {
      folds.end();
      return writer.close();
    },
  };
}

function countCode(codes: Map<string, number>, entry: RecordEntry): void {
  const code = String(entry.result?.code ?? 'none');
  const counted = codes.has(code) || codes.size < MAX_CODES ? code : 'other';
  codes.set(counted, (codes.get(counted) ?? 0) + 1);
}

function toEntry(fold: RefusalFold): RecordEntry {
  return {
    type: 'call.refused',
    ...fold.shared,
    result: { status: 'refused' },
    detail: {
      count: fold.folded,
      ...spanOf(fold),
      codes: Object.fromEntries(fold.codes),
      ...(fold.isOthers && { others: true }),
    },
  };
}
