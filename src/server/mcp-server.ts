import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  McpServer,
  ProtocolError,
  type AuthInfo,
  type CallToolResult,
  type GetPromptResult,
  type ClientCapabilities,
  type CompleteResult,
  type Implementation,
  type ListPromptsResult,
  type ListResourcesResult,
  type ListResourceTemplatesResult,
  type ListToolsResult,
  type ReadResourceResult,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { Via } from '../audit/record.ts';
import type { JsonObject } from '../catalog/json.ts';
import type { BailiwickError } from '../errors.ts';
import { ERRORS, toBailiwickError } from '../errors.ts';
import { callTool } from '../gateway/call-tool.ts';
import { complete } from '../gateway/complete.ts';
import { toolAt, type Endpoint } from '../gateway/endpoint.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { getPrompt } from '../gateway/get-prompt.ts';
import { list, type Listing, type ListKind } from '../gateway/list.ts';
import { readResource } from '../gateway/read-resource.ts';
import type { Caller } from '../gateway/road.ts';
import type { Principal } from '../identity/principal.ts';
import type { CallContext } from '../upstream/upstream.ts';
import { SERVER_INFO } from './server-info.ts';
import { readTraceparent } from './traceparent.ts';

/** One client at one endpoint: what an SDK server is built for. */
export interface Client {
  readonly gateway: Gateway;
  readonly principal: Principal;
  readonly endpoint: Endpoint;
  readonly via: Pick<Via, 'face' | 'session' | 'ip' | 'trace' | 'span'>;
}

/** All lists may change while a client is connected; the lists themselves may be empty. */
const CAPABILITIES = {
  tools: { listChanged: true },
  resources: { listChanged: true },
  prompts: { listChanged: true },
  completions: {},
};

/**
 * An SDK server that hands every request of this client to the gateway: SDK types end here.
 *
 * One instance serves one legacy session, one stdio connection, or one modern HTTP request.
 */
export function createMcpServer(client: Client, era: 'legacy' | 'modern'): McpServer {
  const product = new GatewayMcpServer(client);
  const server = product.server;
  const { gateway } = client;
  const caller = (context: ServerContext): Caller => toCaller(client, era, product, context);

  const lists = (
    kind: ListKind,
    params: { cursor?: string | undefined } | undefined,
    context: ServerContext,
  ): Listing[ListKind] => {
    if (params?.cursor !== undefined) {
      throw new ProtocolError(
        ERRORS.INVALID_PARAMS.rpc,
        'cursor: these lists have one page, so no cursor was given out',
      );
    }
    const from = caller(context);
    const listing = list(from.snapshot, from.principal, from.endpoint);
    gateway.road.noteList(from, kind, listing);
    return listing[kind];
  };
  server.setRequestHandler('tools/list', (request, context) => {
    return { tools: lists('tools', request.params, context) } as unknown as ListToolsResult;
  });
  server.setRequestHandler('resources/list', (request, context) => {
    return { resources: lists('resources', request.params, context) } as unknown as ListResourcesResult;
  });
  server.setRequestHandler('resources/templates/list', (request, context) => {
    const resourceTemplates = lists('resourceTemplates', request.params, context);
    return { resourceTemplates } as unknown as ListResourceTemplatesResult;
  });
  server.setRequestHandler('prompts/list', (request, context) => {
    return { prompts: lists('prompts', request.params, context) } as unknown as ListPromptsResult;
  });

  server.setRequestHandler('tools/call', (request, context) =>
    answer(async () => {
      const { name } = request.params;
      const args = (request.params.arguments ?? {}) as JsonObject;
      const from = caller(context);
      const result = await callTool(gateway.road, { ...from, name, args });
      const outputSchema = toolAt(client.endpoint, from.snapshot.catalog, name)?.outputSchema;
      return server.projectCallToolResult(result as unknown as CallToolResult, outputSchema);
    }),
  );
  server.setRequestHandler('resources/read', (request, context) =>
    answer(async () => {
      const result = await readResource(gateway.road, caller(context), request.params.uri);
      return result as unknown as ReadResourceResult;
    }),
  );
  server.setRequestHandler('prompts/get', (request, context) =>
    answer(async () => {
      const args = (request.params.arguments ?? {}) as JsonObject;
      const result = await getPrompt(gateway.road, caller(context), request.params.name, args);
      return result as unknown as GetPromptResult;
    }),
  );
  server.setRequestHandler('completion/complete', (request, context) =>
    answer(async () => {
      const { _meta, ...params } = request.params;
      return (await complete(
        gateway.road,
        caller(context),
        params as JsonObject,
      )) as unknown as CompleteResult;
    }),
  );
  return product;
}

/** Gives the SDK the schemas it needs to check `Mcp-Param-*` headers against the body (MCP 2026-07-28, SEP-2243). */
class GatewayMcpServer extends McpServer {
  readonly #client: Client;

  constructor(client: Client) {
    super(SERVER_INFO, { capabilities: CAPABILITIES });
    this.#client = client;
  }

  override toolInputSchemaJson(name: string): Record<string, unknown> | undefined {
    const { endpoint, gateway, principal } = this.#client;
    const snapshot = gateway.current();
    const tool = toolAt(endpoint, snapshot.catalog, name);
    return tool && snapshot.view(principal).shows({ kind: 'tool', tool }) ? tool.inputSchema : undefined;
  }
}

/** The members of the 2026-07-28 envelope that are read here; the SDK types its keys less exactly than it names them. */
type Envelope =
  | { [CLIENT_INFO_META_KEY]?: Implementation; [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities }
  | undefined;

/** How the client of one request travels through the SDK, which passes `authInfo` on and looks at none of it. */
const CLIENT = 'bailiwick.client';

export function toAuthInfo(client: Client): AuthInfo {
  return { token: '', clientId: client.principal.subject, scopes: [], extra: { [CLIENT]: client } };
}

export function toClient(authInfo: AuthInfo | undefined): Client | undefined {
  return authInfo?.extra?.[CLIENT] as Client | undefined;
}

function toCaller(
  client: Client,
  era: 'legacy' | 'modern',
  product: McpServer,
  context: ServerContext,
): Caller {
  const envelope: Envelope = context.mcpReq.envelope;
  const clientInfo = envelope?.[CLIENT_INFO_META_KEY] ?? product.server.getClientVersion();
  const session = context.sessionId ?? client.via.session;
  const trace = readTraceparent(context.mcpReq._meta?.['traceparent']);
  return {
    principal: client.principal,
    endpoint: client.endpoint,
    snapshot: client.gateway.current(),
    via: {
      ...client.via,
      // A session is opened once and used from wherever its id and a credential are.
      ...toClient(context.http?.authInfo)?.via,
      ...trace,
      era,
      ...(session !== undefined && { session }),
      ...(clientInfo && {
        clientName: clientInfo.name.slice(0, 128),
        clientVersion: clientInfo.version.slice(0, 64),
      }),
    },
    context: toCallContext(product, context),
  };
}

function toCallContext(product: McpServer, context: ServerContext): CallContext {
  const { _meta, inputResponses, signal, notify } = context.mcpReq;
  const envelope: Envelope = context.mcpReq.envelope;
  const { progressToken, ...meta } = _meta ?? {};
  const requestState = context.mcpReq.requestState<string>();
  const capabilities = envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? product.server.getClientCapabilities();
  return {
    signal,
    meta: meta as JsonObject,
    ...(inputResponses !== undefined && { inputResponses: inputResponses as JsonObject }),
    ...(requestState !== undefined && { requestState }),
    ...(capabilities !== undefined && { clientCapabilities: capabilities as JsonObject }),
    ...(progressToken !== undefined && {
      onProgress: (progress) => {
        // A client that has gone away needs no progress; its call ends by its own signal.
        notify({ method: 'notifications/progress', params: { ...progress, progressToken } }).catch(() => {});
      },
    }),
  };
}

/** Turns every throw into the wire's form; what is not ours to tell stays in the log. */
async function answer<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw toProtocolError(toBailiwickError(thrown));
  }
}

/**
 * The JSON-RPC form of a fault: the table in `errors.ts` has its code, `data.code` its stable name. An upstream's own code and
 * data are passed on.
 */
function toProtocolError(error: BailiwickError): ProtocolError {
  const row = ERRORS[error.code];
  const { upstream, ...data } = error.data as { upstream?: { code: number; data?: object } };
  const code = upstream?.code ?? ('rpc' in row ? row.rpc : ERRORS.INTERNAL.rpc);
  return new ProtocolError(code, error.message, { ...upstream?.data, ...data, code: error.code });
}
