import { readEntries, type EntryOptions } from '../read/entries.ts';
import { isWithin, type Span } from '../read/span.ts';
import { createSearchFollower } from './follow.ts';
import { toSearch } from './search.ts';
import { createSearchSummary, type SearchSummary } from './summary.ts';

/** What `bailiwick find --url` says it is, so that its searches are told from those of agents. */
export const FIND_CLIENT = 'bailiwick-find';

export interface ReadSearchesOptions extends EntryOptions {
  readonly windowMs: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly onSearch: () => void;
}

/** The searches of a record, summed up, and when the first and the last were: empty where there are none. */
export interface ReadSearches {
  readonly summary: SearchSummary;
  readonly first: string;
  readonly last: string;
  /** Searches that people made at the command line, to look what is found: nothing follows from them. They are not summed up. */
  readonly byHand: number;
}

/**
 * Reads the searches of a span out of all chains of a directory, with the calls that came within the window, be it after the span.
 * Memory is bounded.
 *
 * @throws BailiwickError CONFIGURATION when there is no such directory.
 */
export async function readSearches(
  directory: string,
  { windowMs, now, onSearch, span = {}, ...options }: ReadSearchesOptions,
): Promise<ReadSearches> {
  const follower = createSearchFollower({ windowMs });
  const summary = createSearchSummary();
  const end = span.until === undefined ? Infinity : Date.parse(span.until) + windowMs;
  let [first, last] = ['', ''];
  let byHand = 0;
  for await (const entry of readEntries(directory, { ...options, span: { ...span, ...untilEnd(end) } })) {
    if (entry.kind === 'event') {
      const { record } = entry;
      // What comes after the span is read for the calls alone.
      if (!isWithin(span, record.time) || toSearch(record) === undefined) continue;
      if (record.via?.face === 'cli' || record.via?.clientName === FIND_CLIENT) {
        byHand += 1;
        continue;
      }
      onSearch();
      first ||= record.time;
      last = record.time;
    }
    for (const followed of follower.take(entry)) summary.add(followed);
  }
  for (const followed of follower.end(Math.min(now, end))) summary.add(followed);
  return { summary: summary.current(), first, last, byHand };
}

function untilEnd(end: number): Pick<Span, 'until'> {
  return end === Infinity ? {} : { until: new Date(Math.min(end, LAST_TIME)).toISOString() };
}

/** Records' years have four digits. */
const LAST_TIME = Date.UTC(9999, 11, 31);
