import type { Catalog } from '../catalog/catalog.ts';
import type { Contribution } from '../catalog/entries.ts';
import { toDocuments, type SearchDocument } from './document.ts';

/** Runs something later; the function that is answered calls it off. */
export type Schedule = (callback: () => void, milliseconds: number) => () => void;

/** What of a catalog was read, and what is still to be read. */
export interface Reading {
  /** Follows the catalog that is served from now on. Only compares: entries of sources that changed are read later. */
  follow(catalog: Catalog): void;
  /** What is followed next is read anew, whether it changed or not. */
  forget(): void;
  /** Reads all that is missing, now. */
  finish(): void;
  /** Reads in the background from now on, a few milliseconds at a time. */
  readAhead(): void;
  close(): void;
}

export interface ReadingOptions {
  /**
   * Takes what a source offers; undefined: the source is gone. In steps, each of which may come later than the one before; before the
   * last one another may begin for the same source, and then takes its place.
   */
  readonly take: (source: string, documents: readonly SearchDocument[] | undefined) => Iterator<unknown>;
  readonly schedule: Schedule;
  /** An entry could not be read, and is not found. */
  readonly onFault: (source: string, error: unknown) => void;
  /** Milliseconds, of any origin: measures how long a slice has taken. */
  readonly clock: () => number;
}

/** How long the background leaves the process to others at first: a process that starts, or a swap, has more urgent work. */
const FIRST_MS = 100;
const BETWEEN_MS = 5;
/** How long a slice may take, unless a single entry takes longer. */
const SLICE_MS = 5;
/** Entries that are read between two looks at the clock. */
const STEP = 4;

const LISTS = ['tools', 'resources', 'templates', 'prompts'] as const;

/** A source that is being read, or has gone. */
interface Pending {
  readonly contribution: Contribution | undefined;
  readonly documents: SearchDocument[];
  /** How many of its tools are in `documents`. */
  tools: number;
  /** Begun when it is read. */
  taking?: Iterator<unknown>;
}

/**
 * Reads the entries of a catalog as documents: when they are first needed, or in the background, and those of changed sources alone.
 * A source is unchanged while its tools, resources, templates and prompts are the same objects in the same order: a swap for another
 * reason (a reload, a source beside it, a review) costs a comparison of addresses.
 */
export function createReading({ take, onFault, schedule, clock }: ReadingOptions): Reading {
  /** What was followed last, by source; whether it was read or not. */
  let known = new Map<string, Contribution>();
  let isKnown = true;
  const pending = new Map<string, Pending>();
  let readsAhead = false;
  let isClosed = false;
  let cancel: (() => void) | undefined;

  /** What cannot be read of an entry costs that entry. */
  const read = (part: Contribution): SearchDocument[] => {
    try {
      return toDocuments(part);
    } catch (error) {
      const single = partsOf(part);
      if (single.length > 1) return single.flatMap(read);
      onFault(part.source, error);
      return [];
    }
  };

  /** One step of a source; true when there is no other. */
  const step = (source: string, one: Pending, size: number): boolean => {
    const { contribution, documents } = one;
    if (!one.taking && contribution) {
      const { tools } = contribution;
      const next = tools.slice(one.tools, one.tools + size);
      one.tools += next.length;
      const isLast = one.tools >= tools.length;
      const others = isLast ? {} : { resources: [], templates: [], prompts: [] };
      for (const document of read({ ...contribution, ...others, tools: next })) documents.push(document);
      if (!isLast) return false;
    }
    one.taking ??= take(source, contribution && documents);
    if (one.taking.next().done !== true) return false;
    pending.delete(source);
    return true;
  };

  const slice = (): void => {
    cancel = undefined;
    const end = clock() + SLICE_MS;
    for (const [source, one] of pending) {
      while (!step(source, one, STEP)) if (clock() >= end) return wake(BETWEEN_MS);
      if (clock() >= end) return wake(BETWEEN_MS);
    }
  };

  const wake = (milliseconds: number): void => {
    if (!readsAhead || isClosed || pending.size === 0) return;
    cancel ??= schedule(slice, milliseconds);
  };

  return {
    follow({ contributions }) {
      const next = new Map(contributions.map((one) => [one.source, one]));
      for (const source of known.keys()) {
        if (!next.has(source)) pending.set(source, { contribution: undefined, documents: [], tools: 0 });
      }
      for (const [source, contribution] of next) {
        const before = known.get(source);
        if (isKnown && before && hasSameEntries(before, contribution)) continue;
        pending.set(source, { contribution, documents: [], tools: 0 });
      }
      known = next;
      isKnown = true;
      wake(FIRST_MS);
    },
    forget() {
      isKnown = false;
    },
    finish() {
      for (const [source, one] of pending) {
        while (!step(source, one, Number.POSITIVE_INFINITY));
      }
    },
    readAhead() {
      readsAhead = true;
      wake(FIRST_MS);
    },
    close() {
      isClosed = true;
      cancel?.();
    },
  };
}

/** A contribution of its own for each entry. */
function partsOf(contribution: Contribution): Contribution[] {
  const none = { ...contribution, tools: [], resources: [], templates: [], prompts: [] };
  return LISTS.flatMap((list) => contribution[list].map((one) => ({ ...none, [list]: [one] })));
}

/** The same objects: what a compiler made anew may differ. */
function hasSameEntries(a: Contribution, b: Contribution): boolean {
  if (a === b) return true;
  return LISTS.every((list) => {
    const [before, after]: [readonly object[], readonly object[]] = [a[list], b[list]];
    return (
      before === after ||
      (before.length === after.length && before.every((one, index) => one === after[index]))
    );
  });
}
