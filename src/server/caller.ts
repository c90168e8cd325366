import type { AuthInfo } from '@modelcontextprotocol/server';
import type { Via } from '../audit/record.ts';
import type { Endpoint } from '../gateway/endpoint.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Caller } from '../gateway/road.ts';
import type { Principal } from '../identity/principal.ts';
import type { Proof } from '../identity/proof.ts';
import { toCallContext, type RequestParts } from './call-context.ts';
import { readTraceparent } from './traceparent.ts';

/** One client at one endpoint: what an SDK server is built for. */
export interface Client {
  readonly gateway: Gateway;
  readonly principal: Principal;
  /** How it proved to be this principal, with this request or, of a session, with the last one. */
  readonly proof: Proof;
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

/**
 * Whether a caller can get further scopes, and which: with a token, from whoever issued it; on standard input and output, from who configures
 * the server and sits before it. A key has the scopes it has, and a client that is told to step up would go and sign in as somebody
 * else; nor is it told to ask for what its person cannot get, which would lead it round in a circle.
 */
export function stepUpOf({
  proof,
  via,
}: Pick<Client, 'proof' | 'via'>): Pick<Caller, 'mayStepUp' | 'obtainable'> {
  const { kind, obtainable } = proof;
  return {
    mayStepUp: via.face === 'stdio' || kind === 'jwt' || kind === 'opaque-token',
    ...(obtainable && { obtainable }),
  };
}

/**
 * Who makes a request.
 *
 * @param current the client as it showed itself with this request: a session is opened once and used from wherever its id and a
 *   credential of the same caller are. What that credential proves counts, never what the one did that opened the session
 */
export function toCaller(client: Client, parts: RequestParts, current: Client = client): Caller {
  const { era, clientInfo } = parts;
  const session = parts.sessionId ?? client.via.session;
  return {
    principal: current.principal,
    ...stepUpOf(current),
    endpoint: client.endpoint,
    snapshot: client.gateway.current(),
    via: {
      ...client.via,
      ...current.via,
      ...readTraceparent(parts.meta?.['traceparent']),
      era,
      ...(session !== undefined && { session }),
      ...(clientInfo && {
        clientName: clientInfo.name.slice(0, 128),
        clientVersion: clientInfo.version.slice(0, 64),
      }),
    },
    context: toCallContext({ ...client, ...current }, parts),
  };
}
