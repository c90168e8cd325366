/** A model that embeds texts, wherever it runs. */
export interface EmbeddingProvider {
  /**
   * A vector for each text, in order, of length 1 and all of the same number of dimensions.
   *
   * @throws EmbeddingFault
   */
  embed(texts: readonly string[], signal: AbortSignal): Promise<Embedded>;
  close(): Promise<void>;
}

export interface Embedded {
  readonly vectors: readonly Float32Array[];
  /** What the endpoint says which model it was. */
  readonly model?: string | undefined;
}

/**
 * Why texts were not embedded.
 *
 * - `retry`: not now: no answer, an overloaded endpoint, or one that answers wrongly; also wrong settings, which are mended.
 * - `refused`: something in these texts is not to its liking.
 * - `too-large`: too many texts, or too long ones.
 */
export class EmbeddingFault extends Error {
  readonly kind: 'retry' | 'refused' | 'too-large';
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: EmbeddingFault['kind'],
    message: string,
    options: { cause?: unknown; retryAfterMs?: number | undefined } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'EmbeddingFault';
    this.kind = kind;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Anything thrown, as a fault. */
export function toEmbeddingFault(error: unknown): EmbeddingFault {
  if (error instanceof EmbeddingFault) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new EmbeddingFault('retry', message, { cause: error });
}
