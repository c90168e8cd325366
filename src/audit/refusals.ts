import type { Logger } from '../telemetry/logger.ts';
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
  /** Calls back after so many milliseconds, unless cancelled by the function it returns. */
  readonly schedule?: (callback: () => void, milliseconds: number) => () => void;
}

/** Refusals that become one record. */
interface Fold {
  /** The members that all of them share. */
  readonly shared: Pick<RecordEntry, 'principal' | 'via'>;
  /** Of the minute so far, those recorded one by one included. */
  refusals: number;
  folded: number;
  first: number;
  last: number;
  readonly codes: Map<string, number>;
}

const MINUTE_MS = 60_000;

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
  const { writer, now, logger } = options;
  const { perMinute = 60, maxPrincipals = 10_000, maxAddresses = 256, schedule = scheduleTimer } = options;
  const principals = new Map<string, Fold>();
  const addresses = new Map<string, Fold>();
  let minute = 0;
  let cancel: (() => void) | undefined;

  async function append(entry: RecordEntry, durability: { durable: boolean }): Promise<void> {
    if (entry.type !== 'call.refused') return writer.append(entry, durability);
    const time = now();
    if (Math.floor(time / MINUTE_MS) !== minute) {
      writeFolded();
      minute = Math.floor(time / MINUTE_MS);
    }
    const fold = entry.principal ? foldOfPrincipal(entry) : foldOfAddress(entry);
    fold.refusals += 1;
    const isFirstOfOwn = entry.principal !== undefined && fold.shared.principal !== undefined;
    if (isFirstOfOwn && fold.refusals <= perMinute) return writer.append(entry, durability);
    if (fold.folded === 0) fold.first = time;
    fold.folded += 1;
    fold.last = time;
    countCode(fold.codes, entry);
    cancel ??= schedule(writeFolded, MINUTE_MS - (time % MINUTE_MS));
  }

  function foldOfPrincipal(entry: RecordEntry): Fold {
    const key = JSON.stringify([entry.principal?.issuer, entry.principal?.subject]);
    return foldOf(principals, key, maxPrincipals, {
      ...(entry.principal && { principal: entry.principal }),
      ...(entry.via && { via: { face: entry.via.face } }),
    });
  }

  function foldOfAddress(entry: RecordEntry): Fold {
    const { face = 'http', ip } = entry.via ?? {};
    return foldOf(addresses, ip ?? '', maxAddresses, { via: { face, ...(ip !== undefined && { ip }) } });
  }

  /** Appends a record for every fold of the minute, and forgets the minute. */
  function writeFolded(): void {
    cancel?.();
    cancel = undefined;
    const folds = [...principals.values(), ...addresses.values()];
    principals.clear();
    addresses.clear();
    for (const fold of folds) {
      if (fold.folded === 0) continue;
      writer.append(toEntry(fold), { durable: false }).catch((error: unknown) => {
        logger.error({ err: error, count: fold.folded }, 'folded refusals could not be recorded');
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

/** The key of the fold that is shared by callers beyond the bound. */
const OTHERS = '\u0000others';

function foldOf(folds: Map<string, Fold>, key: string, bound: number, shared: Fold['shared']): Fold {
  const known = folds.get(key);
  if (known !== undefined) return known;
  const isBeyond = folds.size >= bound;
  if (isBeyond && folds.has(OTHERS)) return folds.get(OTHERS)!;
  const fold: Fold = {
    shared: isBeyond ? {} : shared,
    refusals: 0,
    folded: 0,
    first: 0,
    last: 0,
    codes: new Map(),
  };
  folds.set(isBeyond ? OTHERS : key, fold);
  return fold;
}

function countCode(codes: Map<string, number>, entry: RecordEntry): void {
  const code = String(entry.result?.code ?? 'none');
  const counted = codes.has(code) || codes.size < MAX_CODES ? code : 'other';
  codes.set(counted, (codes.get(counted) ?? 0) + 1);
}

function toEntry(fold: Fold): RecordEntry {
  return {
    type: 'call.refused',
    ...fold.shared,
    result: { status: 'refused' },
    detail: {
      count: fold.folded,
      first: new Date(fold.first).toISOString(),
      last: new Date(fold.last).toISOString(),
      codes: Object.fromEntries(fold.codes),
      ...(fold.shared.principal === undefined && fold.shared.via === undefined && { others: true }),
    },
  };
}

function scheduleTimer(callback: () => void, milliseconds: number): () => void {
  const timer = setTimeout(callback, milliseconds).unref();
  return () => clearTimeout(timer);
}
