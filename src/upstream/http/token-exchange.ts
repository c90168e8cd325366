import type { Dispatcher } from 'undici';
import type { Exchange } from '../oauth/token-endpoint.ts';
import type { Scrub } from '../scrub.ts';
import { sendRequest } from './send.ts';

/** Longer than any answer with a token, and than any discovery document. */
const MAX_ANSWER_BYTES = 262_144;

export interface TokenExchangeOptions {
  readonly source: string;
  readonly agent: Dispatcher;
  readonly timeoutMs: number;
  readonly scrub: Scrub;
}

/** Exchanges with authorization servers, under the rules of calls: one request, no redirect, bounded in time and size. */
export function createTokenExchange({ source, agent, timeoutMs, scrub }: TokenExchangeOptions): Exchange {
  return (request, peer, signal) => {
    const { origin, host } = new URL(request.url);
    const base = { origin, host, path: '', isPinned: true };
    const limits = { timeoutMs, maxResponseBytes: MAX_ANSWER_BYTES };
    return sendRequest(agent, request, limits, signal, {
      source,
      peer,
      base,
      changesSomething: false,
      scrub,
    });
  };
}
