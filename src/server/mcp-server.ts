import { McpServer, type ServerContext, type Transport } from '@modelcontextprotocol/server';
import { freshness } from '../gateway/list-freshness.ts';
import { meansBuiltIn } from '../gateway/listing/built-in.ts';
import { offerTo } from '../gateway/offer.ts';
import type { Caller } from '../gateway/road.ts';
import { showsTool } from '../gateway/shows-tool.ts';
import { windowOf } from '../gateway/window.ts';
import { addCallHandlers } from './call-handlers.ts';
import { toParts } from './call-context.ts';
import { toCaller, toClient, type Client } from './caller.ts';
import { createClientSession, type ServerSession } from './client-session.ts';
import { addListHandlers } from './list-handlers.ts';
import { addLogLevelHandler } from './log-level.ts';
import { withPlainErrors } from './plain-errors.ts';
import { withRealResults } from './real-results.ts';
import { SERVER_INFO } from './server-info.ts';
import type { StandingStream } from './standing-stream.ts';
import { addSubscriptionHandlers } from './subscription-handlers.ts';

/** What the one who connects a server wants to know of it, and knows itself. */
export interface Connection {
  /** Called when the connection has ended. */
  readonly onClose?: () => void;
  /** Called where one request is connected with the next, before the first. */
  readonly onSession?: (session: ServerSession) => void;
  /** Of a legacy HTTP session. */
  readonly stream?: StandingStream;
}

/**
 * An SDK server that hands every request of this client to the gateway: SDK types end here.
 *
 * One instance serves one legacy session, one stdio connection, or one modern HTTP request.
 */
export function createMcpServer(
  client: Client,
  era: 'legacy' | 'modern',
  connection: Connection = {},
): McpServer {
  const product = new GatewayMcpServer(client);
  const { gateway } = client;
  const session =
    era === 'legacy' || client.via.face === 'stdio'
      ? createClientSession(gateway.road.newId(), product, era, connection.stream)
      : undefined;
  if (session) connection.onSession?.(session);
  product.server.onclose = () => {
    session?.end();
    connection.onClose?.();
  };
  const caller = (context: ServerContext): Caller =>
    toCaller(client, toParts({ era, product, session }, context), toClient(context.http?.authInfo));
  addListHandlers(product, gateway, caller);
  addCallHandlers(product, gateway, caller);
  if (era === 'legacy' && session) {
    addLogLevelHandler(product, session);
    addSubscriptionHandlers(product, gateway, session, caller);
  }
  return product;
}

/** Tells errors in plain words, and gives the SDK the schemas it needs to check `Mcp-Param-*` headers against the body (MCP 2026-07-28, SEP-2243). */
class GatewayMcpServer extends McpServer {
  readonly #client: Client;

  constructor(client: Client) {
    const { gateway, principal, endpoint } = client;
    const snapshot = gateway.current();
    const { capabilities, instructions } = offerTo(snapshot, principal, endpoint);
    const { ttlMs } = freshness(snapshot, principal, endpoint);
    super(SERVER_INFO, {
      capabilities,
      ...(instructions !== undefined && { instructions }),
      // What would be asked by it is asked by the gateway, on the road of the call.
      inputRequired: { legacyShim: false },
      cacheHints: { 'server/discover': { ttlMs, cacheScope: 'private' } },
    });
    this.#client = client;
  }

  override async connect(transport: Transport): Promise<void> {
    withPlainErrors(transport);
    withRealResults(transport);
    await super.connect(transport);
  }

  override toolInputSchemaJson(name: string): Record<string, unknown> | undefined {
    const { endpoint, gateway, principal } = this.#client;
    const snapshot = gateway.current();
    if (meansBuiltIn({ snapshot, principal, endpoint }, name)) return undefined;
    const window = windowOf(snapshot, endpoint);
    const tool = window.toolNamed(name);
    return tool && showsTool(snapshot.view(principal), window, tool) ? tool.inputSchema : undefined;
  }
}
