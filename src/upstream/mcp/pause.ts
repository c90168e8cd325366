import { BailiwickError } from '../../errors.ts';

/** Waits between attempts: `initialMs`, doubled each time up to `maximumMs`, each shortened at random by up to a half. */
export interface Backoff {
  readonly initialMs: number;
  readonly maximumMs: number;
}

/** How long to wait after so many failures in a row, in milliseconds. `random` is in [0, 1). */
export function delayOf(backoff: Backoff, failures: number, random: () => number): number {
  const full = Math.min(backoff.maximumMs, backoff.initialMs * 2 ** Math.min(Math.max(failures - 1, 0), 30));
  return Math.ceil(full * (1 - random() / 2));
}

export interface PauseOptions {
  readonly source: string;
  readonly backoff: Backoff;
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** What is not tried again for a while, because it failed: the longer, the more often in a row. */
export interface Pause {
  /**
   * Begins to wait after this many failures in a row.
   *
   * @returns for how long, in milliseconds: as an upstream asks itself (`retryAfterMs`), but not beyond the longest wait
   */
  begin(fault: BailiwickError, failures: number): number;
  end(): void;
  /** Whether the wait is over, or none was begun. */
  isOver(): boolean;
  /** @throws BailiwickError `UPSTREAM_UNAVAILABLE` with `retryAfterMs` while the wait lasts */
  check(): void;
  /** The error of {@link check}, for what may be tried again after this many milliseconds. */
  refusal(retryAfterMs: number): BailiwickError;
}

export function createPause({ source, backoff, now, random }: PauseOptions): Pause {
  let reason: BailiwickError | undefined;
  let until = 0;

  const refusal = (retryAfterMs: number): BailiwickError => toRefusal(source, reason, retryAfterMs);
  const isOver = (): boolean => reason === undefined || now() >= until;

  return {
    begin(fault, failures) {
      const delayMs = Math.max(
        delayOf(backoff, failures, random),
        Math.min(retryAfterOf(fault), backoff.maximumMs),
      );
      reason = fault;
      until = now() + delayMs;
      return delayMs;
    },
    end() {
      reason = undefined;
    },
    isOver,
    check() {
      if (!isOver()) throw refusal(until - now());
    },
    refusal,
  };
}

/** When the upstream itself says to come again, in milliseconds; 0 where it does not say. */
export function retryAfterOf({ data }: BailiwickError): number {
  const { retryAfterMs } = data;
  return typeof retryAfterMs === 'number' ? retryAfterMs : 0;
}

function toRefusal(source: string, reason: BailiwickError | undefined, retryAfterMs: number): BailiwickError {
  const why = reason?.message ?? `source ${source} does not answer`;
  const prefix = `source ${source} `;
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  return new BailiwickError(
    'UPSTREAM_UNAVAILABLE',
    `source ${source} is down: it ${why.startsWith(prefix) ? why.slice(prefix.length) : why}; next try in ${seconds} s`,
    { cause: reason, data: { retryAfterMs: Math.max(0, Math.ceil(retryAfterMs)) }, nothingSent: true },
  );
}
