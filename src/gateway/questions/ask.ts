import type { JsonObject } from '../../catalog/json.ts';
import { BailiwickError } from '../../errors.ts';
import type { Ask, CallContext, ClientSession, Question } from '../../upstream/upstream.ts';
import type { Caller } from '../road.ts';
import { admitSampling } from './admit-sampling.ts';
import { questionSettingsOf, shownCapabilities } from './allowed.ts';
import { actionOf } from './answers.ts';
import { kindOf, missingCapabilities } from './kinds.ts';
import { toShown } from './shown.ts';
import type { QuestionTally } from './tally.ts';

/**
 * What a call carries to its source: the caller's context, in which the source asks under its own name, only what it may and
 * only what this client can answer, and in which every question is counted.
 *
 * @param during fires when the call is over: what it asked is then withdrawn
 * @param now milliseconds since the epoch
 */
export function toSourceContext(
  caller: Caller,
  source: string,
  { during, now, tally }: { during: AbortSignal; now: () => number; tally?: QuestionTally },
): CallContext {
  const { context } = caller;
  const settings = questionSettingsOf(caller, source);
  const clientCapabilities = shownCapabilities(context.clientCapabilities, settings);
  const govern =
    (ask: Ask, scope?: AbortSignal): Ask =>
    async (question, signal) => {
      try {
        const shown = admit(caller, source, question, { now: now(), tally });
        const answer = await ask(shown, scope ? AbortSignal.any([signal, scope]) : signal);
        const action = actionOf(question, answer);
        if (action === undefined)
          throw new BailiwickError('CLIENT_REFUSED', 'the client gave no valid answer');
        tally?.add(question.method, action);
        return answer;
      } catch (error) {
        tally?.add(kindOf(question) === undefined ? 'other' : question.method, 'error');
        throw error;
      }
    };
  const session = context.caller?.session;
  return {
    ...context,
    signal: during,
    ...(clientCapabilities && { clientCapabilities }),
    ...(context.ask && { ask: govern(context.ask, during) }),
    // Without a caller an upstream would take the call for the gateway's own, and act with whatever that may use.
    caller: {
      ...context.caller,
      principal: caller.principal,
      ...(session && { session: { ...session, ask: govern(session.ask) } satisfies ClientSession }),
    },
  };
}

/** @throws BailiwickError `CLIENT_REFUSED` for what may not be asked, `UPSTREAM_PROTOCOL` for what is no question. */
function admit(
  caller: Caller,
  source: string,
  question: Question,
  { now, tally }: { now: number; tally: QuestionTally | undefined },
): Question {
  const kind = kindOf(question);
  if (kind === undefined)
    throw unasked(`a client is not asked ${JSON.stringify(question.method.slice(0, 64))}`);
  if (questionSettingsOf(caller, source)[kind] === 'refuse') {
    throw unasked(`source ${source} may not ask for ${kind} (sources.${source}.questions.${kind})`);
  }
  const missing = missingCapabilities(question, caller.context.clientCapabilities);
  if (missing) {
    tally?.addLack(missing);
    const needs = `the client does not offer what ${question.method} needs`;
    throw unasked(`${needs}: ${JSON.stringify(missing)}`, { requiredCapabilities: missing });
  }
  const admission = admitSampling(caller, source, question, { now, tally });
  if ('refusal' in admission) throw unasked(`source ${source} may not ask for ${kind}: ${admission.refusal}`);
  return toShown(source, admission.question);
}

/** JSON-RPC's "method not found", which a client answers that does not offer what it is asked. */
const NOT_OFFERED = -32_601;

function unasked(message: string, data: JsonObject = {}): BailiwickError {
  const client = { code: NOT_OFFERED, message };
  return new BailiwickError('CLIENT_REFUSED', message, { data: { client, ...data } });
}
