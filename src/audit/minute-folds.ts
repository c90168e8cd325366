import type { Logger } from '../telemetry/logger.ts';
import type { RecordEntry } from './record.ts';

/** Calls back after so many milliseconds, unless cancelled by the function it returns. */
export type Schedule = (callback: () => void, milliseconds: number) => () => void;

/** The entries of one caller in one minute, of which some become one record. */
export interface Fold {
  /** The members that all of them share; none where callers are not told apart. */
  readonly shared: Pick<RecordEntry, 'principal' | 'via'>;
  /** Of callers beyond the bound of those that are told apart. */
  readonly isOthers: boolean;
  /** Of the minute so far, those recorded one by one included. */
  entries: number;
  folded: number;
  /** Times of the folded ones, in milliseconds since the epoch. */
  first: number;
  last: number;
}

export interface MinuteFoldsOptions<One extends Fold> {
  /** Bounds of the callers that are told apart, by kind of caller. */
  readonly most: Readonly<Record<string, number>>;
  readonly make: (fold: Fold) => One;
  readonly toEntry: (fold: One) => RecordEntry;
  readonly append: (entry: RecordEntry) => Promise<void>;
  /** What is folded, for the log. */
  readonly what: string;
  readonly now: () => number;
  readonly logger: Logger;
  readonly schedule?: Schedule | undefined;
}

/** Counts what callers do within a minute, and makes one record of what is not recorded one by one. */
export interface MinuteFolds<One extends Fold> {
  /** The fold of a caller in this minute, one more entry counted. */
  of(kind: string, key: string, shared: Fold['shared']): One;
  /** The entry that was counted last is not recorded itself. */
  fold(one: One): void;
  /** Appends a record for every fold, and forgets the minute. By itself when a minute is over; to be called on close. */
  end(): void;
}

const MINUTE_MS = 60_000;

/** The key of the fold that is shared by callers beyond the bound. */
const OTHERS = '\u0000others';

export function createMinuteFolds<One extends Fold>(options: MinuteFoldsOptions<One>): MinuteFolds<One> {
  const { most, make, toEntry, append, what, now, logger, schedule = scheduleTimer } = options;
  const kinds = new Map(Object.keys(most).map((kind) => [kind, new Map<string, One>()]));
  let minute = 0;
  let cancel: (() => void) | undefined;

  function end(): void {
    cancel?.();
    cancel = undefined;
    const ended = [...kinds.values()].flatMap((folds) => [...folds.values()]);
    for (const folds of kinds.values()) folds.clear();
    for (const one of ended) {
      if (one.folded === 0) continue;
      append(toEntry(one)).catch((error: unknown) => {
        logger.error({ err: error, count: one.folded }, `folded ${what} could not be recorded`);
      });
    }
  }

  function find(kind: string, key: string, shared: Fold['shared']): One {
    const folds = kinds.get(kind)!;
    const isOthers = !folds.has(key) && folds.size >= most[kind]!;
    const place = isOthers ? OTHERS : key;
    const known = folds.get(place);
    if (known !== undefined) return known;
    const one = make({ shared: isOthers ? {} : shared, isOthers, entries: 0, folded: 0, first: 0, last: 0 });
    folds.set(place, one);
    return one;
  }

  return {
    of(kind, key, shared) {
      const current = Math.floor(now() / MINUTE_MS);
      if (current !== minute) end();
      minute = current;
      const one = find(kind, key, shared);
      one.entries += 1;
      return one;
    },
    fold(one) {
      const time = now();
      if (one.folded === 0) one.first = time;
      one.folded += 1;
      one.last = time;
      cancel ??= schedule(end, MINUTE_MS - (time % MINUTE_MS));
    },
    end,
  };
}

/** Tells callers apart that are principals. */
export function principalOf({ principal }: RecordEntry): string {
  return JSON.stringify([principal?.issuer, principal?.subject]);
}

/** What all entries of a principal share. */
export function sharedByPrincipal({ principal, via }: RecordEntry): Fold['shared'] {
  return { ...(principal && { principal }), ...(via && { via: { face: via.face } }) };
}

/** When the folded ones came, as a record says it. */
export function spanOf({ first, last }: Fold): { first: string; last: string } {
  return { first: new Date(first).toISOString(), last: new Date(last).toISOString() };
}

function scheduleTimer(callback: () => void, milliseconds: number): () => void {
  const timer = setTimeout(callback, milliseconds).unref();
  return () => clearTimeout(timer);
}
