import { ProtocolError, SdkError, type SubscriptionFilter } from '@modelcontextprotocol/client';
import type { Logger } from '../../telemetry/logger.ts';
import { waitFor } from './wait.ts';
import type { Connection } from './connection.ts';
import { delayOf, type Backoff } from './link.ts';

export interface ListenOptions {
  readonly source: string;
  readonly connection: Connection;
  readonly backoff: Backoff;
  readonly random: () => number;
  readonly timeoutMs: number;
  readonly logger: Logger;
  /** Fires when the connection is given up. */
  readonly signal: AbortSignal;
  /** Listening works again after a gap: changes may have been missed. */
  readonly onGap: () => void;
  /** The upstream can no longer be reached. */
  readonly onUnreachable: (error: unknown) => void;
}

/** How many attempts in a row may fail before the connection counts as lost. */
const MAX_ATTEMPTS = 3;

/**
 * Listens for changed lists on a connection of the modern era (MCP 2026-07-28, basic/patterns/subscriptions), again and
 * again: the SDK does not listen anew when the stream ends. In the legacy era changes come unasked.
 */
export async function keepListening(options: ListenOptions): Promise<void> {
  const { source, connection, signal, logger } = options;
  const filter = toFilter(connection);
  if (connection.era === 'legacy' || Object.keys(filter).length === 0) return;
  let failures = 0;
  for (let round = 0; !signal.aborted; round++) {
    try {
      const subscription = await connection.client.listen(filter, { signal, timeout: options.timeoutMs });
      failures = 0;
      if (round > 0) options.onGap();
      const cause = await subscription.closed;
      if (cause === 'local') return;
      logger.debug({ source, cause }, 'upstream ended the stream of changes');
    } catch (error) {
      if (signal.aborted) return;
      if (isRefusal(error)) {
        logger.warn(
          { source, err: error },
          'upstream announces changes of its lists but refuses to be listened to',
        );
        return;
      }
      failures += 1;
      if (failures >= MAX_ATTEMPTS) return options.onUnreachable(error);
    }
    await waitFor(delayOf(options.backoff, failures + 1, options.random), signal);
  }
}

function toFilter({ capabilities }: Connection): SubscriptionFilter {
  return {
    ...(capabilities.tools?.listChanged ? { toolsListChanged: true } : {}),
    ...(capabilities.prompts?.listChanged ? { promptsListChanged: true } : {}),
    ...(capabilities.resources?.listChanged ? { resourcesListChanged: true } : {}),
  };
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof ProtocolError ||
    (error instanceof SdkError && (error.code as string) === 'METHOD_NOT_SUPPORTED_BY_PROTOCOL_VERSION')
  );
}
