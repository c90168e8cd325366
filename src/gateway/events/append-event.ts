import type { RecordEntry } from '../../audit/record.ts';
import type { Logger } from '../../telemetry/logger.ts';

/**
 * Records what happened beside the calls: nobody waits for it, and nothing is refused for want of it. Resolves to false, and
 * the log says so, where it could not be recorded.
 */
export type AppendEvent = (entry: RecordEntry) => Promise<boolean>;

export function createEventAppender(deps: {
  readonly record: (entry: RecordEntry, options: { durable: boolean }) => Promise<void>;
  readonly logger: Logger;
}): AppendEvent {
  let isFailing = false;
  return async function appendEvent(entry) {
    try {
      await deps.record(entry, { durable: false });
      isFailing = false;
      return true;
    } catch (error) {
      // Once: whoever lists or signs in while the disk is full would otherwise fill the log.
      if (!isFailing) {
        deps.logger.error({ err: error, type: entry.type }, `a ${entry.type} record could not be written`);
      }
      isFailing = true;
      return false;
    }
  };
}
