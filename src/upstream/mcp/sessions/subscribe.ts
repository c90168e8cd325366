import type { JsonObject } from '../../../catalog/json.ts';
import { tellSending, toBailiwickError } from '../../../errors.ts';
import type { Scrub } from '../../scrub.ts';
import type { CallContext } from '../../upstream.ts';
import type { McpCredentials } from '../credentials.ts';
import {
  isConnectionLost,
  isSessionLost,
  toCancellation,
  toUpstreamFault,
  wasNotSent,
  wasRefusedForSession,
} from '../faults.ts';
import type { Pool } from './pool.ts';

export interface SubscribeOptions {
  readonly source: string;
  readonly pool: Pool;
  readonly credentials: McpCredentials;
  readonly scrub: Scrub;
}

/**
 * Subscribes a caller to a resource, on its own session where it has one: that stays open as long as somebody is subscribed.
 *
 * @throws BailiwickError as `Upstream.subscribe`
 */
export async function subscribe(
  options: SubscribeOptions,
  uri: string,
  context: CallContext,
  onUpdated: (params: JsonObject) => void,
): Promise<() => Promise<void>> {
  const { source, pool, credentials, scrub } = options;
  await credentials.headers(context);
  const { ask: _ask, ...unasked } = context;
  // A client without a session cannot be asked on behalf of a subscription, and its session is not to be its alone.
  const lease = await pool.lease(context.caller?.session ? context : unasked);
  const { session } = lease;
  try {
    for (let isRetry = false; ; isRetry = true) {
      const connection = await lease.connection();
      try {
        return await session.subscriptions.add(connection, uri, onUpdated);
      } catch (error) {
        const hasNoSession = connection.isSession && isSessionLost(error);
        if (hasNoSession) session.renew(connection);
        else if (isConnectionLost(error)) session.giveUp(connection, error);
        const wasRefused = connection.isSession && wasRefusedForSession(error);
        if (isRetry || !(wasRefused || wasNotSent(error))) throw error;
      }
    }
  } catch (error) {
    if (context.signal.aborted) throw toCancellation(context.signal, source);
    const fault = toUpstreamFault(error, { source, scrub, uri });
    throw tellSending(toBailiwickError(fault), wasNotSent(error));
  } finally {
    lease.release();
  }
}
