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
  /** Told the head of each checkpoint, signed, once the checkpoint is on disk. Must not throw. */
  readonly onHead?: (head: SignedHead) => void;
  /** Calls back after so many milliseconds, unless cancelled by the function it returns. */
  readonly schedule?: (callback: () => void, milliseconds: number) => () => void;
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
  make(head: Head & { readonly time: string }, key?: SigningKey): PreparedEntry;
  /** The head that a checkpoint itself became: kept elsewhere, it leaves no record of the chain unconfirmed. */
  sign(head: Head & { readonly time: string }, key?: SigningKey): SignedHead;
  /** The chain stands at `seq` now; `checkpoint` is the newest that was written on the way, if any. */
  written(seq: number, checkpoint: SignedHead | undefined): void;
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
      return prepareEntry({ type: 'checkpoint', detail });
    },
    sign: (head, signer = key) => signHead(signer, { chain, ...head }),
    written(seq, checkpoint) {
      if (checkpoint) {
        last = checkpoint.seq;
        isTime = false;
        cancel?.();
        cancel = undefined;
        onHead?.(checkpoint);
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
