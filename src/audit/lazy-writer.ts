import { EMPTY_HEAD } from './chain.ts';
import type { RecordWriter } from './writer.ts';

/** A writer whose chain is begun by its first record: who only looks leaves no chain behind. */
export function createLazyWriter(open: () => Promise<RecordWriter>): RecordWriter {
  let opening: Promise<RecordWriter> | undefined;
  let opened: RecordWriter | undefined;
  return {
    async append(entry, options) {
      opened = await (opening ??= open());
      return opened.append(entry, options);
    },
    head: () => opened?.head() ?? EMPTY_HEAD,
    async close() {
      await (await opening)?.close();
    },
  };
}
