import { EMPTY_HEAD, prepareEntry } from './chain.ts';
import type { Head, PreparedEntry } from './chain.ts';
import type { DatedHead, SignedHead } from './signed-head.ts';
import { signHead } from './signed-head.ts';
import type { SigningKey } from './signing-key.ts';

/** How a chain signs where it stands. */
export interface SigningOptions {
  /** Signs, until another one is handed to the writer. */
  readonly key: SigningKey;
  /** A checkpoint follows at the latest after so many records. */
  readonly everyRecords?: number;
  /** … and, where there is a record since the last one, after so many milliseconds. */
  readonly everyMs?: number;
  /** Heads of chains that were there before this one: the first checkpoint names them. */
  readonly previous?: readonly DatedHead[];
  /** Told each head that was signed, once its checkpoint is on disk. Must not throw. */
  readonly onHead?: (head: SignedHead) => void;
  /** Calls back after so many milliseconds, unless cancelled by the function it returns. */
  readonly schedule?: (callback: () => void, milliseconds: number) => () => void;
}

/** A checkpoint on its way into a chain. */
export interface Checkpoint {
  readonly prepared: PreparedEntry;
  readonly signed: SignedHead;
}

/** When a chain is signed, and the records that say so. */
export interface Checkpoints {
  /** True when a checkpoint is to follow the record `seq`. */
  isDueAfter(seq: number): boolean;
  /** Makes a checkpoint due at once, where there is a record since the last one. */
  demand(): void;
  /** True when the record `seq` is a checkpoint, or the chain has none yet. */
  isSignedAt(seq: number): boolean;
  /** Signs the record that the checkpoint will follow. */
  make(head: Head & { readonly time: string }, key?: SigningKey): Checkpoint;
  /** The chain stands at `seq` now; `signed` are the heads of the checkpoints that were written on the way. */
  written(seq: number, signed: readonly SignedHead[]): void;
  /** From here on another key signs. */
  use(key: SigningKey): void;
  key(): SigningKey;
  stop(): void;
}

/** `onTime` is called when a checkpoint has become due while nothing is being written. */
export function createCheckpoints(chain: string, options: SigningOptions, onTime: () => void): Checkpoints {
  const { everyRecords = 1000, everyMs = 10_000, previous = [], onHead, schedule = scheduleTimer } = options;
  let { key } = options;
  /** The last record that is a checkpoint; -1: not even the first one is written. */
  let last = -1;
  let isTime = true;
  let cancel: (() => void) | undefined;

  function onTimer(): void {
    cancel = undefined;
    isTime = true;
    onTime();
  }

  return {
    isDueAfter: (seq) => seq > last && (isTime || seq - last >= everyRecords),
    demand: () => void (isTime = true),
    isSignedAt: (seq) => seq <= last,
    make(head, signer = key) {
      const signed = signHead(signer, { chain, ...head });
      const { seq, hash, time, signature, publicKey } = signed;
      const detail = {
        head: { seq, hash, time },
        key: signed.key,
        publicKey,
        signature,
        ...(seq === EMPTY_HEAD.seq && previous.length > 0 && { previous }),
      };
      return { prepared: prepareEntry({ type: 'checkpoint', detail }), signed };
    },
    written(seq, signed) {
      const newest = signed.at(-1);
      if (newest) {
        // The checkpoint is the record after the one it signs.
        last = newest.seq + 1;
        isTime = false;
        cancel?.();
        cancel = undefined;
        onHead?.(newest);
      }
      if (seq > last && !isTime) cancel ??= schedule(onTimer, everyMs);
    },
    use: (next) => (key = next),
    key: () => key,
    stop: () => cancel?.(),
  };
}

function scheduleTimer(callback: () => void, milliseconds: number): () => void {
  const timer = setTimeout(callback, milliseconds).unref();
  return () => clearTimeout(timer);
}
