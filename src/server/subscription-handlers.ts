import type { McpServer, ServerContext } from '@modelcontextprotocol/server';
import type { Gateway } from '../gateway/gateway.ts';
import type { Caller } from '../gateway/road.ts';
import type { ServerSession } from './client-session.ts';
import { answer } from './protocol-error.ts';
import { createResourceSubscriptions, type ResourceSubscriptions } from './resource-subscriptions.ts';

/** Resources that one session may be subscribed to. */
const MAX_SUBSCRIPTIONS = 256;

/**
 * Answers `resources/subscribe` and `resources/unsubscribe` (MCP up to 2025-11-25). A session is subscribed to a URI or it is
 * not: asking again changes nothing, and one `unsubscribe` ends it. All end with the session.
 */
export function addSubscriptionHandlers(
  { server }: McpServer,
  gateway: Gateway,
  session: ServerSession,
  caller: (context: ServerContext) => Caller,
): void {
  const releases = new Map<string, () => void>();
  let subscriptions: ResourceSubscriptions | undefined;
  const open = (): ResourceSubscriptions => {
    const opened = createResourceSubscriptions(
      gateway,
      (params) => session.notify('notifications/resources/updated', params),
      MAX_SUBSCRIPTIONS,
    );
    session.onClose(() => opened.close());
    session.onRenewed(opened.actAs);
    return opened;
  };
  server.setRequestHandler('resources/subscribe', (request, context) =>
    answer(gateway.road.logger, async () => {
      const { uri } = request.params;
      subscriptions ??= open();
      const release = await subscriptions.take(caller(context), uri);
      releases.get(uri)?.();
      releases.set(uri, release);
      return {};
    }),
  );
  server.setRequestHandler('resources/unsubscribe', (request) => {
    const { uri } = request.params;
    releases.get(uri)?.();
    releases.delete(uri);
    return {};
  });
}
