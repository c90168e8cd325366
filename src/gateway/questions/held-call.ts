import { isJsonObject, type JsonObject } from '../../catalog/json.ts';
import { BailiwickError } from '../../errors.ts';
import type { Ask, CallContext, Question } from '../../upstream/upstream.ts';
import type { Schedule } from '../ledger/schedule.ts';
import { actionOf } from './answers.ts';
import { missingCapabilities } from './kinds.ts';

/** One request of the client: it is answered with the next questions, or with the result. */
export type RoundContext = Pick<
  CallContext,
  'signal' | 'onProgress' | 'onNotification' | 'clientCapabilities' | 'inputResponses'
>;

/** A call that goes on while its client is away fetching answers (MCP 2026-07-28, basic/patterns/mrtr). */
export interface HeldCall {
  /** Sets out. `work` is given what the call runs with, in place of what its first request brought. */
  start(
    round: RoundContext,
    work: (context: RoundContext & { ask: Ask }) => Promise<JsonObject>,
  ): Promise<JsonObject>;
  /**
   * The client is back: its answers reach who asked, and its request gets what comes next.
   *
   * @throws BailiwickError `INVALID_PARAMS` while another request waits for the same.
   */
  resume(round: RoundContext): Promise<JsonObject>;
  /** Ends the call, whatever it does. */
  end(reason: BailiwickError): void;
  /** True while no request of the client waits. */
  isAway(): boolean;
}

export interface HeldCallOptions {
  /** A name that nobody can guess. */
  readonly newKey: () => string;
  /** How long a client may take to come back with an answer, in milliseconds. */
  readonly timeToLiveMs: number;
  readonly now: () => number;
  readonly schedule: Schedule;
  /**
   * The call is to be held from now on.
   *
   * @throws BailiwickError `CLIENT_REFUSED` where there is no room
   */
  readonly admit: () => void;
  /** The state that leads back to this call, until `expiresAt`. */
  readonly stateUntil: (expiresAt: number) => string;
  /** The call has ended, and its result was handed over or nobody came for it. */
  readonly onOver: () => void;
}

/** Questions that may be open at once. */
const MAX_OPEN = 32;

interface Waiting {
  readonly question: Question;
  readonly answer: PromiseWithResolvers<JsonObject>;
}

interface Response extends PromiseWithResolvers<JsonObject> {
  readonly round: RoundContext;
  readonly stop: () => void;
}

type Outcome = { readonly result: JsonObject } | { readonly error: unknown };

export function createHeldCall(options: HeldCallOptions): HeldCall {
  const { newKey, timeToLiveMs, now, schedule } = options;
  const controller = new AbortController();
  const waiting = new Map<string, Waiting>();
  let response: Response | undefined;
  let outcome: Outcome | undefined;
  let isHeld = false;
  let deadline = 0;
  let stopTimer: (() => void) | undefined;

  const end = (reason: BailiwickError): void => {
    stopTimer?.();
    controller.abort(reason);
    for (const { answer } of waiting.values()) answer.reject(reason);
    waiting.clear();
    if (!response) options.onOver();
  };

  const openResponse = (round: RoundContext): Promise<JsonObject> => {
    const onAbort = (): void => end(cancelled('the caller ended the call', round.signal.reason));
    const stop = (): void => round.signal.removeEventListener('abort', onAbort);
    response = { ...Promise.withResolvers<JsonObject>(), round, stop };
    const { promise } = response;
    round.signal.addEventListener('abort', onAbort, { once: true });
    if (round.signal.aborted) onAbort();
    return promise;
  };
  const takeResponse = (): Response | undefined => {
    const open = response;
    response = undefined;
    open?.stop();
    return open;
  };

  /** Hands over the result, or the questions that are open: those that come in one turn go together. */
  const answerSoon = (): void => void setImmediate(answerNow);
  const answerNow = (): void => {
    if (!response) return;
    if (outcome) {
      const open = takeResponse();
      if ('result' in outcome) open?.resolve(outcome.result);
      else open?.reject(outcome.error);
      options.onOver();
      return;
    }
    if (waiting.size === 0 || controller.signal.aborted) return;
    deadline = Math.max(deadline, now() + 1);
    takeResponse()?.resolve({
      resultType: 'input_required',
      inputRequests: Object.fromEntries(
        [...waiting].map(([key, { question }]) => [key, toRequest(question)]),
      ),
      requestState: options.stateUntil(deadline),
    });
    stopTimer = schedule(
      () => end(cancelled('the client did not come back with an answer in time')),
      deadline - now(),
    );
  };

  const ask: Ask = async (question, signal) => {
    if (waiting.size >= MAX_OPEN) {
      throw new BailiwickError('CLIENT_REFUSED', `${MAX_OPEN} questions of this call wait for an answer`);
    }
    if (!isHeld) options.admit();
    isHeld = true;
    // Questions that wait while nobody is there have the time of the first.
    if (response) deadline = now() + timeToLiveMs;
    const key = newKey();
    const answer = Promise.withResolvers<JsonObject>();
    const withdraw = (): void => {
      waiting.delete(key);
      answer.reject(cancelled('the question was withdrawn', signal.reason));
    };
    waiting.set(key, { question, answer });
    signal.addEventListener('abort', withdraw, { once: true });
    if (signal.aborted) withdraw();
    answerSoon();
    try {
      return await answer.promise;
    } finally {
      signal.removeEventListener('abort', withdraw);
    }
  };

  const takeAnswers = ({ inputResponses = {}, clientCapabilities }: RoundContext): void => {
    for (const [key, { question, answer }] of waiting) {
      const given = Object.hasOwn(inputResponses, key) ? inputResponses[key] : undefined;
      if (actionOf(question, given) !== undefined && isJsonObject(given)) {
        waiting.delete(key);
        deadline = now() + timeToLiveMs;
        answer.resolve(given);
      } else if (missingCapabilities(question, clientCapabilities)) {
        waiting.delete(key);
        answer.reject(
          new BailiwickError('CLIENT_REFUSED', `the client no longer offers what ${question.method} needs`),
        );
      }
    }
  };

  const finish = (ended: Outcome): void => {
    outcome = ended;
    answerNow();
  };

  return {
    start(round, work) {
      const promise = openResponse(round);
      const context = {
        signal: controller.signal,
        ask,
        onNotification: (method: string, params: JsonObject) =>
          response?.round.onNotification?.(method, params),
        ...(round.onProgress && {
          onProgress: (progress: JsonObject & { progress: number }) => response?.round.onProgress?.(progress),
        }),
      };
      work(context).then(
        (result) => finish({ result }),
        (error: unknown) => finish({ error }),
      );
      return promise;
    },
    async resume(round) {
      if (response) {
        throw new BailiwickError(
          'INVALID_PARAMS',
          'another request with this requestState is being answered',
        );
      }
      stopTimer?.();
      const promise = openResponse(round);
      takeAnswers(round);
      answerSoon();
      return promise;
    },
    end,
    isAway: () => response === undefined,
  };
}

/** `elicitationId` is a member of the legacy era's questions only. */
function toRequest({ method, params = {} }: Question): JsonObject {
  const { elicitationId: _ofOtherEra, ...rest } = params;
  return { method, params: rest };
}

function cancelled(message: string, cause?: unknown): BailiwickError {
  return new BailiwickError('CANCELLED', message, { cause });
}
