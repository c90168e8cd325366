import { sealPrepared } from './chain.ts';
import type { Head, PreparedEntry } from './chain.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { SignedHead } from './signed-head.ts';
import type { SigningKey } from './signing-key.ts';

/** Where a chain stands, and since when. */
export interface DatedPosition extends Head {
  readonly time: string;
}

/** An entry that waits for its place in the chain. */
export interface BatchEntry {
  readonly prepared: PreparedEntry;
  readonly time: string;
  /** A checkpoint by the key before and one by this key follow; from then on this key signs. */
  readonly nextKey?: SigningKey;
}

/** Consecutive lines, ready to be written. */
export interface SealedBatch {
  readonly bytes: Buffer;
  readonly head: DatedPosition;
  /** The newest checkpoint among the lines, signed as a head. */
  readonly checkpoint: SignedHead | undefined;
  readonly key: SigningKey | undefined;
}

/** Gives entries their places after `head`, and adds the checkpoint that is due then, or that `isEnd` asks for. */
export function sealBatch(
  chain: string,
  head: DatedPosition,
  entries: readonly BatchEntry[],
  options: { readonly checkpoints: Checkpoints | undefined; readonly time: string; readonly isEnd?: boolean },
): SealedBatch {
  const { checkpoints, isEnd = false } = options;
  let signed: { readonly at: DatedPosition; readonly by: SigningKey | undefined } | undefined;
  let key = checkpoints?.key();
  let text = '';
  let last = head;

  function add(prepared: PreparedEntry, time: string): void {
    const seq = last.seq + 1;
    const { line, hash } = sealPrepared(prepared, { chain, seq, prev: last.hash, time });
    text += `${line}\n`;
    last = { seq, hash, time };
  }
  function sign(position: DatedPosition, time: string, signer = key): void {
    if (!checkpoints) return;
    add(checkpoints.make(position.seq === 0 ? { ...position, time } : position, signer), time);
    signed = { at: last, by: signer };
  }

  for (const { prepared, time, nextKey } of entries) {
    add(prepared, time);
    if (nextKey === undefined || checkpoints === undefined) continue;
    sign(last, time);
    key = nextKey;
    sign(last, time);
  }
  const isSigned = signed?.at.seq === last.seq;
  if (!isSigned && (isEnd || checkpoints?.isDueAfter(last.seq))) sign(last, options.time);
  const checkpoint = signed && checkpoints?.sign(signed.at, signed.by);
  return { bytes: Buffer.from(text, 'utf8'), head: last, checkpoint, key };
}
