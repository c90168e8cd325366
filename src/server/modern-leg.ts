import { createMcpHandler, type McpHttpHandler } from '@modelcontextprotocol/server';
import { toNodeHandler, type NodeIncomingMessageLike } from '@modelcontextprotocol/node';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { list, type Listing } from '../gateway/list.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { principalKey } from '../gateway/snapshot.ts';
import type { Principal } from '../identity/principal.ts';
import type { Logger } from '../telemetry/logger.ts';
import { changedLists, type ChangedList } from './list-changes.ts';
import { toAuthInfo, toClient, type Client } from './caller.ts';
import { createMcpServer } from './mcp-server.ts';

/** Serves MCP 2026-07-28 over HTTP: stateless requests, and `subscriptions/listen` streams. */
export interface ModernLeg {
  handle(client: Client, request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void>;
  close(): Promise<void>;
}

/**
 * One SDK handler per principal and endpoint, alive while a request of theirs is: the handler's event bus reaches every
 * stream it serves, so a bus per principal is what keeps a `list_changed` from those whose own list did not change.
 */
interface Lane {
  readonly handler: McpHttpHandler;
  readonly client: Client;
  listing: Listing;
  requests: number;
}

/** Streams that one principal may hold open at one endpoint. */
const MAX_STREAMS = 128;

export interface ModernLegOptions {
  readonly gateway: Gateway;
  readonly logger: Logger;
  /** False for a principal that configuration no longer has. */
  readonly isKnown: (principal: Principal) => boolean;
}

export function createModernLeg(options: ModernLegOptions, maxBodyBytes: number): ModernLeg {
  const { gateway, logger, isKnown } = options;
  const lanes = new Map<string, Lane>();
  const listingOf = (client: Client): Listing => list(gateway.current(), client.principal, client.endpoint);
  const onerror = (error: Error): void => logger.debug({ err: error }, 'a modern MCP request was not served');

  const open = (client: Client): Lane => ({
    client,
    listing: listingOf(client),
    requests: 0,
    handler: createMcpHandler((context) => createMcpServer(toClient(context.authInfo) ?? client, 'modern'), {
      legacy: 'reject',
      maxSubscriptions: MAX_STREAMS,
      maxRequestBodySize: maxBodyBytes,
      onerror,
    }),
  });

  const stopListening = gateway.onSwap(() => {
    for (const lane of lanes.values()) {
      if (!isKnown(lane.client.principal)) {
        void lane.handler.close();
        continue;
      }
      const listing = listingOf(lane.client);
      for (const changed of changedLists(lane.listing, listing)) notify(lane.handler, changed);
      lane.listing = listing;
    }
  });

  return {
    async handle(client, request, response, body) {
      const key = `${principalKey(client.principal)} ${client.endpoint.kind === 'all' ? '' : client.endpoint.source}`;
      const lane = lanes.get(key) ?? open(client);
      lanes.set(key, lane);
      lane.requests += 1;
      try {
        await toNodeHandler(lane.handler, { onerror })(
          Object.assign(request, { auth: toAuthInfo(client) }) as NodeIncomingMessageLike,
          response,
          body,
        );
      } finally {
        lane.requests -= 1;
        if (lane.requests === 0 && lanes.get(key) === lane) lanes.delete(key);
      }
    },
    async close() {
      stopListening();
      await Promise.all([...lanes.values()].map((lane) => lane.handler.close()));
    },
  };
}

function notify(handler: McpHttpHandler, changed: ChangedList): void {
  switch (changed) {
    case 'tools':
      return handler.notify.toolsChanged();
    case 'resources':
      return handler.notify.resourcesChanged();
    case 'prompts':
      return handler.notify.promptsChanged();
  }
}
