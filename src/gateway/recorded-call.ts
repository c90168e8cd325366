import type { RecordEntry, RecordStatus } from '../audit/record.ts';
import { digestOfText } from '../catalog/canonical.ts';
import type { Json, JsonObject } from '../catalog/json.ts';
import { BailiwickError, toBailiwickError } from '../errors.ts';
import type { CallContext } from '../upstream/upstream.ts';
import { reserveCharge, type Charge, type Chargeable } from './charge.ts';
import { describeCall, type Attempt } from './describe-call.ts';
import { toSourceContext } from './questions/ask.ts';
import { askForPages } from './questions/pages-first.ts';
import { isInputRequired, lacksCapability, relayQuestions } from './questions/relay.ts';
import { invalidState } from './questions/request-state.ts';
import { createQuestionTally, type QuestionTally } from './questions/tally.ts';
import { rememberResultText } from './result-text.ts';
import type { Caller, Road } from './road.ts';

/** What an invocation gives back to be recorded and returned. */
export interface Invoked {
  readonly result: JsonObject;
  readonly status: 'ok' | 'tool-error';
  readonly code?: number;
  readonly upstreamId?: string;
}

/**
 * The last leg of the road: reserve → intent → invoke → settle → outcome.
 *
 * What the call can cost is reserved before its intent, and settled on every path; `answered` is told what the upstream
 * itself answered, as soon as it did. The answer does not wait for the settlement.
 *
 * Nothing leaves the process before its intent is accepted, and for anything but a `read` before it is on disk. The
 * outcome is appended on every path, exactly once; a fault while appending it is logged and never undoes the answer.
 *
 * @throws BailiwickError `LIMIT_EXCEEDED`, `STATE_UNAVAILABLE` or `RECORD_UNAVAILABLE` before anything was sent, or
 *   whatever `invoke` throws.
 */
export async function recordedCall(
  road: Road,
  caller: Caller,
  attempt: Attempt & { readonly charge: Chargeable },
  invoke: (context: CallContext, answered: (answer: Json | undefined) => void) => Promise<Invoked>,
): Promise<JsonObject> {
  const carryOut = async (): Promise<JsonObject> => {
    const call = road.newId();
    const durable = attempt.target.access !== 'read';
    const charge = await reserve(road, caller, call, attempt);
    try {
      const intent = describeCall(caller, attempt, { isRefused: false });
      road.noteShadow?.(caller.snapshot, attempt.ruling);
      await road.record({ type: 'call.intent', call, ...intent }, { durable });
    } catch (error) {
      void charge.release();
      throw error;
    }
    const started = road.now();
    const source = attempt.target.source ?? '';
    const tally = createQuestionTally();
    tally.addAnswers(caller.context.inputResponses);
    const finish = async (
      result: NonNullable<RecordEntry['result']>,
      ended?: BailiwickError,
      inputRequired = false,
    ): Promise<void> => {
      const entry: RecordEntry = {
        type: 'call.outcome',
        call,
        // A clock that was put back makes no call end before it began.
        result: { ...result, ms: Math.max(0, road.now() - started) },
        ...charge.end(ended),
        ...describeQuestions(tally, inputRequired),
      };
      await road.record(entry, { durable: false }).catch((error: unknown) => {
        road.logger.error({ err: error, call }, 'the outcome of a call could not be recorded');
      });
    };
    const { signal, release } = road.inFlight.follow(caller.context.signal);
    try {
      const context = toSourceContext(caller, source, { during: signal, now: road.now, tally });
      const invoked = await invoke(context, charge.answered).catch((fault: unknown): Invoked => ({
        result: askForPages(caller, source, fault),
        status: 'ok',
      }));
      const inputRequired = isInputRequired(invoked.result);
      const lack = tally.lack();
      // A modern client is to hear what it would have to offer, and not only that the call failed without it.
      if (lack && caller.round && invoked.status === 'tool-error') throw lacksCapability(source, lack);
      if (inputRequired) charge.asked();
      const result = inputRequired
        ? relayQuestions(caller, source, invoked.result, { now: road.now(), tally })
        : invoked.result;
      const text = JSON.stringify(result);
      rememberResultText(result, text);
      const told = {
        status: invoked.status,
        ...(invoked.code !== undefined && { code: invoked.code }),
        ...(invoked.upstreamId !== undefined && { upstreamId: invoked.upstreamId }),
        bytes: Buffer.byteLength(text),
        digest: digestOfText(text),
      };
      await finish(told, undefined, inputRequired);
      return result;
    } catch (thrown) {
      const { expired } = road.inFlight;
      const cause: unknown = expired.aborted ? expired.reason : thrown;
      const error = toBailiwickError(cause);
      if (error.code === 'INTERNAL')
        road.logger.error({ err: thrown, call }, 'a call failed inside Bailiwick');
      await finish({ status: statusOf(error), code: codeOf(error) }, error);
      throw error;
    } finally {
      release();
    }
  };
  if (!road.inFlight.isOpen()) {
    throw await refused(
      road,
      caller,
      attempt,
      new BailiwickError('SHUTTING_DOWN', 'the server is stopping; call again later'),
    );
  }
  const { stateOf } = caller.round ?? {};
  if (stateOf !== undefined && stateOf !== attempt.target.source) {
    throw await refused(road, caller, attempt, invalidState());
  }
  return road.inFlight.run(carryOut);
}

async function reserve(
  road: Road,
  caller: Caller,
  call: string,
  attempt: Attempt & { readonly charge: Chargeable },
): Promise<Charge> {
  try {
    return await reserveCharge(road, caller, call, attempt.charge);
  } catch (thrown) {
    throw await refused(road, caller, attempt, toBailiwickError(thrown));
  }
}

/** Records that a call was refused before its intent, and hands the refusal back to be thrown. */
export async function refused(
  road: Road,
  caller: Caller,
  attempt: Attempt,
  error: BailiwickError,
): Promise<BailiwickError> {
  const described = describeCall(caller, attempt, { isRefused: true });
  const detail = { ...described.detail, ...describeReason(error) };
  road.noteShadow?.(caller.snapshot, attempt.ruling);
  const entry: RecordEntry = {
    type: 'call.refused',
    call: road.newId(),
    ...described,
    result: { status: 'refused', code: error.code },
    ...(Object.keys(detail).length > 0 && { detail }),
  };
  // A fault of ours is told to nobody but the operator: without this line it would be told to nobody.
  if (error.code === 'INTERNAL') road.logger.error({ err: error }, 'a call failed inside Bailiwick');
  await road.record(entry, { durable: false });
  return error;
}

/** An upstream's own code says more than that it answered with an error. */
function codeOf(error: BailiwickError): number | string {
  const { upstream } = error.data as { upstream?: { code?: unknown } };
  return error.code.startsWith('UPSTREAM_') && typeof upstream?.code === 'number'
    ? upstream.code
    : error.code;
}

/** What was asked during a call, in numbers, and whether its answer is one more question. */
function describeQuestions(tally: QuestionTally, inputRequired: boolean): Pick<RecordEntry, 'detail'> {
  const questions = tally.counts();
  const decisions = tally.decisions();
  if (!questions && !decisions && !inputRequired) return {};
  return {
    detail: {
      ...(inputRequired && { inputRequired }),
      ...(questions && { questions }),
      ...(decisions && { decisions }),
    },
  };
}

/** Which limits refused a call, and for how long, as far as that is known, or for want of which scope it was. */
function describeReason({ code, data }: BailiwickError): NonNullable<RecordEntry['detail']> {
  if (code === 'INSUFFICIENT_SCOPE') return { missingScopes: data['missingScopes'] };
  if (code !== 'LIMIT_EXCEEDED' && code !== 'STATE_UNAVAILABLE') return {};
  const { rules, retryAfterMs } = data;
  return { limits: rules, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

function statusOf(error: BailiwickError): RecordStatus {
  if (error.code === 'RESULT_WITHHELD') return 'tool-error';
  if (error.code === 'CANCELLED') return 'cancelled';
  return error.code.startsWith('UPSTREAM_') || error.code.startsWith('UNKNOWN_')
    ? 'upstream-error'
    : 'unknown';
}
