import type { Access } from '../../catalog/tool.ts';
import { createAskedQuestions, type Asked } from './asked.ts';
import type { FollowedSearch } from './follow.ts';

/** What came of searches. Lists begin with the most. */
export interface SearchSummary {
  readonly searches: number;
  readonly led: {
    /** A call of something that was told. */
    readonly told: number;
    /** Calls of other things alone: they were found otherwise, or known before. */
    readonly otherwise: number;
    readonly nothing: number;
    /** Not known yet: the window is not over, and nothing was called so far. */
    readonly open: number;
  };
  /** Of those that led to what was told: how often its best place was the first, and one of the first five. */
  readonly ranks: { readonly first: number; readonly topFive: number };
  /** Searches that were told nothing. */
  readonly foundNothing: number;
  /** Searches beyond a bound in a minute: that they were made is known, not what for. */
  readonly folded: number;
  /** Searches whose questions the record does not hold. */
  readonly withoutQuestions: number;
  /** Questions after which nothing was called that they told. */
  readonly unanswered: readonly Asked[];
  /** What was called after a question that did not tell it: its hints miss these words. */
  readonly missing: readonly MissingHints[];
  /** What was told at least {@link OFTEN} times by searches whose windows are over, and never called after it. */
  readonly neverCalled: readonly NeverCalled[];
  readonly sources: readonly SourceSummary[];
  /** Questions and entries beyond what is told apart, left out of the lists. */
  readonly leftOut: number;
}

export interface MissingHints {
  /** `source/own`, with the kind in front where it is no tool. */
  readonly target: string;
  readonly access?: Access;
  readonly searches: number;
  readonly questions: readonly Asked[];
}

export interface NeverCalled {
  readonly target: string;
  /** Searches that told it. */
  readonly told: number;
  /** How often it was the first. */
  readonly first: number;
}

export interface SourceSummary {
  readonly source: string;
  /** Searches that told something of it. */
  readonly told: number;
  /** Searches that led to a call of something of it that they told. */
  readonly called: number;
  /** Searches that led to a call of something of it that they did not tell. */
  readonly otherwise: number;
}

/** Told so often and never called, an entry is worth a look. */
const OFTEN = 3;

/** Entries, and sources, that are told apart. */
const MOST_TARGETS = 20_000;

/** Sums up searches. Memory is bounded, however many there are. */
export function createSearchSummary(): { add(followed: FollowedSearch): void; current(): SearchSummary } {
  const led = { told: 0, otherwise: 0, nothing: 0, open: 0 };
  const ranks = { first: 0, topFive: 0 };
  const sums = { searches: 0, foundNothing: 0, folded: 0, withoutQuestions: 0 };
  const unanswered = createAskedQuestions();
  const targets = createCounts(() => ({ told: 0, first: 0, called: 0 }));
  const sources = createCounts(() => ({ told: 0, called: 0, otherwise: 0 }));
  const missing = createCounts(() => ({
    access: undefined as Access | undefined,
    searches: 0,
    questions: createAskedQuestions(MOST_OF_TARGET),
  }));

  function addLists({ search, calls, isOpen }: FollowedSearch): void {
    const told = new Map<string, number>();
    for (const entries of search.told)
      for (const [index, target] of entries.entries())
        told.set(target, Math.min(index, told.get(target) ?? index));
    for (const [target, place] of told) {
      // What may be called yet is not told in vain.
      const counts = isOpen ? undefined : targets.of(target);
      if (counts === undefined) continue;
      counts.told += 1;
      if (place === 0) counts.first += 1;
    }
    for (const { target, ranks: places } of calls) {
      const counts = places.some(isKnown) ? targets.of(target) : undefined;
      if (counts) counts.called += 1;
    }
    count('told', [...told.keys()]);
    count('called', calls.filter(wasTold).map(targetOf));
    count('otherwise', calls.filter((call) => !wasTold(call)).map(targetOf));
  }

  function count(member: 'told' | 'called' | 'otherwise', of: readonly string[]): void {
    for (const source of new Set(of.map(sourceOf))) {
      const counts = sources.of(source);
      if (counts) counts[member] += 1;
    }
  }

  /** Questions without an answer, and what was called instead. */
  function addQuestions({ search, calls, isOpen }: FollowedSearch): void {
    const { queries, told } = search;
    const open = (queries ?? []).filter((_, index) => !calls.some((call) => isKnown(call.ranks[index])));
    const otherwise = calls.filter((call) => !wasTold(call));
    for (const query of isOpen && otherwise.length === 0 ? [] : open)
      unanswered.add(query, { isEmpty: told[(queries ?? []).indexOf(query)]?.length === 0 });
    if (queries !== undefined && open.length === 0) return;
    for (const { target, access } of otherwise) {
      const counts = missing.of(target);
      if (counts === undefined) continue;
      counts.searches += 1;
      counts.access = access ?? counts.access;
      for (const query of open) counts.questions.add(query, { isEmpty: search.count === 0 });
    }
  }

  return {
    add(followed) {
      const { search, calls, isOpen } = followed;
      if (search.folded !== undefined) {
        sums.folded += search.folded;
        return;
      }
      sums.searches += 1;
      if (search.count === 0) sums.foundNothing += 1;
      if (search.queries === undefined) sums.withoutQuestions += 1;
      const best = Math.min(...calls.flatMap((call) => call.ranks.filter(isKnown)));
      if (best === 1) ranks.first += 1;
      if (best <= 5) ranks.topFive += 1;
      led[best < Infinity ? 'told' : calls.length > 0 ? 'otherwise' : isOpen ? 'open' : 'nothing'] += 1;
      addLists(followed);
      addQuestions(followed);
    },
    current: () => ({
      ...sums,
      led: { ...led },
      ranks: { ...ranks },
      unanswered: unanswered.current(),
      missing: missing
        .entries()
        .map(([target, { access, searches, questions }]) => ({
          target,
          ...(access && { access }),
          searches,
          questions: questions.current(),
        }))
        .toSorted((a, b) => b.searches - a.searches || compare(a.target, b.target)),
      neverCalled: targets
        .entries()
        .filter(([, { told, called }]) => told >= OFTEN && called === 0)
        .map(([target, { told, first }]) => ({ target, told, first }))
        .toSorted((a, b) => b.told - a.told || b.first - a.first || compare(a.target, b.target)),
      sources: sources
        .entries()
        .map(([source, counts]) => ({ source, ...counts }))
        .toSorted((a, b) => b.told - a.told || compare(a.source, b.source)),
      leftOut: unanswered.leftOut() + targets.leftOut() + missing.leftOut(),
    }),
  };
}

/** Questions that are told apart for one target. */
const MOST_OF_TARGET = 20;

/** Counts by name, up to a bound of names. */
function createCounts<Value>(make: () => Value) {
  const counts = new Map<string, Value>();
  let left = 0;
  return {
    /** Undefined beyond the bound. */
    of(name: string): Value | undefined {
      const known = counts.get(name);
      if (known !== undefined) return known;
      if (counts.size >= MOST_TARGETS) {
        left += 1;
        return undefined;
      }
      const made = make();
      counts.set(name, made);
      return made;
    },
    entries: () => [...counts],
    leftOut: () => left,
  };
}

/** `source` of `source/own` and of `resource source/uri`. */
function sourceOf(target: string): string {
  const before = target.slice(0, Math.max(0, target.indexOf('/')));
  return before.slice(before.indexOf(' ') + 1);
}

function targetOf({ target }: { readonly target: string }): string {
  return target;
}

function wasTold({ ranks }: { readonly ranks: readonly (number | undefined)[] }): boolean {
  return ranks.some(isKnown);
}

function isKnown(rank: number | undefined): rank is number {
  return rank !== undefined;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
