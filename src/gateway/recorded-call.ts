import type { RecordEntry, RecordStatus } from '../audit/record.ts';
import { digestOf, digestOfText } from '../catalog/canonical.ts';
import type { Target } from '../catalog/entries.ts';
import type { JsonObject } from '../catalog/json.ts';
import { BailiwickError, toBailiwickError } from '../errors.ts';
import type { Decision } from '../policy/decision.ts';
import type { CallContext } from '../upstream/upstream.ts';
import { brief } from './brief.ts';
import type { Caller, Road } from './road.ts';

/** What is known of a call before it is decided: enough to record its refusal. */
export interface Attempt {
  readonly target: NonNullable<RecordEntry['target']>;
  readonly args: JsonObject;
  readonly decision?: Decision;
}

/** What an invocation gives back to be recorded and returned. */
export interface Invoked {
  readonly result: JsonObject;
  readonly status: 'ok' | 'tool-error';
  readonly code?: number;
  readonly upstreamId?: string;
}

/**
 * The last leg of the road: intent → invoke → outcome.
 *
 * Nothing leaves the process before its intent is accepted, and for anything but a `read` before it is on disk. The
 * outcome is appended on every path, exactly once; a fault while appending it is logged and never undoes the answer.
 *
 * @throws BailiwickError `RECORD_UNAVAILABLE` before anything was sent, or whatever `invoke` throws.
 */
export async function recordedCall(
  road: Road,
  caller: Caller,
  attempt: Attempt,
  invoke: (context: CallContext) => Promise<Invoked>,
): Promise<JsonObject> {
  const carryOut = async (): Promise<JsonObject> => {
    const call = road.newId();
    const durable = attempt.target.access !== 'read';
    const { recordedArguments } = caller.snapshot.settings;
    await road.record(
      { type: 'call.intent', call, ...describe(caller, attempt, recordedArguments) },
      { durable },
    );
    const started = road.now();
    const finish = async (result: NonNullable<RecordEntry['result']>): Promise<void> => {
      const entry: RecordEntry = {
        type: 'call.outcome',
        call,
        result: { ...result, ms: road.now() - started },
      };
      await road.record(entry, { durable: false }).catch((error: unknown) => {
        road.logger.error({ err: error, call }, 'the outcome of a call could not be recorded');
      });
    };
    const signal = AbortSignal.any([caller.context.signal, road.inFlight.expired]);
    try {
      const invoked = await invoke({ ...caller.context, signal });
      const text = JSON.stringify(invoked.result);
      await finish({
        status: invoked.status,
        ...(invoked.code !== undefined && { code: invoked.code }),
        ...(invoked.upstreamId !== undefined && { upstreamId: invoked.upstreamId }),
        bytes: Buffer.byteLength(text),
        digest: digestOfText(text),
      });
      return invoked.result;
    } catch (thrown) {
      const { expired } = road.inFlight;
      const cause: unknown = expired.aborted ? expired.reason : thrown;
      const error = toBailiwickError(cause);
      if (error.code === 'INTERNAL')
        road.logger.error({ err: thrown, call }, 'a call failed inside Bailiwick');
      await finish({ status: statusOf(error), code: error.code });
      throw error;
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
  return road.inFlight.run(carryOut);
}

/** Records that a call was refused before its intent, and hands the refusal back to be thrown. */
export async function refused(
  road: Road,
  caller: Caller,
  attempt: Attempt,
  error: BailiwickError,
): Promise<BailiwickError> {
  const entry: RecordEntry = {
    type: 'call.refused',
    call: road.newId(),
    ...describe(caller, attempt, 'digest'),
    result: { status: 'refused', code: error.code },
  };
  // A fault of ours is told to nobody but the operator: without this line it would be told to nobody.
  if (error.code === 'INTERNAL') road.logger.error({ err: error }, 'a call failed inside Bailiwick');
  await road.record(entry, { durable: false });
  return error;
}

/** How a record names a target. A resource or a prompt is read. */
export function recordTarget(target: Target): NonNullable<RecordEntry['target']> {
  switch (target.kind) {
    case 'tool':
      return { kind: 'tool', source: target.tool.source, name: target.tool.name, access: target.tool.access };
    case 'resource':
      return { kind: 'resource', source: target.source, name: brief(target.uri), access: 'read' };
    case 'prompt':
      return { kind: 'prompt', source: target.source, name: brief(target.name), access: 'read' };
  }
}

function describe(
  caller: Caller,
  attempt: Attempt,
  recorded: 'digest' | 'full',
): Omit<RecordEntry, 'type' | 'call'> {
  const { issuer, subject, team, groups, scopes, client, key } = caller.principal;
  const { decision } = attempt;
  return {
    principal: {
      issuer,
      subject,
      groups,
      scopes,
      ...(team !== undefined && { team }),
      ...(client !== undefined && { client }),
      ...(key !== undefined && { key }),
    },
    via: caller.via,
    target: attempt.target,
    ...(decision && {
      decision: {
        effect: decision.effect,
        rules: decision.rules,
        ...(decision.effect === 'deny' && { reason: decision.reason }),
      },
    }),
    policy: caller.snapshot.policy.digest,
    catalog: caller.snapshot.catalog.digest,
    ...describeArguments(attempt.args, recorded),
  };
}

/** Arguments without an RFC 8785 form are refused, and their refusal is recorded without them. */
function describeArguments(args: JsonObject, recorded: 'digest' | 'full'): Pick<RecordEntry, 'args'> {
  try {
    return { args: { digest: digestOf(args), ...(recorded === 'full' && { full: args }) } };
  } catch {
    return {};
  }
}

function statusOf(error: BailiwickError): RecordStatus {
  if (error.code === 'CANCELLED') return 'cancelled';
  return error.code.startsWith('UPSTREAM_') || error.code.startsWith('UNKNOWN_')
    ? 'upstream-error'
    : 'unknown';
}
