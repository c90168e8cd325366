import type { AuditRecord } from '../record.ts';
import { messageOf } from '../../errors.ts';

/** A record on its way to a sink. `chain` and `seq` name it for ever: who gets it twice knows it by them. */
export interface SentRecord {
  readonly chain: string;
  readonly seq: number;
  /** The record's line as it stands in the chain file, without its line feed: what the hash is computed of. */
  readonly line: string;
  /**
   * The line, parsed. Only `chain`, `seq`, `type`, `time` and `hash` are sure to have the type that is declared: somebody
   * may have changed the file, and that is for verification to find.
   */
  readonly record: AuditRecord;
}

/** A place outside this machine that takes records. */
export interface Sink {
  /**
   * Resolves when all of the records, in this order, are where they belong. They may have been delivered before.
   *
   * @throws SinkFault what is to be done now; any other error counts as one to be tried again.
   */
  deliver(records: readonly SentRecord[], signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/**
 * Why a sink did not take a batch, none of it as far as is known.
 *
 * - `retry`: the sink cannot take anything now, or its configuration is wrong. The same batch is sent again later.
 * - `refused`: something in this batch is not to its liking.
 * - `too-large`: the batch has too many records, or too many bytes.
 */
export class SinkFault extends Error {
  readonly kind: 'retry' | 'refused' | 'too-large';
  /** The sink said how long it is to be left alone. */
  readonly retryAfterMs: number | undefined;
  /** It was thrown by something else than a sink: `cause` says where. */
  readonly isUnforeseen: boolean;

  constructor(
    kind: SinkFault['kind'],
    message: string,
    options: { cause?: unknown; retryAfterMs?: number | undefined; isUnforeseen?: boolean } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SinkFault';
    this.kind = kind;
    this.retryAfterMs = options.retryAfterMs;
    this.isUnforeseen = options.isUnforeseen ?? false;
  }
}

export function toSinkFault(error: unknown): SinkFault {
  if (error instanceof SinkFault) return error;
  const message = messageOf(error);
  return new SinkFault('retry', message, { cause: error, isUnforeseen: true });
}
