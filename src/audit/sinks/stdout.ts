import type { Writable } from 'node:stream';
import { SinkFault, type Sink } from './sink.ts';

/** Writes each record's line to a stream, and waits until the stream has taken it. */
export function createStdoutSink(stream: Writable): Sink {
  /** Written, and not taken yet: written again it would be there twice. */
  let underWay: Promise<void> | undefined;

  function write(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      stream.write(text, (error) => (error ? reject(error) : resolve()));
    });
  }

  return {
    async deliver(records, signal) {
      if (underWay === undefined) {
        const text = records.map(({ line }) => `${line}\n`).join('');
        underWay = write(text).finally(() => (underWay = undefined));
        underWay.catch(() => {});
      }
      const { promise: aborted, reject } = Promise.withResolvers<never>();
      const abort = (): void => reject(new SinkFault('retry', 'nobody reads standard output'));
      signal.addEventListener('abort', abort, { once: true });
      try {
        await Promise.race([underWay, aborted]);
      } finally {
        signal.removeEventListener('abort', abort);
      }
    },
    close: () => Promise.resolve(),
  };
}
