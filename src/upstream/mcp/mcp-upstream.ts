import type { Contribution } from '../../catalog/entries.ts';
import type { JsonObject } from '../../catalog/json.ts';
import { BailiwickError, tellSending, toBailiwickError } from '../../errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { createScrubber, type Scrub } from '../scrub.ts';
import type { CallContext, Upstream } from '../upstream.ts';
import { openConnection, type Connection } from './connection.ts';
import { createStaticCredentials, type McpCredentials } from './credentials.ts';
import {
  isConnectionLost,
  isHeaderMismatch,
  isSessionLost,
  toCancellation,
  toUpstreamFault,
  wasNotSent,
} from './faults.ts';
import { createLink, delayOf, type Backoff } from './link.ts';
import { keepListening } from './listen.ts';
import { readLists, type McpLists } from './lists.ts';
import {
  mirrorsHeaders,
  toCallParams,
  toMirroredTool,
  withContext,
  type MirroredTool,
} from './parameters.ts';
import { requestIdOf } from './relay-transport.ts';
import { createRelayedCall, type RelayedCall } from './relayed-call.ts';
import { toOutcome, toResult } from './results.ts';
import { secretsOf } from './secrets.ts';
import type { McpServerAddress } from './transport.ts';

export interface McpUpstreamOptions {
  readonly source: string;
  readonly server: McpServerAddress;
  /** Texts that references brought into the configuration. Those that are credentials of this server never come back. */
  readonly secrets: readonly string[];
  /** Makes catalog entries of the lists. Handed in: folders of one ring do not import each other. */
  readonly compile: (lists: McpLists) => Contribution;
  /** How long one request may take, or go without progress where the caller asked for progress. */
  readonly timeoutMs: number;
  /** How long opening a connection, or reading a page of a list, may take. */
  readonly startupTimeoutMs: number;
  readonly logger: Logger;
  readonly now: () => number;
  readonly clientInfo: { readonly name: string; readonly version: string };
  /** Default: the configured headers, the same for everyone. */
  readonly credentials?: McpCredentials;
  /** Masks the source's secrets, tokens that come and go among them. Default: those of `server` and `secrets`. */
  readonly scrub?: Scrub;
  /** For the jitter of waits; in [0, 1). Default `Math.random`. */
  readonly random?: () => number;
  /** Default: half a second, doubled up to a minute. */
  readonly backoff?: Backoff;
}

/** Changes that arrive together are told once. */
const COALESCE_MS = 50;

/** A verdict "speaks only the legacy era" is asked again after this time: servers get updated. */
const ERA_VERDICT_MS = 3_600_000;

/** One upstream MCP server, over stdio or Streamable HTTP, in whichever era it speaks. */
export function createMcpUpstream(options: McpUpstreamOptions): Upstream {
  const { source, logger, now, timeoutMs } = options;
  const backoff = options.backoff ?? { initialMs: 500, maximumMs: 60_000 };
  const random = options.random ?? Math.random;
  const credentials =
    options.credentials ?? createStaticCredentials('headers' in options.server ? options.server.headers : {});
  const scrub = options.scrub ?? createScrubber(secretsOf(options.server, options.secrets));
  const closing = new AbortController();
  const closings = new Set<Promise<void>>();
  const listeners = new Map<Connection, AbortController>();
  let listener: (() => void) | undefined;
  let changeTimer: NodeJS.Timeout | undefined;
  let listFailures = 0;
  let listTimer: NodeJS.Timeout | undefined;
  let legacySince: number | undefined;
  let lastId = 0;

  const announceChange = (): void => {
    if (closing.signal.aborted) return;
    changeTimer ??= setTimeout(() => {
      changeTimer = undefined;
      listener?.();
    }, COALESCE_MS).unref();
  };

  const retire = (connection: Connection): void => {
    listeners.get(connection)?.abort();
    listeners.delete(connection);
    connection.retire();
  };

  const giveUp = (connection: Connection, error: unknown): void => {
    link.lose(connection, toUpstreamFault(error, { source, scrub }));
    retire(connection);
  };

  const renew = (connection: Connection): void => {
    link.renew(connection);
    retire(connection);
  };

  const open = async (): Promise<Connection> => {
    const isLegacyKnown = legacySince !== undefined && now() - legacySince < ERA_VERDICT_MS;
    const connection = await openConnection({
      source,
      server: options.server,
      clientInfo: options.clientInfo,
      clientCapabilities: {},
      credentials,
      context: { signal: closing.signal },
      hooks: {},
      startupTimeoutMs: options.startupTimeoutMs,
      scrub,
      logger,
      now,
      nextId: () => ++lastId,
      knownEra: isLegacyKnown ? 'legacy' : undefined,
      signal: closing.signal,
      onLost: (lost, reason) =>
        giveUp(lost, new BailiwickError('UPSTREAM_UNAVAILABLE', `source ${source} went away: ${reason}`)),
      onListChanged: announceChange,
      onClosing: (closed) => {
        closings.add(closed);
        void closed.finally(() => closings.delete(closed));
      },
    });
    if (connection.era === 'modern') legacySince = undefined;
    else if (!isLegacyKnown) legacySince = now();
    const listening = new AbortController();
    listeners.set(connection, listening);
    void keepListening({
      source,
      connection,
      backoff,
      random,
      timeoutMs,
      logger,
      signal: listening.signal,
      onGap: announceChange,
      onUnreachable: (error) => giveUp(connection, error),
    });
    return connection;
  };

  const link = createLink<Connection>({
    source,
    open,
    close: (connection) => {
      listeners.get(connection)?.abort();
      listeners.delete(connection);
      return connection.close();
    },
    toFault: (error) => toUpstreamFault(error, { source, scrub }),
    backoff,
    now,
    random,
    onRecovered: () => {
      logger.info({ source }, 'upstream is reachable again');
      announceChange();
    },
    onDown: (fault, retryInMs) => logger.warn({ source, err: fault, retryInMs }, 'upstream is not reachable'),
  });

  /** Sends a request, once more where it is certain that the first one was not carried out. */
  const perform = async (
    method: string,
    toParams: (connection: Connection) => JsonObject,
    context: CallContext,
    extras: { tool?: MirroredTool; patienceMs?: number } = {},
  ): Promise<JsonObject> => {
    const { tool, patienceMs = timeoutMs } = extras;
    // Whoever has to sign in first does so outside the call's time.
    await credentials.headers(context);
    const relayed = createRelayedCall(context, patienceMs);
    try {
      return await send(method, toParams, relayed, tool);
    } finally {
      relayed.end();
    }
  };

  const send = async (
    method: string,
    toParams: (connection: Connection) => JsonObject,
    relayed: RelayedCall,
    tool: MirroredTool | undefined,
  ): Promise<JsonObject> => {
    const { context } = relayed;
    for (let isRetry = false; ; isRetry = true) {
      const connection = await link.get(context.signal).catch((error: unknown) => {
        throw tellSending(toBailiwickError(error), true);
      });
      try {
        relayed.restart();
        return await connection.request(method, toParams(connection), relayed, tool);
      } catch (error) {
        if (context.signal.aborted) throw toCancellation(context.signal, source);
        if (error instanceof BailiwickError) throw error;
        if (isHeaderMismatch(error)) announceChange();
        const hasNoSession = connection.isSession && isSessionLost(error);
        if (hasNoSession) renew(connection);
        else if (isConnectionLost(error)) giveUp(connection, error);
        if (!isRetry && (hasNoSession || wasNotSent(error))) continue;
        const uri = method === 'resources/read' ? toParams(connection)['uri'] : undefined;
        const isContinuation = context.requestState !== undefined || context.inputResponses !== undefined;
        const fault = toUpstreamFault(error, {
          source,
          scrub,
          isContinuation,
          ...(typeof uri === 'string' && { uri }),
        });
        throw tellSending(fault, wasNotSent(error));
      }
    }
  };

  const list = async (signal: AbortSignal): Promise<Contribution> => {
    const connection = await link.get(signal);
    const { capabilities } = connection;
    const lists = await readLists({
      source,
      offers: {
        tools: capabilities.tools !== undefined,
        resources: capabilities.resources !== undefined,
        prompts: capabilities.prompts !== undefined,
      },
      request: (method, params) =>
        perform(method, () => params, { signal }, { patienceMs: options.startupTimeoutMs }),
      onMissing: (method, error) =>
        logger.warn({ source, method, err: error }, 'a list of the upstream is missing'),
    });
    return options.compile(lists);
  };

  /** A server that stands but does not list: nothing else would say when to ask again. */
  const listAgainLater = (): void => {
    if (closing.signal.aborted || !link.isUp()) return;
    listFailures += 1;
    clearTimeout(listTimer);
    listTimer = setTimeout(announceChange, delayOf(backoff, listFailures, random)).unref();
  };

  return {
    source,
    async contribution(signal) {
      try {
        const contribution = await list(signal);
        listFailures = 0;
        clearTimeout(listTimer);
        return contribution;
      } catch (error) {
        if (!signal.aborted) listAgainLater();
        throw error;
      }
    },
    onChange(next) {
      listener = next;
    },
    async callTool(tool, args, context) {
      const params = toCallParams(tool, args);
      const raw = await perform(
        'tools/call',
        (connection) => withContext(params, context, connection.era),
        context,
        mirrorsHeaders(tool) ? { tool: toMirroredTool(tool) } : {},
      );
      const upstreamId = requestIdOf(raw);
      return { ...toOutcome(raw, source), ...(upstreamId !== undefined && { upstreamId }) };
    },
    plan(tool, args) {
      return { upstream: source, method: 'tools/call', params: toCallParams(tool, args) };
    },
    async request(method, params, context) {
      const raw = await perform(
        method,
        (connection) => withContext(params, context, connection.era),
        context,
      );
      return toResult(raw, source);
    },
    subscribe() {
      return Promise.reject(new BailiwickError('INVALID_PARAMS', `source ${source} takes no subscriptions`));
    },
    async close() {
      clearTimeout(changeTimer);
      clearTimeout(listTimer);
      closing.abort(new BailiwickError('UPSTREAM_UNAVAILABLE', `source ${source} is closed`));
      await link.close();
      await Promise.all(closings);
    },
  };
}
