import { McpServer, type ServerContext, type Transport } from '@modelcontextprotocol/server';
import { toolAt } from '../gateway/endpoint.ts';
import { freshness } from '../gateway/list-freshness.ts';
import { offerTo } from '../gateway/offer.ts';
import type { Caller } from '../gateway/road.ts';
import { addCallHandlers } from './call-handlers.ts';
import { toParts } from './call-context.ts';
import { toCaller, toClient, type Client } from './caller.ts';
import { createClientSession } from './client-session.ts';
import { addListHandlers } from './list-handlers.ts';
import { addLogLevelHandler } from './log-level.ts';
import { withPlainErrors } from './plain-errors.ts';
import { withRealResults } from './real-results.ts';
import { SERVER_INFO } from './server-info.ts';
import type { StandingStream } from './standing-stream.ts';
import { addSubscriptionHandlers } from './subscription-handlers.ts';

/**
 * An SDK server that hands every request of this client to the gateway: SDK types end here.
 *
 * One instance serves one legacy session, one stdio connection, or one modern HTTP request.
 *
 * @param onClose called when the connection has ended
 * @param stream of a legacy HTTP session
 */
export function createMcpServer(
  client: Client,
  era: 'legacy' | 'modern',
  onClose: () => void = () => {},
  stream?: StandingStream,
): McpServer {
  const product = new GatewayMcpServer(client);
  const { gateway } = client;
  const session =
    era === 'legacy' || client.via.face === 'stdio'
      ? createClientSession(gateway.road.newId(), product, era, stream)
      : undefined;
  product.server.onclose = () => {
    session?.end();
    onClose();
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
    const tool = toolAt(endpoint, snapshot.catalog, name);
    return tool && snapshot.view(principal).shows({ kind: 'tool', tool }) ? tool.inputSchema : undefined;
  }
}
