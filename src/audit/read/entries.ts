import type { AuditRecord } from '../record.ts';
import { beginsCall, toCall } from './call.ts';
import type { ReadRecord } from './cursor.ts';
import { createFilter, subjectOfEntry, type Criteria } from './filter.ts';
import { createJoiner, type Entry } from './join-calls.ts';
import { readDirectory, type ReadOptions } from './read-directory.ts';
import { isWithin, withSlack, type Span } from './span.ts';

/** What is read of a directory, and of that, what is wanted. */
export interface EntryOptions extends Pick<ReadOptions, 'span' | 'isWanted' | 'onTrouble'> {
  readonly criteria?: Criteria;
  /** Called for every entry of the span, before the criteria are asked. */
  readonly onEntry?: (entry: Entry) => void;
}

/**
 * The calls and the other entries of a record that have what the criteria ask for, in the order in which they began.
 *
 * A call belongs to the span in which it began; its outcome may come later. Memory is bounded.
 *
 * @throws BailiwickError CONFIGURATION when there is no such directory.
 */
export async function* readEntries(
  directory: string,
  { criteria = {}, span = {}, onEntry, ...options }: EntryOptions = {},
): AsyncGenerator<Entry> {
  const isWanted = wantedIn(criteria, span, onEntry);
  const joiner = createJoiner('begin');
  let ended: Entry[] = [];
  const reads = readDirectory(directory, {
    ...options,
    span: { ...span, ...untilOutcome(span) },
    onEndOfChain: (chain) => ended.push(...joiner.end(chain)),
  });
  for await (const read of reads) {
    const ready = [...ended.splice(0), ...joiner.take(read)];
    yield* ready.filter(isWanted);
  }
  yield* [...ended, ...joiner.end()].filter(isWanted);
}

/**
 * The last entries of a record that have what the criteria ask for, in the order in which they began, and the calls
 * among them that have no outcome. Reads from the end: what is older is not looked at.
 *
 * @throws BailiwickError CONFIGURATION when there is no such directory.
 */
export async function readLastEntries(
  directory: string,
  count: number,
  { criteria = {}, span = {}, ...options }: EntryOptions & Pick<ReadOptions, 'chains'> = {},
): Promise<{ entries: Entry[]; open: ReadRecord[] }> {
  const isWanted = wantedIn(criteria, span);
  const outcomes = new Map<string, AuditRecord>();
  const entries: Entry[] = [];
  const open: ReadRecord[] = [];
  if (count === 0) return { entries, open };
  const reads = readDirectory(directory, {
    ...options,
    span: { ...span, ...untilOutcome(span) },
    order: 'backward',
  });
  for await (const read of reads) {
    const { record } = read;
    const key = `${record.chain} ${record.call}`;
    if (record.type === 'call.outcome') {
      outcomes.set(key, record);
      // Far more than calls are ever under way: their intents are lost.
      if (outcomes.size > MAX_OUTCOMES) outcomes.delete(outcomes.keys().next().value!);
      continue;
    }
    const outcome = outcomes.get(key);
    outcomes.delete(key);
    const entry: Entry = beginsCall(record)
      ? { kind: 'call', call: toCall(record, outcome) }
      : { kind: 'event', record };
    if (!isWanted(entry)) continue;
    entries.push(entry);
    if (record.type === 'call.intent' && outcome === undefined) open.push(read);
    if (entries.length === count) break;
  }
  return { entries: entries.toReversed(), open: open.toReversed() };
}

const MAX_OUTCOMES = 100_000;

/** When it began. */
function timeOf(entry: Entry): string {
  return entry.kind === 'call' ? entry.call.time : entry.record.time;
}

function wantedIn(
  criteria: Criteria,
  span: Span,
  onEntry?: (entry: Entry) => void,
): (entry: Entry) => boolean {
  const matches = createFilter(criteria);
  return (entry) => {
    if (!isWithin(span, timeOf(entry))) return false;
    onEntry?.(entry);
    return matches(subjectOfEntry(entry));
  };
}

/** An outcome may come after the span in which its call began. */
function untilOutcome(span: Span): Pick<Span, 'until'> {
  const { until } = withSlack(span);
  return until === undefined ? {} : { until };
}
