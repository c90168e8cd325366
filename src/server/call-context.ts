import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  LOG_LEVEL_META_KEY,
  type ClientCapabilities,
  type Implementation,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { JsonObject } from '../catalog/json.ts';
import type { Ask, CallContext } from '../upstream/upstream.ts';
import { createAsk } from './ask-client.ts';
import type { Client } from './caller.ts';
import type { ServerSession } from './client-session.ts';
import { isWanted } from './log-level.ts';

/** The members of the 2026-07-28 envelope that are read here; the SDK types its keys less exactly than it names them. */
export type Envelope =
  | {
      [CLIENT_INFO_META_KEY]?: Implementation;
      [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities;
      [LOG_LEVEL_META_KEY]?: string;
    }
  | undefined;

/** One connection of a client: what its SDK server knows of it beside the single request. */
export interface Connected {
  readonly era: 'legacy' | 'modern';
  readonly product: McpServer;
  /** Absent: nothing connects one request of this client with the next. */
  readonly session: ServerSession | undefined;
}

/** What one request of a client says and can be told, whoever read it from the wire. */
export interface RequestParts {
  readonly era: 'legacy' | 'modern';
  readonly session: ServerSession | undefined;
  readonly sessionId: string | undefined;
  readonly signal: AbortSignal;
  /** `_meta` without the members of the 2026-07-28 envelope. */
  readonly meta: JsonObject | undefined;
  readonly clientInfo: Implementation | undefined;
  readonly capabilities: ClientCapabilities | undefined;
  /** What a modern envelope names. */
  readonly logLevel: string | undefined;
  readonly inputResponses?: JsonObject | undefined;
  readonly requestState?: string | undefined;
  /** Absent: the client cannot be asked during this request. */
  readonly ask?: Ask;
  /** Sends a notification that belongs to this request. A client that has gone away is told nothing. */
  readonly tell: (method: string, params: JsonObject) => void;
}

/** The parts of a request that the SDK read. */
export function toParts({ era, product, session }: Connected, context: ServerContext): RequestParts {
  const { inputResponses, signal, notify } = context.mcpReq;
  const envelope: Envelope = context.mcpReq.envelope;
  return {
    era,
    session,
    sessionId: context.sessionId,
    signal,
    meta: context.mcpReq._meta as JsonObject | undefined,
    clientInfo: envelope?.[CLIENT_INFO_META_KEY] ?? product.server.getClientVersion(),
    capabilities: envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? product.server.getClientCapabilities(),
    logLevel: envelope?.[LOG_LEVEL_META_KEY],
    inputResponses: inputResponses as JsonObject | undefined,
    requestState: context.mcpReq.requestState<string>(),
    ...(era === 'legacy' && { ask: createAsk(product, context.mcpReq.id) }),
    tell: (method, params) => void notify({ method, params }).catch(() => {}),
  };
}

/** What one request of a client brings for the call that it makes. */
export function toCallContext(
  client: Pick<Client, 'principal' | 'credential'>,
  parts: RequestParts,
): CallContext {
  const { era, session, signal, tell, ask, clientInfo, capabilities, inputResponses, requestState } = parts;
  const { progressToken, ...meta } = parts.meta ?? {};
  const logLevel = era === 'modern' ? parts.logLevel : session?.logLevel;
  const { principal, credential } = client;
  return {
    signal,
    meta,
    caller: { principal, ...(session && { session }), ...(credential && { credential }) },
    rounds: era === 'modern' ? 'relay' : 'ask',
    ...(ask && { ask }),
    onNotification(method, params) {
      // A session's level may change while the call runs.
      const least = era === 'modern' ? logLevel : session?.logLevel;
      if (isForClient(method, params, era, least)) tell(method, params);
    },
    ...(logLevel !== undefined && { logLevel }),
    ...(clientInfo && { clientInfo: clientInfo as JsonObject }),
    ...(inputResponses !== undefined && { inputResponses }),
    ...(requestState !== undefined && { requestState }),
    ...(capabilities !== undefined && { clientCapabilities: capabilities as JsonObject }),
    ...(progressToken !== undefined && {
      onProgress: (progress) => tell('notifications/progress', { ...progress, progressToken }),
    }),
  };
}

/** Notifications of the protocol that are about one hop, or that other parts answer for. */
const OF_ONE_HOP =
  /^notifications\/(?:cancelled|progress|initialized|subscriptions\/.*|.*\/list_changed|resources\/updated)$/;

/** Messages of the log as far as the client wants them (a modern one that names no level wants none), and what is unknown. */
function isForClient(
  method: string,
  params: JsonObject,
  era: Connected['era'],
  least: string | undefined,
): boolean {
  if (method === 'notifications/message') {
    return least === undefined ? era === 'legacy' : isWanted(params['level'], least);
  }
  // Gone from the modern era, as the id that it names.
  if (method === 'notifications/elicitation/complete') return era === 'legacy';
  return !OF_ONE_HOP.test(method);
}
