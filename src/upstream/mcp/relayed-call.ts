import { SdkError, SdkErrorCode } from '@modelcontextprotocol/client';
import type { JsonObject } from '../../catalog/json.ts';
import type { CallContext, Question } from '../upstream.ts';
import type { RequestHandlers } from './request-handlers.ts';
import { cannotBeAsked, tooManyQuestions } from './upstream-questions.ts';

/** With progress, a call may last this many timeouts. */
const MAX_TIMEOUTS = 60;

/** Questions of one call that may be open at once: more than that nobody answers. */
const MAX_ASKED = 32;

/** One call of a caller, over all requests that it takes. */
export interface RelayedCall extends RequestHandlers {
  readonly onRequest: (question: Question, signal: AbortSignal) => Promise<JsonObject>;
  /** A request begins: it has its own time. */
  restart(): void;
  end(): void;
}

/**
 * A call that fails when a request takes longer than `timeoutMs`, or as long goes without progress where the caller asked for
 * progress. While the caller is asked something the time stands still: people think.
 */
export function createRelayedCall(context: CallContext, timeoutMs: number): RelayedCall {
  const { onProgress, onNotification, ask } = context;
  const controller = new AbortController();
  let left = timeoutMs * MAX_TIMEOUTS;
  let since = performance.now();
  let asked = 0;
  let isTimed = false;
  let timer: NodeJS.Timeout | undefined;

  const expire = (): void =>
    controller.abort(new SdkError(SdkErrorCode.RequestTimeout, 'Request timed out', { timeout: timeoutMs }));
  const stop = (): void => {
    clearTimeout(timer);
    if (timer !== undefined) left -= performance.now() - since;
    timer = undefined;
  };
  const run = (): void => {
    stop();
    if (!isTimed || asked > 0 || controller.signal.aborted) return;
    since = performance.now();
    timer = setTimeout(expire, Math.max(1, Math.min(timeoutMs, left)));
  };
  const onAbort = (): void => controller.abort(context.signal.reason);
  context.signal.addEventListener('abort', onAbort, { once: true });
  if (context.signal.aborted) onAbort();

  return {
    context,
    signal: controller.signal,
    ...(onNotification && { onNotification }),
    ...(onProgress && {
      onProgress: (progress: JsonObject & { progress: number }) => {
        run();
        onProgress(progress);
      },
    }),
    async onRequest(question, signal) {
      if (!ask) throw cannotBeAsked(question.method);
      if (asked >= MAX_ASKED) throw tooManyQuestions(MAX_ASKED);
      asked += 1;
      stop();
      try {
        return await ask(question, AbortSignal.any([signal, controller.signal]));
      } finally {
        asked -= 1;
        run();
      }
    },
    restart() {
      isTimed = true;
      stop();
      left = timeoutMs * MAX_TIMEOUTS;
      run();
    },
    end() {
      stop();
      context.signal.removeEventListener('abort', onAbort);
      // What the upstream still asks on behalf of this call is not asked any more.
      if (asked > 0) controller.abort(new Error('the call has ended'));
    },
  };
}
