import type { Json, JsonObject } from '../../catalog/json.ts';
import { BailiwickError } from '../../errors.ts';
import type { Sealer } from '../../state/sealed.ts';
import type { Store } from '../../state/store.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { repeat, type Schedule } from '../ledger/schedule.ts';
import type { RoundContext } from './held-call.ts';
import { fromSentError, openMessage, sealMessage, toSentError, type PeerMessage } from './peer-message.ts';
import { invalidState } from './request-state.ts';

/** The other gateways of a deployment, one of which may hold the call that a client comes back to. */
export interface Peers {
  /** Resolves when this gateway hears what others hand over to it. Never rejects: without a store nothing is handed over. */
  listen(): Promise<void>;
  /**
   * Hands a round over to the gateway that holds its call. Progress and notifications do not come this way.
   *
   * @throws BailiwickError `INVALID_PARAMS` where that gateway is gone, `CANCELLED`, or what the round throws there
   */
  resume(process: string, call: string, round: RoundContext): Promise<JsonObject>;
}

export interface PeersOptions {
  readonly store: Pick<Store, 'publish' | 'subscribe'>;
  readonly sealer: Sealer;
  /** This gateway. */
  readonly process: string;
  readonly newId: () => string;
  readonly schedule: Schedule;
  readonly logger: Logger;
  /** Carries out a round of a call that this gateway holds. */
  readonly carryOut: (call: string, round: RoundContext) => Promise<JsonObject>;
}

/** Who carries out a round says so this often, and is given up after this long without a word. */
const WORD_MS = 5_000;
const SILENCE_MS = 15_000;

/** Rounds that may be handed over at once, in each direction. */
const MOST = 1_000;

interface Sent extends PromiseWithResolvers<JsonObject> {
  heard(): void;
}

export function createPeers(options: PeersOptions): Peers {
  const { store, sealer, process, newId, schedule, logger } = options;
  const sent = new Map<string, Sent>();
  const taken = new Map<string, AbortController>();
  let listening: Promise<void> | undefined;

  const tell = async (to: string, message: PeerMessage): Promise<void> => {
    const topic = topicOf(to);
    await store.publish(topic, sealMessage(sealer, topic, message));
  };
  const tellQuietly = (to: string, message: PeerMessage): Promise<void> =>
    tell(to, message).catch((error: unknown) => {
      logger.debug({ err: error }, 'another gateway could not be told about a held call');
    });

  const take = async ({
    id,
    from,
    call,
    answers,
    capabilities,
  }: PeerMessage & { kind: 'resume' }): Promise<void> => {
    if (taken.size >= MOST || taken.has(id)) return;
    const controller = new AbortController();
    taken.set(id, controller);
    const working = (): Promise<void> => tellQuietly(from, { kind: 'working', id });
    const stop = repeat(schedule, working, WORD_MS);
    try {
      await working();
      const round = { signal: controller.signal, inputResponses: answers, clientCapabilities: capabilities };
      const result = await options.carryOut(call, round);
      await tell(from, { kind: 'result', id, result });
    } catch (error) {
      await tellQuietly(from, { kind: 'error', id, error: toSentError(error) });
    } finally {
      stop();
      taken.delete(id);
    }
  };

  const hear = (sealed: Json): void => {
    const message = openMessage(sealer, topicOf(process), sealed);
    switch (message?.kind) {
      case 'resume':
        return void take(message);
      case 'cancel':
        return taken.get(message.id)?.abort();
      case 'working':
        return sent.get(message.id)?.heard();
      case 'result':
        return sent.get(message.id)?.resolve(message.result);
      case 'error':
        return sent.get(message.id)?.reject(fromSentError(message.error));
      case undefined:
        return logger.debug({}, 'a message about a held call cannot be read');
    }
  };

  const subscribe = async (): Promise<void> => {
    try {
      await store.subscribe(topicOf(process), hear);
    } catch (error) {
      listening = undefined;
      logger.warn(
        { err: error },
        'what other gateways hand over cannot be heard; held calls are answered here only',
      );
    }
  };
  const listen = (): Promise<void> => (listening ??= subscribe());

  return {
    listen,
    async resume(to, call, { signal, inputResponses = {}, clientCapabilities = {} }) {
      if (sent.size >= MOST)
        throw new BailiwickError('INVALID_PARAMS', `${MOST} requests wait for other gateways`);
      await listen();
      const id = newId();
      const answer = Promise.withResolvers<JsonObject>();
      const giveUp = (): void => {
        // It may only be slow: what the client is told is over must not be done after all.
        void tellQuietly(to, { kind: 'cancel', id });
        answer.reject(invalidState(new Error(`gateway ${to} does not answer`)));
      };
      let stop = schedule(giveUp, SILENCE_MS);
      const heard = (): void => {
        stop();
        stop = schedule(giveUp, SILENCE_MS);
      };
      const onAbort = (): void => {
        void tellQuietly(to, { kind: 'cancel', id });
        answer.reject(new BailiwickError('CANCELLED', 'the caller ended the call', { cause: signal.reason }));
      };
      sent.set(id, { ...answer, heard });
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        const message = {
          kind: 'resume',
          id,
          from: process,
          call,
          answers: inputResponses,
          capabilities: clientCapabilities,
        } as const;
        await tell(to, message).catch((error: unknown) => {
          throw new BailiwickError(
            'INVALID_PARAMS',
            'the gateway that holds this call cannot be reached, or the answers are too long',
            { cause: error },
          );
        });
        if (signal.aborted) onAbort();
        return await answer.promise;
      } finally {
        stop();
        signal.removeEventListener('abort', onAbort);
        sent.delete(id);
      }
    },
  };
}

function topicOf(process: string): string {
  return `held-calls/${process}`;
}
