import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type AuthInfo,
  type ClientCapabilities,
  type Implementation,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { Via } from '../audit/record.ts';
import type { JsonObject } from '../catalog/json.ts';
import type { Endpoint } from '../gateway/endpoint.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Caller } from '../gateway/road.ts';
import type { Principal } from '../identity/principal.ts';
import type { CallContext } from '../upstream/upstream.ts';
import { readTraceparent } from './traceparent.ts';

/** One client at one endpoint: what an SDK server is built for. */
export interface Client {
  readonly gateway: Gateway;
  readonly principal: Principal;
  readonly endpoint: Endpoint;
  readonly via: Pick<Via, 'face' | 'session' | 'ip' | 'trace' | 'span'>;
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

export function toCaller(
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
