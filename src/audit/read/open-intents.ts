import type { AuditRecord } from '../record.ts';
import type { ReadRecord } from './cursor.ts';

/** Intents whose outcome was not read yet. An outcome comes after its intent, in the same chain. */
export interface OpenIntents<Value> {
  /** Keeps what belongs to an intent. Gives what had to be forgotten for it, the oldest first. */
  add(intent: ReadRecord, value: Value): Value[];
  /** What belongs to the intent of an outcome; undefined where that is not known, or was closed before. */
  close(outcome: AuditRecord): Value | undefined;
  /** Forgets what is open, of one chain or of all, and gives it, the oldest first. */
  end(chain?: string): Value[];
  /** The chains that have any. */
  chains(): string[];
}

interface Kept<Value> {
  readonly value: Value;
  readonly bytes: number;
}

/** What may be open, as bytes of lines: far more calls than are ever under way. */
const MAX_OPEN_BYTES = 32 * 1024 * 1024;

/** Memory is bounded by `maxBytes` of lines; beyond it the oldest of a chain are forgotten. */
export function createOpenIntents<Value>(maxBytes = MAX_OPEN_BYTES): OpenIntents<Value> {
  const chains = new Map<string, Map<string, Kept<Value>>>();
  let openBytes = 0;

  function remove(calls: Map<string, Kept<Value>>, call: string): Kept<Value> | undefined {
    const kept = calls.get(call);
    calls.delete(call);
    openBytes -= kept?.bytes ?? 0;
    return kept;
  }

  function callsOf(chain: string): Map<string, Kept<Value>> {
    const known = chains.get(chain) ?? new Map<string, Kept<Value>>();
    chains.set(chain, known);
    return known;
  }

  return {
    add({ record, text }, value) {
      const calls = callsOf(record.chain);
      const call = record.call ?? `#${record.seq}`;
      // A call that begins twice is two calls; the first has no outcome.
      const forgotten = [remove(calls, call)];
      calls.set(call, { value, bytes: text.length });
      openBytes += text.length;
      while (openBytes > maxBytes && calls.size > 1) {
        const [oldest] = calls.keys();
        forgotten.push(remove(calls, oldest!));
      }
      return forgotten.flatMap((kept) => (kept === undefined ? [] : [kept.value]));
    },
    close({ chain, call = '' }) {
      const calls = chains.get(chain);
      return calls && remove(calls, call)?.value;
    },
    chains: () => [...chains].flatMap(([chain, calls]) => (calls.size > 0 ? [chain] : [])),
    end(chain) {
      const ended = chain === undefined ? [...chains.keys()] : [chain];
      return ended.flatMap((name) => {
        const kept = [...(chains.get(name)?.values() ?? [])];
        chains.delete(name);
        for (const { bytes } of kept) openBytes -= bytes;
        return kept.map(({ value }) => value);
      });
    },
  };
}
