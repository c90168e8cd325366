import type { Connection } from '../connection.ts';
import { createRelayedCall } from '../relayed-call.ts';
import type { CallContext } from '../../upstream.ts';
import type { Subscriber } from './subscriptions.ts';

/** `resources/subscribe` and `resources/unsubscribe` (MCP 2025-11-25, server/resources). */
export function createLegacySubscriber(
  connection: Connection,
  context: CallContext,
  timeoutMs: number,
): Subscriber {
  const request = async (method: string, uri: string): Promise<void> => {
    const call = createRelayedCall(context, timeoutMs);
    call.restart();
    try {
      await connection.request(method, { uri }, call);
    } finally {
      call.end();
    }
  };
  return {
    add: async (uris) => {
      for (const uri of uris) await request('resources/subscribe', uri);
    },
    // What is left of it is told nobody, whatever the upstream says.
    remove: (uri) => request('resources/unsubscribe', uri).catch(() => {}),
    close: () => {},
  };
}
