import type { Dispatcher } from 'undici';
import { BailiwickError, tellSending } from '../../errors.ts';
import type { HttpRequest } from './build-request.ts';
import { createTimeout, toFault, type FaultContext } from './faults.ts';
import { readBody, type ResponseBody } from './response-body.ts';
import { orAborted } from '../network/or-aborted.ts';

/** An answer, read to its end. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; of a repeated header, the first. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ResponseBody;
}

export interface SendLimits {
  /** From connecting to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
}

/**
 * Sends one request, once: nothing is repeated and no redirect is followed, so what one decision covers is what leaves.
 *
 * @throws BailiwickError `CANCELLED` when `signal` fired, otherwise `UPSTREAM_TIMEOUT`, `UPSTREAM_UNAVAILABLE` or
 *   `UPSTREAM_PROTOCOL`.
 */
export async function sendRequest(
  dispatcher: Dispatcher,
  request: HttpRequest,
  limits: SendLimits,
  signal: AbortSignal,
  context: FaultContext,
): Promise<HttpResponse> {
  const cancelled = (): BailiwickError =>
    new BailiwickError('CANCELLED', `${context.source}: the call was cancelled`);
  if (signal.aborted) throw tellSending(cancelled(), true);
  const timer = new AbortController();
  const timeout = setTimeout(() => timer.abort(), limits.timeoutMs);
  try {
    return await exchange(dispatcher, request, limits, AbortSignal.any([signal, timer.signal]), context);
  } catch (error) {
    if (signal.aborted) throw cancelled();
    if (timer.signal.aborted) throw createTimeout(limits.timeoutMs, context);
    throw toFault(error, context);
  } finally {
    clearTimeout(timeout);
  }
}

async function exchange(
  dispatcher: Dispatcher,
  request: HttpRequest,
  limits: SendLimits,
  signal: AbortSignal,
  context: FaultContext,
): Promise<HttpResponse> {
  const { origin } = context.base;
  const sent = dispatcher.request({
    origin,
    // Not parsed again: a URL parser would resolve what was encoded on purpose.
    path: request.url.slice(origin.length),
    method: request.method,
    headers: request.headers,
    body: request.body,
    signal,
  });
  const response = await orAborted(sent, signal);
  const headers = firstOfEach(response.headers);
  const body = await readBody(response.body, headers['content-encoding'], limits.maxResponseBytes);
  return { status: response.statusCode, headers, body };
}

function firstOfEach(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const first: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    // A list header may come in several lines (RFC 9110 §5.3); of those that are read here, only this one is a list.
    const one = Array.isArray(value) ? (name === 'link' ? value.join(', ') : value[0]) : value;
    if (one !== undefined) first[name] = one;
  }
  return first;
}
