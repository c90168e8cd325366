import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** Where many lines go. */
export interface Output {
  /** Resolves when more can be taken: a slow reader slows the reading, and fills no memory. */
  write(text: string): Promise<void>;
  /** Resolves when everything was handed over. */
  end(): Promise<void>;
}

const BATCH_CHARACTERS = 64 * 1024;

/** Lines in large pieces to a stream, which stays open. */
export function createOutput(stream: Writable): Output {
  let batch = '';

  async function flush(): Promise<void> {
    const text = batch;
    batch = '';
    if (text !== '' && !stream.write(text)) await once(stream, 'drain');
  }

  return {
    async write(text) {
      batch += text;
      if (batch.length >= BATCH_CHARACTERS) await flush();
    },
    end: flush,
  };
}
