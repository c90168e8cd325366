import type { Batch } from './gather.ts';
import type { ReadRecord } from './read-chain.ts';
import { toSinkFault, type Sink, type SinkFault } from './sink.ts';

export interface DeliverDeps {
  readonly sink: Sink;
  readonly signal: AbortSignal;
  /** These records were taken. */
  readonly onTaken: (records: readonly ReadRecord[]) => Promise<void>;
  /**
   * The sink refuses this one record for itself. Resolves when it was put aside, to a fault where the others have to wait.
   *
   * @throws SinkFault where nothing may go past it.
   */
  readonly onRefused: (record: ReadRecord, fault: SinkFault) => Promise<SinkFault | undefined>;
}

/**
 * Sends a batch, in order. What is refused is halved until the one record is found that the sink refuses for itself.
 *
 * Undefined: every record is settled. Otherwise why the rest, which is what `batch.records` then holds, is not.
 */
export async function deliver(batch: Batch, deps: DeliverDeps): Promise<SinkFault | undefined> {
  const { sink, signal, onTaken, onRefused } = deps;
  let size = batch.records.length;
  /** More were too many already. */
  let most = size;
  while (batch.records.length > 0) {
    size = Math.min(size, batch.records.length);
    const part = batch.records.slice(0, size);
    let wait: SinkFault | undefined;
    try {
      // oxlint-disable-next-line no-await-in-loop -- in order
      const fault = await attempt(part);
      if (fault !== undefined && size > 1) {
        size = Math.ceil(size / 2);
        if (fault.kind === 'too-large') most = size;
        continue;
      }
      // oxlint-disable-next-line no-await-in-loop -- in order
      if (fault === undefined) await onTaken(part);
      // oxlint-disable-next-line no-await-in-loop -- in order
      else wait = await onRefused(part[0]!, fault);
    } catch (error) {
      return toSinkFault(error);
    }
    batch.records = batch.records.slice(size);
    if (wait !== undefined) return wait;
    // It was the one record, then, and not how many there were.
    if (size === 1) most = batch.records.length;
    // What lies behind a bad record is most likely good: twice as much at a time, back to the whole.
    size = Math.min(size * 2, most);
  }
  return undefined;

  /** Resolves to the fault where it is about the records. */
  async function attempt(records: readonly ReadRecord[]): Promise<SinkFault | undefined> {
    try {
      await sink.deliver(records, signal);
      return undefined;
    } catch (error) {
      const fault = toSinkFault(error);
      if (fault.kind === 'retry') throw fault;
      return fault;
    }
  }
}
