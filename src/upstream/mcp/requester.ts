import type { JsonObject } from '../../catalog/json.ts';
import { BailiwickError, tellSending, toBailiwickError } from '../../errors.ts';
import type { Scrub } from '../scrub.ts';
import type { CallContext } from '../upstream.ts';
import type { Connection } from './connection.ts';
import type { McpCredentials } from './credentials.ts';
import {
  isConnectionLost,
  isForeignRefusal,
  isHeaderMismatch,
  isSessionLost,
  toCancellation,
  toUpstreamFault,
  wasNotSent,
  wasRefusedForSession,
} from './faults.ts';
import type { MirroredTool } from './parameters.ts';
import { createRelayedCall, type RelayedCall } from './relayed-call.ts';
import { workOffRounds, type Round } from './rounds.ts';
import type { Lease, Pool } from './sessions/pool.ts';
import type { UpstreamSession } from './sessions/session.ts';

export interface RequesterOptions {
  readonly source: string;
  readonly pool: Pool;
  readonly credentials: McpCredentials;
  readonly scrub: Scrub;
  /** The upstream's tools are not those that were listed. */
  readonly onStale: () => void;
}

/** A request of a caller, or of the gateway itself. */
export interface UpstreamRequest {
  readonly method: string;
  /** The parameters, as the connection's era wants them. */
  readonly toParams: (connection: Connection, round: Round) => JsonObject;
  readonly context: CallContext;
  readonly timeoutMs: number;
  readonly tool?: MirroredTool;
  /** The session to use; absent: one that the context's caller may use. */
  readonly session?: UpstreamSession;
  /** The resource that it is about. */
  readonly uri?: string;
}

/** Sends a request on a session that its caller may use, with all that it takes to come to a result. */
export type Requester = (request: UpstreamRequest) => Promise<JsonObject>;

export function createRequester({ source, pool, credentials, scrub, onStale }: RequesterOptions): Requester {
  /** Sends a request, once more where it is certain that the first one was not carried out. */
  const send = async (
    request: UpstreamRequest,
    round: Round,
    call: RelayedCall,
    lease: Lease,
  ): Promise<JsonObject> => {
    const { method, toParams } = request;
    for (let isRetry = false; ; isRetry = true) {
      const connection = await lease.connection().catch((error: unknown) => {
        throw tellSending(toBailiwickError(error), true);
      });
      const params = toParams(connection, round);
      try {
        call.restart();
        return await connection.request(method, params, call, request.tool);
      } catch (error) {
        if (call.context.signal.aborted || error instanceof BailiwickError) throw error;
        if (isHeaderMismatch(error)) onStale();
        const hasNoSession = connection.isSession && isSessionLost(error);
        if (hasNoSession) lease.session.renew(connection);
        else if (isConnectionLost(error)) lease.session.giveUp(connection, error);
        else if (connection.era === 'modern' && isForeignRefusal(error)) lease.session.renew(connection);
        const wasRefused = connection.isSession && wasRefusedForSession(error);
        if (isRetry || !(wasRefused || wasNotSent(error))) throw error;
      }
    }
  };

  return async (request) => {
    const { context } = request;
    // Whoever has to sign in first does so outside the call's time.
    await credentials.headers(context);
    const call = createRelayedCall(context, request.timeoutMs);
    let lease: Lease | undefined;
    try {
      lease = request.session ? pool.leaseOf(request.session, context) : await pool.lease(context, call);
      const leased = lease;
      const result = await workOffRounds(source, call, (round) => send(request, round, call, leased));
      lease.session.isSilent = false;
      return result;
    } catch (error) {
      if (context.signal.aborted) throw toCancellation(context.signal, source);
      if (error instanceof BailiwickError) throw error;
      const isContinuation = context.requestState !== undefined || context.inputResponses !== undefined;
      const fault = toUpstreamFault(error, {
        source,
        scrub,
        isContinuation,
        ...(request.uri !== undefined && { uri: request.uri }),
      });
      if (lease) lease.session.isSilent = fault.code === 'UPSTREAM_TIMEOUT';
      throw tellSending(fault, wasNotSent(error));
    } finally {
      lease?.release();
      call.end();
    }
  };
}
