import type { Contribution } from '../../catalog/entries.ts';
import type { JsonObject } from '../../catalog/json.ts';
import { BailiwickError } from '../../errors.ts';
import { toReason } from '../../telemetry/error-fields.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { createScrubber, type Scrub } from '../scrub.ts';
import type { Upstream } from '../upstream.ts';
import { isOfNetwork } from './breaker.ts';
import { createBreakers } from './breakers.ts';
import { createStaticCredentials, type McpCredentials } from './credentials.ts';
import { delayOf, type Backoff } from './link.ts';
import { readLists, type McpLists } from './lists.ts';
import { mirrorsHeaders, toCallParams, toMirroredTool, withContext } from './parameters.ts';
import { requestIdOf } from './relay-transport.ts';
import { overlayLists } from './overlay-lists.ts';
import { createRequester, type Requester } from './requester.ts';
import { toOutcome, toResult } from './results.ts';
import { secretsOf } from './secrets.ts';
import { createPool, DEFAULT_SESSIONS, type Pool, type PoolOptions } from './sessions/pool.ts';
import type { UpstreamSession } from './sessions/session.ts';
import { subscribe } from './sessions/subscribe.ts';
import type { McpServerAddress } from './transport.ts';

export interface McpUpstreamOptions {
  readonly source: string;
  readonly server: McpServerAddress;
  /** Texts that references brought into the configuration. Those that are credentials of this server never come back. */
  readonly secrets: readonly string[];
  /** Makes catalog entries of the lists. Handed in: folders of one ring do not import each other. */
  readonly compile: (lists: McpLists & { readonly handshake: JsonObject }) => Contribution;
  /** How long one request may take, or go without progress where the caller asked for progress. */
  readonly timeoutMs: number;
  /** How long opening a connection, or reading a page of a list, may take. */
  readonly startupTimeoutMs: number;
  /** How long reading all lists may take. Default: a minute. */
  readonly listTimeoutMs?: number;
  /** After how many calls in a row without an answer others fail at once. Default: 5. */
  readonly breakerFailures?: number;
  readonly logger: Logger;
  readonly now: () => number;
  readonly clientInfo: { readonly name: string; readonly version: string };
  /** Default: the configured headers, the same for everyone. */
  readonly credentials?: McpCredentials;
  /** Masks the source's secrets, tokens that come and go among them. Default: those of `server` and `secrets`. */
  readonly scrub?: Scrub;
  /** Default: one for each principal, and for each client that can be asked; 100 at a time; open for 5 minutes after use. */
  readonly sessions?: Partial<Pick<PoolOptions, 'mode' | 'maxSessions' | 'idleMs'>>;
  /** For the jitter of waits; in [0, 1). Default `Math.random`. */
  readonly random?: () => number;
  /** Default: half a second, doubled up to a minute. */
  readonly backoff?: Backoff;
}

/** Changes that arrive together are told once. */
const COALESCE_MS = 50;

/** One upstream MCP server, over stdio or HTTP, in whichever era it speaks. */
export function createMcpUpstream(options: McpUpstreamOptions): Upstream {
  const { source, server, logger, now, timeoutMs, startupTimeoutMs } = options;
  const { listTimeoutMs = 60_000 } = options;
  const backoff = options.backoff ?? { initialMs: 500, maximumMs: 60_000 };
  const random = options.random ?? Math.random;
  const credentials = options.credentials ?? createStaticCredentials('url' in server ? server.headers : {});
  const scrub = options.scrub ?? createScrubber(secretsOf(server, options.secrets));
  const closing = new AbortController();
  const closings = new Set<Promise<void>>();
  let listener: (() => void) | undefined;
  let changeTimer: NodeJS.Timeout | undefined;
  let listFailures = 0;
  let listTimer: NodeJS.Timeout | undefined;
  let lastId = 0;

  const announceChange = (): void => {
    if (closing.signal.aborted) return;
    changeTimer ??= setTimeout(() => {
      changeTimer = undefined;
      listener?.();
    }, COALESCE_MS).unref();
  };

  /** Why the gateway's own session does not stand. */
  let away: BailiwickError | undefined;
  const onReach = (fault?: BailiwickError): void => {
    if (!fault) {
      breakers.retryNow();
      pool.retryNow();
    } else if (!away) announceChange();
    away = fault;
  };
  /** Somebody's session works: nothing but a wait keeps the gateway's own from it, unless that was refused for itself. */
  const onAnswer = (): void => {
    if (away && isOfNetwork(away)) pool.own.retryNow();
  };

  /** The caller's session that last told of a change in its lists. */
  let changed: UpstreamSession | undefined;

  let isSilenceTold = false;
  const breakers = createBreakers({
    source,
    threshold: options.breakerFailures ?? 5,
    backoff,
    now,
    random,
    onOpen(fault, retryInMs) {
      logger.debug({ source, err: fault, retryInMs }, 'calls fail for a while');
      // That it cannot be reached is found out, and told, when its lists are asked for.
      if (!isSilenceTold && !(fault.code === 'UPSTREAM_UNAVAILABLE' && fault.data['status'] === undefined)) {
        const reason = toReason(fault);
        logger.warn({ source, ...reason, retryInMs }, 'upstream does not answer; calls fail until it does');
        isSilenceTold = true;
      }
      pool.replaceSilent();
      announceChange();
    },
    onClose() {
      logger[isSilenceTold ? 'info' : 'debug']({ source }, 'upstream answers again');
      isSilenceTold = false;
      announceChange();
    },
  });

  const pool: Pool = createPool({
    source,
    kind: 'url' in server ? 'http' : 'stdio',
    ...DEFAULT_SESSIONS,
    ...options.sessions,
    credentials,
    now,
    signal: closing.signal,
    session: {
      source,
      connect: {
        server,
        credentials,
        clientInfo: options.clientInfo,
        startupTimeoutMs,
        nextId: () => ++lastId,
        onClosing: (closed) => {
          closings.add(closed);
          void closed.finally(() => closings.delete(closed));
        },
      },
      scrub,
      logger,
      now,
      random,
      backoff,
      timeoutMs,
      onReach,
      onOpened: onAnswer,
      onListChanged: (session) => {
        if (!session.terms.isOwn) changed = session;
        announceChange();
      },
    },
  });
  const request = createRequester({ source, pool, credentials, scrub, onStale: announceChange });

  const call: Requester = async (one) => {
    const result = await breakers.of(credentials.shareKey(one.context)).guard(() => request(one));
    onAnswer();
    return result;
  };

  const listsOf = async (session: UpstreamSession, signal: AbortSignal) => {
    const { capabilities, handshake } = await session.get({ signal });
    const lists = await readLists({
      source,
      offers: {
        tools: capabilities.tools !== undefined,
        resources: capabilities.resources !== undefined,
        prompts: capabilities.prompts !== undefined,
      },
      request: (method, params) =>
        request({
          method,
          toParams: () => params,
          context: { signal },
          timeoutMs: startupTimeoutMs,
          session,
        }),
      onMissing: (method, error) =>
        logger.warn({ source, method, err: error }, 'a list of the upstream is missing'),
    });
    return { ...lists, handshake };
  };

  const list = async (signal: AbortSignal): Promise<Contribution> => {
    const own = await listsOf(pool.own, signal);
    if (!changed?.isUp()) return options.compile(own);
    // A server may keep what it offers by session: what a caller's is shown otherwise is to be reviewed like any change.
    const others = await listsOf(changed, signal).catch((error: unknown) => {
      logger.debug({ source, err: error }, 'the session that told of a change could not be listed');
      return own;
    });
    return options.compile({ ...own, ...overlayLists(own, others) });
  };

  /** Pages may come in time, each by itself, and never end. */
  const withinListTimeout = async (signal: AbortSignal): Promise<Contribution> => {
    const ended = AbortSignal.any([signal, AbortSignal.timeout(startupTimeoutMs + listTimeoutMs)]);
    try {
      return await list(ended);
    } catch (error) {
      if (!ended.aborted || signal.aborted) throw error;
      throw new BailiwickError(
        'UPSTREAM_TIMEOUT',
        `source ${source} did not list all it offers in ${listTimeoutMs} ms`,
        { cause: error },
      );
    }
  };

  /** A server that stands but does not list: nothing else would say when to ask again. */
  const listAgainLater = (): void => {
    if (closing.signal.aborted || !pool.own.isUp()) return;
    listFailures += 1;
    clearTimeout(listTimer);
    listTimer = setTimeout(announceChange, delayOf(backoff, listFailures, random)).unref();
  };

  return {
    source,
    async contribution(signal) {
      try {
        const contribution = await withinListTimeout(signal);
        listFailures = 0;
        clearTimeout(listTimer);
        return contribution;
      } catch (error) {
        if (!signal.aborted) {
          listAgainLater();
          pool.own.replaceIfSilent();
        }
        throw error;
      }
    },
    onChange(next) {
      listener = next;
    },
    async callTool(tool, args, context) {
      const params = toCallParams(tool, args);
      const raw = await call({
        method: 'tools/call',
        toParams: (connection, round) => withContext(params, context, connection.era, round),
        context,
        timeoutMs,
        ...(mirrorsHeaders(tool) && { tool: toMirroredTool(tool) }),
      });
      const upstreamId = requestIdOf(raw);
      return { ...toOutcome(raw, source), ...(upstreamId !== undefined && { upstreamId }) };
    },
    plan(tool, args) {
      return { upstream: source, method: 'tools/call', params: toCallParams(tool, args) };
    },
    async request(method, params, context) {
      const { uri } = params;
      const raw = await call({
        method,
        toParams: (connection, round) => withContext(params, context, connection.era, round),
        context,
        timeoutMs,
        ...(method === 'resources/read' && typeof uri === 'string' && { uri }),
      });
      return toResult(raw, source);
    },
    subscribe: (uri, context, onUpdated) =>
      subscribe({ source, pool, credentials, scrub }, uri, context, onUpdated),
    async close() {
      clearTimeout(changeTimer);
      clearTimeout(listTimer);
      closing.abort(new BailiwickError('UPSTREAM_UNAVAILABLE', `source ${source} is closed`));
      await pool.close();
      await Promise.all(closings);
    },
  };
}
