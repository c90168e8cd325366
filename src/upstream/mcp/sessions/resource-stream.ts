import type { SubscriptionFilter } from '@modelcontextprotocol/client';
import { BailiwickError } from '../../../errors.ts';
import { waitFor } from '../wait.ts';
import type { Connection } from '../connection.ts';
import { delayOf, type Backoff } from '../link.ts';
import type { Subscriber } from './subscriptions.ts';

export interface ResourceStreamOptions {
  readonly source: string;
  readonly connection: Connection;
  readonly backoff: Backoff;
  readonly random: () => number;
  readonly timeoutMs: number;
  /** The stream stands again after a gap: changes may have been missed. */
  readonly onGap: () => void;
  readonly onUnreachable: (error: unknown) => void;
}

type Stream = Awaited<ReturnType<Connection['client']['listen']>>;

/** How many attempts in a row may fail before the connection counts as lost. */
const MAX_ATTEMPTS = 3;

/**
 * The stream of updated resources (MCP 2026-07-28, basic/patterns/subscriptions). What a stream is about cannot be changed, so it
 * is opened anew with each change, the new one before the old one ends, and after the upstream ended it.
 */
export function createResourceStream(options: ResourceStreamOptions): Subscriber {
  const { source, connection } = options;
  const closing = new AbortController();
  let uris: readonly string[] = [];
  let stream: Stream | undefined;

  const open = async (next: readonly string[]): Promise<void> => {
    const opened = next.length === 0 ? undefined : await listen(next);
    const last = stream;
    uris = next;
    stream = opened;
    await last?.close();
    if (opened) void keep(opened);
  };
  const listen = async (next: readonly string[]): Promise<Stream> => {
    const filter: SubscriptionFilter = { resourceSubscriptions: [...next] };
    const { signal } = closing;
    const opened = await connection.client.listen(filter, { signal, timeout: options.timeoutMs });
    const honored = opened.honoredFilter.resourceSubscriptions ?? [];
    const refused = next.find((uri) => !uris.includes(uri) && !honored.includes(uri));
    if (refused === undefined) return opened;
    await opened.close();
    throw new BailiwickError('UPSTREAM_ERROR', `source ${source} takes no subscription to ${refused}`);
  };
  /** Opens the stream again whenever the upstream ends it. */
  const keep = async (opened: Stream): Promise<void> => {
    const cause = await opened.closed;
    if (cause === 'local' || stream !== opened) return;
    for (let failures = 1; failures <= MAX_ATTEMPTS; failures++) {
      await waitFor(delayOf(options.backoff, failures, options.random), closing.signal);
      if (closing.signal.aborted || stream !== opened) return;
      try {
        const again = await listen(uris);
        // Another change came between, and opened a stream of its own.
        if (stream !== opened) return await again.close();
        stream = again;
        void keep(again);
        options.onGap();
        return;
      } catch (error) {
        if (closing.signal.aborted) return;
        if (failures === MAX_ATTEMPTS) options.onUnreachable(error);
      }
    }
  };

  return {
    add: (more) => open([...uris, ...more]),
    remove: (uri) => open(uris.filter((other) => other !== uri)).catch(() => {}),
    close: () => closing.abort(new Error('the connection is given up')),
  };
}
