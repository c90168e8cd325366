import type { AuditRecord } from '../record.ts';
import { toCall, type Call } from './call.ts';
import type { ReadRecord } from './cursor.ts';
import { createOpenIntents } from './open-intents.ts';

/** A call, or a record of something else; an outcome whose intent is not known counts as such. */
export type Entry =
  | { readonly kind: 'call'; readonly call: Call }
  | { readonly kind: 'event'; readonly record: AuditRecord };

/** Puts outcomes to their intents. */
export interface Joiner {
  /** Takes the next record in the order of time, and gives the entries whose turn has come with it. */
  take(read: ReadRecord): Entry[];
  /** Gives the calls that a chain, or the whole record, ends without an outcome for. */
  end(chain?: string): Entry[];
  /** The chains with calls that have no outcome so far. */
  waiting(): string[];
}

/** A place in the order of entries. */
interface Waiting {
  readonly record: AuditRecord;
  readonly bytes: number;
  entry?: Entry;
}

/** What may be held back by a call that takes long, as bytes of lines. */
const MAX_HELD_BYTES = 16 * 1024 * 1024;

/**
 * `begin`: entries come in the order in which they began. A call that takes long holds back those behind it, up to a
 * bound; beyond it that call comes when it ends. `end`: each entry comes when it is complete, and holds back nothing.
 *
 * Memory is bounded: a call that waits for its outcome beyond any that are under way is given as `unknown`.
 */
export function createJoiner(order: 'begin' | 'end', maxHeldBytes = MAX_HELD_BYTES): Joiner {
  const limit = order === 'begin' ? maxHeldBytes : 0;
  const open = createOpenIntents<Waiting>();
  /** In the order of beginning. */
  const held = new Set<Waiting>();
  let heldBytes = 0;

  function hold(waiting: Waiting): void {
    held.add(waiting);
    heldBytes += waiting.bytes;
  }

  /** Gives it in its place, or at once where that is past. */
  function complete(waiting: Waiting, entry: Entry): Entry[] {
    waiting.entry = entry;
    return held.has(waiting) ? [] : [entry];
  }

  function release(): Entry[] {
    const ready: Entry[] = [];
    for (const waiting of held) {
      if (waiting.entry === undefined && heldBytes <= limit) break;
      held.delete(waiting);
      heldBytes -= waiting.bytes;
      if (waiting.entry !== undefined) ready.push(waiting.entry);
    }
    return ready;
  }

  const giveUp = (waiting: Waiting): Entry[] =>
    complete(waiting, { kind: 'call', call: toCall(waiting.record) });

  function accept(read: ReadRecord): Entry[] {
    const { record, text } = read;
    const waiting: Waiting = { record, bytes: text.length };
    if (record.type === 'call.intent') {
      const forgotten = open.add(read, waiting);
      hold(waiting);
      return forgotten.flatMap(giveUp);
    }
    const intent = record.type === 'call.outcome' ? open.close(record) : undefined;
    if (intent) return complete(intent, { kind: 'call', call: toCall(intent.record, record) });
    waiting.entry =
      record.type === 'call.refused' ? { kind: 'call', call: toCall(record) } : { kind: 'event', record };
    hold(waiting);
    return [];
  }

  return {
    take: (read) => [...accept(read), ...release()],
    end: (chain) => [...open.end(chain).flatMap(giveUp), ...release()],
    waiting: open.chains,
  };
}
