import { CLIENT_INFO_META_KEY, type AuthInfo, type ServerContext } from '@modelcontextprotocol/server';
import type { Via } from '../audit/record.ts';
import type { Endpoint } from '../gateway/endpoint.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Caller } from '../gateway/road.ts';
import type { Principal } from '../identity/principal.ts';
import { toCallContext, type Connected, type Envelope } from './call-context.ts';
import { readTraceparent } from './traceparent.ts';

/** One client at one endpoint: what an SDK server is built for. */
export interface Client {
  readonly gateway: Gateway;
  readonly principal: Principal;
  readonly endpoint: Endpoint;
  readonly via: Pick<Via, 'face' | 'session' | 'ip' | 'trace' | 'span'>;
  /** The credential that it showed with this request, without its scheme. A function, so that no log holds it by accident. */
  readonly credential?: () => string | undefined;
}

/** How the client of one request travels through the SDK, which passes `authInfo` on and looks at none of it. */
const CLIENT = 'bailiwick.client';

export function toAuthInfo(client: Client): AuthInfo {
  return { token: '', clientId: client.principal.subject, scopes: [], extra: { [CLIENT]: client } };
}

export function toClient(authInfo: AuthInfo | undefined): Client | undefined {
  return authInfo?.extra?.[CLIENT] as Client | undefined;
}

export function toCaller(client: Client, connected: Connected, context: ServerContext): Caller {
  const { era, product } = connected;
  const envelope: Envelope = context.mcpReq.envelope;
  const clientInfo = envelope?.[CLIENT_INFO_META_KEY] ?? product.server.getClientVersion();
  const session = context.sessionId ?? client.via.session;
  const trace = readTraceparent(context.mcpReq._meta?.['traceparent']);
  // A session is opened once and used from wherever its id and a credential are.
  const current = toClient(context.http?.authInfo) ?? client;
  return {
    principal: client.principal,
    endpoint: client.endpoint,
    snapshot: client.gateway.current(),
    via: {
      ...client.via,
      ...current.via,
      ...trace,
      era,
      ...(session !== undefined && { session }),
      ...(clientInfo && {
        clientName: clientInfo.name.slice(0, 128),
        clientVersion: clientInfo.version.slice(0, 64),
      }),
    },
    context: toCallContext({ ...client, ...current }, connected, context),
  };
}
