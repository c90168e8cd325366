import type { Writable } from 'node:stream';
import { SinkFault, type Sink } from './sink.ts';

/** Writes each record's line to a stream, and waits until the stream has taken it. */
export function createStdoutSink(stream: Writable): Sink {
  // Whoever reads may go away. That is told by each write, and must not end the process.
  stream.on('error', ignore);
  return {
    async deliver(records, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const abort = (): void => reject(new SinkFault('retry', 'nobody reads standard output'));
      signal.addEventListener('abort', abort, { once: true });
      stream.write(records.map(({ line }) => `${line}\n`).join(''), (error) =>
        error ? reject(error) : resolve(),
      );
      try {
        await promise;
      } finally {
        signal.removeEventListener('abort', abort);
      }
    },
    close: () => {
      // What is written last may still fail.
      setImmediate(() => stream.off('error', ignore));
      return Promise.resolve();
    },
  };
}

function ignore(): void {}
