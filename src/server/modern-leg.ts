import { createMcpHandler, type McpHttpHandler } from '@modelcontextprotocol/server';
import { toNodeHandler, type NodeIncomingMessageLike } from '@modelcontextprotocol/node';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonObject } from '../catalog/json.ts';
import { endpointKey } from '../gateway/endpoint.ts';
import { list, type Listing } from '../gateway/list.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { principalKey } from '../gateway/snapshot.ts';
import type { Logger } from '../telemetry/logger.ts';
import { changedLists, type ChangedList } from './list-changes.ts';
import { toAuthInfo, toClient, type Client } from './caller.ts';
import type { CredentialWatch } from './credential-watch.ts';
import { parseListen, takeAll } from './listen-request.ts';
import { createMcpServer } from './mcp-server.ts';
import { createResourceSubscriptions, type ResourceSubscriptions } from './resource-subscriptions.ts';

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
  /** What its streams are told the changes of. */
  readonly subscriptions: ResourceSubscriptions;
  listing: Listing;
  requests: number;
}

/** Streams that one principal may hold open at one endpoint. */
const MAX_STREAMS = 128;

/** Resources that they may be told of, all together. */
const MAX_RESOURCES = 4_096;

export interface ModernLegOptions {
  readonly gateway: Gateway;
  readonly logger: Logger;
  /** How often an open stream is told that it is alive. Absent: every 15 seconds. */
  readonly keepAliveMs?: number | undefined;
  readonly credentials: CredentialWatch;
}

export function createModernLeg(options: ModernLegOptions, maxBodyBytes: number): ModernLeg {
  const { gateway, logger, credentials } = options;
  const lanes = new Map<string, Lane>();
  const listingOf = (client: Client): Listing => list(gateway.current(), client.principal, client.endpoint);
  const onerror = (error: Error): void => logger.debug({ err: error }, 'a modern MCP request was not served');

  const open = (client: Client): Lane => {
    const handler = createMcpHandler(
      (context) => createMcpServer(toClient(context.authInfo) ?? client, 'modern'),
      {
        legacy: 'reject',
        maxSubscriptions: MAX_STREAMS,
        maxRequestBodySize: maxBodyBytes,
        ...(options.keepAliveMs !== undefined && { keepAliveMs: options.keepAliveMs }),
        onerror,
      },
    );
    const tell = ({ uri, ...params }: JsonObject & { uri: string }): void =>
      handler.bus.publish({ kind: 'resource_updated', uri, params });
    return {
      client,
      listing: listingOf(client),
      requests: 0,
      handler,
      subscriptions: createResourceSubscriptions(gateway, tell, MAX_RESOURCES),
    };
  };

  /**
   * The request as the SDK may acknowledge it: it answers `subscriptions/listen` by itself, and takes whatever is asked for as
   * granted. What this caller may not read is taken out before, and what it may is subscribed to as long as the stream is open.
   */
  const prepare = async (
    { client, subscriptions }: Pick<Lane, 'client' | 'subscriptions'>,
    request: IncomingMessage,
    response: ServerResponse,
    body: unknown,
  ): Promise<unknown> => {
    // A message that is not what its headers say is refused by the SDK.
    const isListen = request.headers['mcp-method'] === 'subscriptions/listen';
    // The stream of a call ends with the call, and this one with the credential that it was asked for with.
    if (isListen)
      response.once(
        'close',
        credentials.follow(client.proof, () => response.destroy()),
      );
    const listen = isListen ? parseListen(body) : undefined;
    if (!listen) return body;
    const { taken, end } = await takeAll(listen, client, subscriptions, logger);
    if (response.destroyed) end();
    else response.once('close', end);
    return listen.asking(taken);
  };

  const stopListening = gateway.onSwap(() => {
    for (const lane of lanes.values()) {
      const listing = listingOf(lane.client);
      for (const changed of changedLists(lane.listing, listing)) notify(lane.handler, changed);
      lane.listing = listing;
    }
  });

  return {
    async handle(client, request, response, body) {
      const key = `${principalKey(client.principal)} ${endpointKey(client.endpoint)}`;
      const lane = lanes.get(key) ?? open(client);
      lanes.set(key, lane);
      lane.requests += 1;
      try {
        await toNodeHandler(lane.handler, { onerror })(
          Object.assign(request, { auth: toAuthInfo(client) }) as NodeIncomingMessageLike,
          response,
          await prepare({ ...lane, client }, request, response, body),
        );
      } finally {
        lane.requests -= 1;
        if (lane.requests === 0 && lanes.get(key) === lane) lanes.delete(key);
        if (lane.requests === 0) lane.subscriptions.close();
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
