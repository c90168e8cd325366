import type { RecordWriter } from './writer.ts';

/** A writer that tells when it has taken an entry. `wake` is called often, and must be cheap. */
export function createWakingWriter(writer: RecordWriter, wake: () => void): RecordWriter {
  return {
    ...writer,
    async append(entry, options) {
      await writer.append(entry, options);
      wake();
    },
  };
}
