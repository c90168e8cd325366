import { ProtocolError } from '@modelcontextprotocol/client';
import { isJsonObject, type JsonObject } from '../../catalog/json.ts';
import { BailiwickError } from '../../errors.ts';
import { memberOf } from './causes.ts';
import type { RelayedCall } from './relayed-call.ts';
import { waitFor } from './wait.ts';

/** JSON-RPC code: the call cannot go on before the user was at some URLs (MCP 2025-11-25, client/elicitation). */
const URL_ELICITATION_REQUIRED = -32_042;

const COMPLETED = 'notifications/elicitation/complete';
const MAX_ROUNDS = 8;

/** How long after a consent the call is tried again where the upstream does not tell that the user is done. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** Sends the requests of one call whose upstream may answer that the user has to visit URLs first. */
export interface UrlElicitations {
  /** Told each notification of the call: the upstream may say that the user is done. */
  hear(method: string, params: JsonObject): void;
  /**
   * Sends a request. For a client that does not know the error, each URL is put to it as a question, and the request sent again
   * after it agreed and the upstream said that the user is done, or some time passed. A client that knows the error gets it.
   */
  send(request: () => Promise<JsonObject>): Promise<JsonObject>;
}

export function createUrlElicitations(source: string, call: RelayedCall): UrlElicitations {
  const agreed = new Set<string>();
  const completed = new Set<string>();
  let wake = new AbortController();
  const isHandledHere = call.context.ask !== undefined && call.context.rounds !== 'ask';

  const askFor = async (elicitations: readonly JsonObject[]): Promise<void> => {
    for (const elicitation of elicitations) {
      const id = idOf(elicitation);
      if (agreed.has(id)) continue;
      const question = { method: 'elicitation/create', params: { ...elicitation, mode: 'url' } };
      const { action } = await call.onRequest(question, call.signal);
      if (action !== 'accept') {
        const message = `source ${source} needs the user to visit a page first, and the user did not agree`;
        throw new BailiwickError('CLIENT_REFUSED', message);
      }
      agreed.add(id);
    }
  };

  const untilDone = async (elicitations: readonly JsonObject[], round: number): Promise<void> => {
    if (elicitations.every((elicitation) => completed.has(idOf(elicitation)))) return;
    const waitMs = Math.min(FIRST_WAIT_MS * 2 ** round, LONGEST_WAIT_MS);
    await call.paused(() => waitFor(waitMs, AbortSignal.any([wake.signal, call.signal])));
    call.signal.throwIfAborted();
  };

  return {
    hear(method, { elicitationId }) {
      if (method !== COMPLETED || typeof elicitationId !== 'string') return;
      completed.add(idOf({ elicitationId }));
      wake.abort();
      wake = new AbortController();
    },
    async send(request) {
      for (let round = 0; ; round++) {
        try {
          return await request();
        } catch (error) {
          const elicitations = isHandledHere && round < MAX_ROUNDS ? elicitationsOf(error) : undefined;
          if (!elicitations) throw error;
          await askFor(elicitations);
          await untilDone(elicitations, round);
        }
      }
    },
  };
}

function idOf({ elicitationId, url }: JsonObject): string {
  return JSON.stringify(elicitationId ?? url);
}

function elicitationsOf(error: unknown): JsonObject[] | undefined {
  if (!(error instanceof ProtocolError) || error.code !== URL_ELICITATION_REQUIRED) return undefined;
  const list = memberOf(error.data, 'elicitations');
  const isUsable = Array.isArray(list) && list.length > 0 && list.every(isJsonObject);
  return isUsable ? list : undefined;
}
