import type { EventStore, JSONRPCMessage } from '@modelcontextprotocol/server';

/** What may be kept for clients that lost their stream. Sizes are about bytes of JSON. */
export interface EventLimits {
  /** Events of one session. */
  readonly events: number;
  readonly bytes: number;
  /** Of all sessions together. */
  readonly totalBytes: number;
}

/** What one session's clients were sent, so that a stream that broke can go on where it did (MCP 2025-11-25, "Resumability"). */
export interface SessionEvents extends EventStore {
  /** True where the rest of the stream that this event was on can still be sent. */
  canResume(eventId: string): boolean;
  /** Forgets everything: the session has ended. */
  close(): void;
}

interface StoredEvent {
  readonly number: number;
  readonly streamId: string;
  readonly message: JSONRPCMessage;
  readonly size: number;
  readonly session: Set<StoredEvent>;
  readonly forget: () => void;
}

/** A server has three things to bound: what one session keeps, how much of it, and what all keep. The oldest goes first. */
const DEFAULT_LIMITS: EventLimits = { events: 256, bytes: 1_048_576, totalBytes: 67_108_864 };

/** Between the stream and the number of an event in its id. */
const SEPARATOR = '/';

/** Event stores whose size is bounded together. */
export function createEventStores(limits: EventLimits = DEFAULT_LIMITS): { open(): SessionEvents } {
  /** Of all sessions, the oldest first. */
  const all = new Set<StoredEvent>();
  let totalBytes = 0;

  const remove = (event: StoredEvent): void => {
    if (!all.delete(event)) return;
    totalBytes -= event.size;
    event.session.delete(event);
    event.forget();
  };
  return { open: () => openStore({ all, limits, remove, grow: (size) => (totalBytes += size) }) };
}

interface Shared {
  readonly all: Set<StoredEvent>;
  readonly limits: EventLimits;
  readonly remove: (event: StoredEvent) => void;
  /** @returns the bytes of all sessions. */
  readonly grow: (size: number) => number;
}

function openStore({ all, limits, remove, grow }: Shared): SessionEvents {
  const own = new Set<StoredEvent>();
  let bytes = 0;
  let last = 0;
  let isClosed = false;

  const oldest = (events: Set<StoredEvent>): StoredEvent | undefined => events.values().next().value;
  const add = (streamId: string, message: JSONRPCMessage): void => {
    const size = roughSize(message, limits.bytes);
    const event: StoredEvent = {
      number: last,
      streamId,
      message,
      size,
      session: own,
      forget: () => (bytes -= size),
    };
    own.add(event);
    all.add(event);
    bytes += size;
    let total = grow(size);
    for (
      let first = oldest(own);
      first && (own.size > limits.events || bytes > limits.bytes);
      first = oldest(own)
    ) {
      total -= first.size;
      remove(first);
    }
    for (let first = oldest(all); first && total > limits.totalBytes; first = oldest(all)) {
      total -= first.size;
      remove(first);
    }
  };
  /** The stream of an event of this session, as far as anything of it is kept. */
  const find = (eventId: string): { streamId: string; number: number } | undefined => {
    const end = eventId.lastIndexOf(SEPARATOR);
    const [streamId, digits] = [eventId.slice(0, end), eventId.slice(end + 1)];
    if (end <= 0 || !/^[1-9]\d{0,15}$/.test(digits)) return undefined;
    const isKept = own.values().some((event) => event.streamId === streamId);
    const number = Number(digits);
    return isKept && number <= last ? { streamId, number } : undefined;
  };

  return {
    async storeEvent(streamId, message) {
      last += 1;
      if (!isClosed) add(streamId, message);
      return `${streamId}${SEPARATOR}${last}`;
    },
    async replayEventsAfter(eventId, { send }) {
      const from = find(eventId);
      if (!from) throw new Error('the event is not kept any more');
      // What is stored while this gives way to others is sent as well: a set is read to its end, wherever that is by then.
      for (const { number, streamId, message } of own) {
        if (streamId !== from.streamId || number <= from.number || isPriming(message)) continue;
        await send(`${streamId}${SEPARATOR}${number}`, message);
      }
      return from.streamId;
    },
    canResume: (eventId) => find(eventId) !== undefined,
    close() {
      isClosed = true;
      for (const event of own) remove(event);
    },
  };
}

/** The SDK stores the event that opens a stream as an empty message; it is nothing to repeat. */
function isPriming(message: JSONRPCMessage): boolean {
  return Object.keys(message).length === 0;
}

/** What an object or a member costs beside its texts. */
const OVERHEAD = 16;

/** About the bytes of a message as JSON, at less than the cost of writing it; no more than a little over `most`. */
function roughSize(message: unknown, most: number): number {
  const pending: unknown[] = [message];
  let size = 0;
  while (pending.length > 0 && size <= most) {
    const value = pending.pop();
    size += OVERHEAD;
    if (typeof value === 'string') size += value.length;
    else if (Array.isArray(value)) for (const item of value) pending.push(item);
    else if (typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value)) {
        size += name.length;
        pending.push(member);
      }
    }
  }
  return size;
}
