import type { JsonObject } from '../../catalog/json.ts';
import { BailiwickError, toBailiwickError } from '../../errors.ts';
import type { Ask } from '../../upstream/upstream.ts';
import { brief } from '../brief.ts';
import { refused } from '../recorded-call.ts';
import type { Caller, Road } from '../road.ts';
import { principalKey } from '../snapshot.ts';
import type { HeldCalls } from './held-calls.ts';
import { QUESTION_KINDS } from './kinds.ts';
import type { Peers } from './peers.ts';
import { isInputRequired } from './relay.ts';
import { isInvalidState, type RequestState, type RequestStates, type RoundRequest } from './request-state.ts';

/** What one round of a request knows of the others. */
export interface Round {
  /** The source whose own state the request brings: no other gets it. */
  readonly stateOf?: string;
  /** An upstream's own state as the client is given it. */
  seal(source: string, text: string): string;
}

/** Carries out the requests that may be answered with questions (MCP 2026-07-28, basic/patterns/mrtr), in either era. */
export interface Rounds {
  /**
   * One request: of a call that sets out, or of one that is held and whose client is back.
   *
   * @param setOut the road of the call
   * @returns the result, or an `input_required` result for a client that knows it
   * @throws BailiwickError `INVALID_PARAMS` for a `requestState` that is not valid for this request; what `setOut` throws
   */
  carryOut(
    caller: Caller,
    request: RoundRequest,
    setOut: (caller: Caller) => Promise<JsonObject>,
  ): Promise<JsonObject>;
  /** Ends what is held. */
  close(): void;
}

export interface RoundsOptions {
  readonly road: Road;
  readonly states: RequestStates;
  readonly held: HeldCalls;
  readonly peers: Peers;
  /** Names this process in the state of the calls that it holds. */
  readonly process: string;
  /** How long an upstream's own state is taken back. */
  readonly timeToLiveMs: number;
}

export function createRounds(options: RoundsOptions): Rounds {
  const { road, states, held, peers, process, timeToLiveMs } = options;

  const open = async (caller: Caller, request: RoundRequest): Promise<RequestState | undefined> => {
    const { requestState } = caller.context;
    if (requestState === undefined) return undefined;
    try {
      return states.open(caller, request, requestState);
    } catch (thrown) {
      throw await refuse(caller, request, toBailiwickError(thrown));
    }
  };
  const refuse = (caller: Caller, { method, name, args }: RoundRequest, error: BailiwickError) =>
    refused(
      road,
      caller,
      { target: { kind: KINDS[method], name: brief(name) }, args, isUnseen: true },
      error,
    );

  return {
    async carryOut(caller, request, setOut) {
      const { requestState: given, ...context } = caller.context;
      if (context.rounds === 'ask') {
        // Members of another era.
        const { inputResponses: _unasked, ...rest } = context;
        return setOut({ ...caller, context: rest });
      }
      const state = given === undefined ? undefined : await open(caller, request);
      if (state?.kind === 'held') {
        try {
          // Awaited here, so that a call that is not held any more is recorded as what was tried.
          return await (state.process === process
            ? held.resume(state.call, context)
            : peers.resume(state.process, state.call, context));
        } catch (thrown) {
          throw isInvalidState(thrown) ? await refuse(caller, request, thrown) : thrown;
        }
      }
      const round: Round = {
        ...(state && { stateOf: state.source }),
        seal: (source, text) =>
          states.seal(caller, request, { kind: 'source', source, text }, road.now() + timeToLiveMs),
      };
      const from: Caller = {
        ...caller,
        context: { ...context, ...(state && { requestState: state.text }) },
        round,
      };
      // Who cannot be asked anything never comes back with an answer.
      if (!QUESTION_KINDS.some((kind) => context.clientCapabilities?.[kind] !== undefined)) {
        return setOut({ ...from, context: { ...from.context, ask: nobody } });
      }
      const call = held.create(principalKey(caller.principal), (id, expiresAt) =>
        states.seal(caller, request, { kind: 'held', call: id, process }, expiresAt),
      );
      const result = await call.start(context, (own) =>
        setOut({ ...from, context: { ...from.context, ...own } }),
      );
      // The client may come back to another gateway.
      if (isInputRequired(result)) await peers.listen();
      return result;
    },
    close: () => held.close(),
  };
}

/** For a client that offers nothing: what is wanted of it is found out before this. */
const nobody: Ask = () =>
  Promise.reject(new BailiwickError('CLIENT_REFUSED', 'the client offers nothing to be asked'));

const KINDS = { 'tools/call': 'tool', 'prompts/get': 'prompt', 'resources/read': 'resource' } as const;
