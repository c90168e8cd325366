import { orAborted } from '../../upstream/network/or-aborted.ts';
import type { Schedule } from '../reading.ts';
import { createBreaker } from './breaker.ts';
import { toEmbeddingFault, type Embedded, type EmbeddingFault, type EmbeddingProvider } from './provider.ts';

/** Vectors of what callers ask. */
export interface Questions {
  /**
   * The vector of a question, or undefined where there is none in time: never later than the deadline, or the signal.
   * Never rejects.
   */
  vectorOf(text: string, signal: AbortSignal): Promise<Float32Array | undefined>;
  /** Vectors of another model are of no use any more. */
  forget(): void;
  close(): void;
}

export interface QuestionsOptions {
  readonly provider: EmbeddingProvider;
  /** Whether an answer is of the space of the entries' vectors; throws for one that cannot count. */
  readonly fits: (embedded: Embedded) => boolean;
  readonly prefix: string;
  readonly timeoutMs: number;
  readonly schedule: Schedule;
  readonly clock: () => number;
  /** The endpoint is left alone from now on, or is asked again. */
  readonly onTrouble: (fault: EmbeddingFault) => void;
  readonly onRecovery: () => void;
}

/** Agents ask the same again, with a slip mended or another filter. */
const MAX_KEPT = 256;
/** Questions under way at once; more are answered by words. */
const MAX_ASKED = 16;

export function createQuestions(options: QuestionsOptions): Questions {
  const { provider, fits, prefix, timeoutMs, schedule, clock, onTrouble, onRecovery } = options;
  const breaker = createBreaker(clock);
  const kept = new Map<string, Float32Array>();
  const asked = new Map<string, Promise<Float32Array | undefined>>();
  const closing = new AbortController();
  let generation = 0;

  const embed = async (text: string): Promise<Float32Array | undefined> => {
    const late = new AbortController();
    const cancel = schedule(() => late.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const began = generation;
    try {
      const signal = AbortSignal.any([late.signal, closing.signal]);
      const embedded = await orAborted(provider.embed([prefix + text], signal), signal);
      const isFit = fits(embedded);
      if (breaker.succeeded()) onRecovery();
      const [vector] = embedded.vectors;
      if (!isFit || !vector || began !== generation) return undefined;
      kept.set(text, vector);
      if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value ?? '');
      return vector;
    } catch (error) {
      if (closing.signal.aborted) breaker.abandoned();
      else if (breaker.failed()) onTrouble(toEmbeddingFault(error));
      return undefined;
    } finally {
      cancel();
    }
  };

  return {
    async vectorOf(text, signal) {
      const known = kept.get(text);
      if (known) {
        kept.delete(text);
        kept.set(text, known);
        return known;
      }
      if (closing.signal.aborted || signal.aborted) return undefined;
      let asking = asked.get(text);
      if (!asking) {
        if (asked.size >= MAX_ASKED || !breaker.mayTry()) return undefined;
        asking = embed(text).finally(() => asked.delete(text));
        asked.set(text, asking);
      }
      // Others may wait for the same question: one who leaves ends it for nobody else.
      return orAborted(asking, signal).catch(() => undefined);
    },
    forget() {
      generation += 1;
      kept.clear();
    },
    close() {
      closing.abort();
    },
  };
}
