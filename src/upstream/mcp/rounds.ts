import { isJsonObject, type JsonObject } from '../../catalog/json.ts';
import { BailiwickError } from '../../errors.ts';
import type { RelayedCall } from './relayed-call.ts';

/** How often one call may need input. */
const MAX_ROUNDS = 8;

/** The members of a repeated request (MCP 2026-07-28, basic/patterns/mrtr). */
export interface Round {
  readonly inputResponses?: JsonObject;
  readonly requestState?: string;
}

/**
 * Works off the `input_required` results of a modern upstream for a client that does not know them: puts each of the requests to
 * the client, one after the other as a person would want it, and repeats the call with the answers.
 *
 * @returns the first result that needs no input
 */
export async function workOffRounds(
  source: string,
  call: RelayedCall,
  send: (round: Round) => Promise<JsonObject>,
): Promise<JsonObject> {
  let round: Round = {};
  for (let count = 0; count <= MAX_ROUNDS; count++) {
    const result = await send(round);
    if (call.context.rounds !== 'ask' || result['resultType'] !== 'input_required') return result;
    const { requestState } = result;
    const inputResponses = await askEach(source, call, result['inputRequests'] ?? {});
    round = {
      ...(Object.keys(inputResponses).length > 0 && { inputResponses }),
      ...(typeof requestState === 'string' && { requestState }),
    };
  }
  const message = `source ${source} goes on asking: more than ${MAX_ROUNDS} rounds of input in one call`;
  throw new BailiwickError('UPSTREAM_PROTOCOL', message);
}

async function askEach(source: string, call: RelayedCall, requests: unknown): Promise<JsonObject> {
  if (!isJsonObject(requests)) throw unreadable(source);
  const responses: [string, JsonObject][] = [];
  for (const [key, request] of Object.entries(requests)) {
    if (!isJsonObject(request) || typeof request['method'] !== 'string') throw unreadable(source);
    const { method, params } = request;
    const question = { method, ...(isJsonObject(params) && { params }) };
    responses.push([key, await call.onRequest(question, call.signal)]);
  }
  return Object.fromEntries(responses);
}

function unreadable(source: string): BailiwickError {
  return new BailiwickError('UPSTREAM_PROTOCOL', `source ${source} asks for input in a way that is not MCP`);
}
