import { BailiwickError, toBailiwickError } from '../../errors.ts';
import { createPause, retryAfterOf, type PauseOptions } from './pause.ts';

export interface BreakerOptions extends PauseOptions {
  /** How many requests in a row may stay without an answer. */
  readonly threshold: number;
  /** Requests fail at once from now on, and for how long until one is tried. */
  readonly onOpen: (fault: BailiwickError, retryInMs: number) => void;
  /** The upstream answers again. */
  readonly onClose: () => void;
}

/**
 * Spares callers the wait for an upstream that does not answer, while its connection still stands.
 *
 * - closed: requests pass. After `threshold` of them in a row without an answer, or where the upstream says when to come again
 *   (`Retry-After`), it opens.
 * - open: requests fail at once and say when the next one is tried.
 * - half-open, when that time has come: one request passes, others fail at once. Its answer closes the breaker; without one it
 *   opens for longer.
 *
 * An upstream that answers with errors of its own answers. What never left for it says nothing about it, and no more does a
 * request without an answer while others got theirs: whoever calls a tool that takes too long stops nobody else.
 */
export interface Breaker {
  /** @throws what `work` throws; BailiwickError `UPSTREAM_UNAVAILABLE` with `retryAfterMs`, without doing it, while open */
  guard<T>(work: () => Promise<T>): Promise<T>;
  /** The upstream can be reached again, as somebody else found out: the next request may try. */
  retryNow(): void;
  /** True while requests are not let through as a rule. */
  isOpen(): boolean;
}

export function createBreaker(options: BreakerOptions): Breaker {
  const { threshold, backoff, onOpen, onClose } = options;
  const pause = createPause(options);
  let state: 'closed' | 'open' | 'probing' = 'closed';
  let unanswered = 0;
  let openings = 0;
  /** Answers so far. */
  let answers = 0;

  const open = (fault: BailiwickError): void => {
    openings += 1;
    state = 'open';
    onOpen(fault, pause.begin(fault, openings));
  };

  const answered = (): void => {
    answers += 1;
    unanswered = 0;
    if (state === 'closed') return;
    state = 'closed';
    openings = 0;
    pause.end();
    onClose();
  };

  const failed = (fault: BailiwickError, isProbe: boolean, answersBefore: number): void => {
    const hasAnsweredOthers = answers > answersBefore && fault.code === 'UPSTREAM_TIMEOUT';
    const verdict = hasAnsweredOthers ? 'unknown' : judge(fault);
    if (verdict === 'busy' && (isProbe || state === 'closed')) open(fault);
    else if (verdict === 'answered') answered();
    else if (verdict === 'unanswered') {
      unanswered += 1;
      if (isProbe || (state === 'closed' && unanswered >= threshold)) open(fault);
    } else if (isProbe) state = 'open';
  };

  /** @returns whether this is the one request that finds out. */
  const enter = (): boolean => {
    if (state === 'closed') return false;
    pause.check();
    if (state === 'probing') throw pause.refusal(backoff.initialMs);
    state = 'probing';
    return true;
  };

  return {
    async guard(work) {
      const isProbe = enter();
      const answersBefore = answers;
      try {
        const result = await work();
        answered();
        return result;
      } catch (error) {
        failed(toBailiwickError(error), isProbe, answersBefore);
        throw error;
      }
    },
    retryNow: pause.end,
    isOpen: () => state !== 'closed',
  };
}

/** HTTP statuses by which something in between says that the server itself did not answer. */
const NOT_THE_SERVER = new Set<unknown>([502, 503, 504]);

/** Whether nothing of the server was heard: no connection, no answer in time, or one of something in between. */
export function isOfNetwork({ code, data: { status } }: BailiwickError): boolean {
  if (code === 'UPSTREAM_TIMEOUT') return true;
  return code === 'UPSTREAM_UNAVAILABLE' && (status === undefined || NOT_THE_SERVER.has(status));
}

/**
 * What a failed request says about the upstream. `busy`: it said when to come again. `unknown`: nothing, as the caller gave up or
 * nothing was sent.
 */
function judge(fault: BailiwickError): 'answered' | 'unanswered' | 'busy' | 'unknown' {
  const { code, data, nothingSent, cause } = fault;
  const { status } = data;
  if (!code.startsWith('UPSTREAM_')) return 'unknown';
  if (code === 'UPSTREAM_TIMEOUT') return 'unanswered';
  // A connection that could not be opened has the network's own error behind it; what we refused ourselves has none, or ours.
  if (nothingSent && (cause === undefined || cause instanceof BailiwickError)) return 'unknown';
  if (code !== 'UPSTREAM_UNAVAILABLE') return 'answered';
  // What refused the credential of one session is no more than that, though its session waits.
  if (status === 401 || status === 403) return 'answered';
  if (retryAfterOf(fault) > 0) return 'busy';
  return isOfNetwork(fault) ? 'unanswered' : 'answered';
}
