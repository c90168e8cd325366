/* oxlint-disable unicorn/prefer-add-event-listener -- MCP clients and transports have on-functions and no events. */
import {
  Client,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  type JSONRPCMessage,
  type ServerCapabilities,
} from '@modelcontextprotocol/client';
import { isJsonObject, type JsonObject } from '../../catalog/json.ts';
import { BailiwickError } from '../../errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Scrub } from '../scrub.ts';
import type { CallContext } from '../upstream.ts';
import { causesOf, memberOf } from './causes.ts';
import type { McpCredentials } from './credentials.ts';
import type { MirroredTool } from './parameters.ts';
import type { RelayHooks } from './relay-transport.ts';
import type { RequestHandlers } from './request-handlers.ts';
import { createTransport, isSse, RUBBISH, type McpServerAddress } from './transport.ts';
import { createWire, type Wire } from './wire/wire.ts';

export type Era = 'legacy' | 'modern';

/** One live connection: an SDK client whose results come back as the upstream sent them. */
export interface Connection {
  readonly era: Era;
  /** A legacy HTTP session, which the server may forget. */
  readonly isSession: boolean;
  readonly capabilities: ServerCapabilities;
  /** What the server says of itself, as it sent it: MCP `InitializeResult` or `DiscoverResult`. */
  readonly handshake: JsonObject;
  readonly client: Client;
  /**
   * The one place where requests of callers leave: sends a request; the result is raw. It may last until `handlers.signal` fires.
   * `tool` is given where its `x-mcp-header` members have to be mirrored.
   */
  request(
    method: string,
    params: JsonObject,
    handlers: RequestHandlers,
    tool?: MirroredTool,
  ): Promise<JsonObject>;
  /** Takes no new requests and closes when the running ones are done. */
  retire(): void;
  close(): Promise<void>;
}

export interface OpenConnectionOptions {
  readonly source: string;
  readonly server: McpServerAddress;
  readonly clientInfo: { readonly name: string; readonly version: string };
  /** What the client behind this connection can be asked (MCP ClientCapabilities). */
  readonly clientCapabilities: JsonObject;
  readonly credentials: McpCredentials;
  /** On whose behalf the connection is opened. Whoever opens it may be asked to sign in meanwhile, and not later. */
  readonly context: CallContext;
  /** What the upstream asks and tells. Questions are those of the legacy era. */
  readonly hooks: RelayHooks;
  readonly startupTimeoutMs: number;
  readonly scrub: Scrub;
  readonly logger: Logger;
  readonly now: () => number;
  readonly nextId: () => number;
  /** What an earlier connection learnt; absent: probe. */
  readonly knownEra: 'legacy' | undefined;
  /** Fires when the upstream is closed: an opening connection is given up. */
  readonly signal: AbortSignal;
  /** The connection is dead. Called at most once, and not after `close`. */
  readonly onLost: (connection: Connection, reason: string) => void;
  readonly onListChanged: () => void;
  /** A connection is being closed in the background; whoever closes the upstream waits for it. */
  readonly onClosing: (closed: Promise<void>) => void;
}

/** The longest that Node's timers last. When a request has lasted too long is the handlers' signal to say. */
const NEVER_MS = 2_147_483_647;

/** Accepts everything, changes nothing. */
const ANY = {
  '~standard': { version: 1 as const, vendor: 'bailiwick', validate: (value: unknown) => ({ value }) },
};

/**
 * Opens a connection within `startupTimeoutMs`, in whichever era the server speaks.
 *
 * One child process per connection: the probe runs in it. A server that ends itself because of the probe, or answers it
 * with HTTP 5xx, is asked once more in the old way, in the time that is left.
 */
export async function openConnection(options: OpenConnectionOptions): Promise<Connection> {
  const deadline = performance.now() + options.startupTimeoutMs;
  if (options.knownEra === 'legacy' || isSse(options.server)) return attempt(options, 'legacy', deadline);
  try {
    return await attempt(options, 'auto', deadline);
  } catch (error) {
    if (!mayOnlyKnowTheOldWay(error) || options.signal.aborted || performance.now() >= deadline) throw error;
    options.logger.debug(
      { source: options.source },
      'the probe failed; trying the handshake of the legacy era',
    );
    return attempt(options, 'legacy', deadline);
  }
}

async function attempt(
  options: OpenConnectionOptions,
  mode: 'auto' | 'legacy',
  deadline: number,
): Promise<Connection> {
  const { source, server, logger, signal } = options;
  const remainingMs = Math.max(1, Math.ceil(deadline - performance.now()));
  let isClosing = false;
  let connection: Connection | undefined;
  const lose = (reason: string): void => {
    if (isClosing || !connection) return;
    isClosing = true;
    options.onLost(connection, reason);
  };

  const held: CallContext = {
    signal,
    ...(options.context.caller && { caller: options.context.caller }),
  };
  const { transport, describeEnding, describeTrouble, dispatcher } = createTransport({
    ...options,
    context: () => (connection ? held : { ...options.context, signal }),
    onLost: lose,
    isClosing: () => isClosing,
  });
  // A child may ask as soon as it is told that the handshake is done.
  Object.assign(transport.hooks, options.hooks);
  const describeStart = (): string =>
    `source ${source} did not complete its start in ${options.startupTimeoutMs} ms${describeTrouble()}`;
  const client = new Client(options.clientInfo, {
    capabilities: options.clientCapabilities,
    // A child that stays silent leaves half of the time for the old handshake.
    versionNegotiation: {
      mode,
      probe: { timeoutMs: 'command' in server ? Math.ceil(remainingMs / 2) : remainingMs },
    },
    inputRequired: { autoFulfill: false },
  });
  client.onerror = (error) => logger.debug({ source, err: error }, 'upstream connection reported an error');
  client.onclose = () => lose(describeEnding() || 'the connection closed');
  for (const kind of ['tools', 'prompts', 'resources'] as const) {
    client.setNotificationHandler(`notifications/${kind}/list_changed`, () => options.onListChanged());
  }

  let wire: Wire | undefined;
  const close = async (): Promise<void> => {
    isClosing = true;
    wire?.close(new SdkError(SdkErrorCode.ConnectionClosed, 'Connection closed'));
    await client.close();
    await transport.close();
  };
  const closeInBackground = (): void => options.onClosing(close().catch(() => {}));
  try {
    await withinDeadline(
      client.connect(transport, { timeout: remainingMs }),
      remainingMs,
      signal,
      () => new BailiwickError('UPSTREAM_TIMEOUT', describeStart()),
    );
  } catch (error) {
    const fault = toOpeningFault(error, source, describeEnding(), describeTrouble());
    closeInBackground();
    throw fault;
  }

  let running = 0;
  let isRetired = false;
  const done = (): void => {
    running -= 1;
    if (isRetired && running === 0) closeInBackground();
  };
  const era = client.getProtocolEra() ?? 'legacy';
  const isSession = era === 'legacy' && 'url' in server;
  if (era === 'modern') delete transport.hooks.onRequest;
  wire =
    dispatcher && 'url' in server
      ? createWire({
          ...options,
          url: new URL(server.url),
          dispatcher,
          identity: {
            era,
            protocolVersion: client.getNegotiatedProtocolVersion() ?? '',
            sessionId: transport.sessionId,
            clientInfo: options.clientInfo,
          },
          onMessage: (message, handlers) =>
            transport.hear(message as JSONRPCMessage & { method: string }, handlers, true),
        })
      : undefined;
  transport.hooks.onForeign = (message) => void wire?.receive(message);
  connection = {
    era,
    isSession,
    capabilities: client.getServerCapabilities() ?? {},
    handshake: transport.handshake,
    client,
    async request(method, params, handlers, tool) {
      running += 1;
      if (wire && !(tool && era === 'modern')) return wire.request(method, params, handlers).finally(done);
      const { signal: ended } = handlers;
      const meta = isJsonObject(params['_meta']) ? params['_meta'] : {};
      const announcement = transport.expect(handlers);
      const sent = { ...params, _meta: { ...meta, ...announcement } };
      try {
        if (tool && era === 'modern' && 'url' in server) {
          const toolDefinition = {
            name: tool.name,
            inputSchema: { ...tool.inputSchema, type: 'object' as const },
          };
          return transport.redeem(
            await client.callTool(
              { ...sent, name: tool.name },
              { signal: ended, timeout: NEVER_MS, toolDefinition },
            ),
          );
        }
        return transport.redeem(
          await client.request({ method, params: sent }, ANY, {
            signal: ended,
            timeout: NEVER_MS,
            allowInputRequired: true,
          }),
        );
      } finally {
        transport.withdraw(announcement);
        done();
      }
    },
    retire() {
      isRetired = true;
      isClosing = true;
      if (running === 0) closeInBackground();
    },
    async close() {
      isClosing = true;
      if (isSession)
        await Promise.race([transport.terminateSession().catch(() => {}), sleep(SESSION_END_MS)]);
      await close();
    },
  };
  logger.debug({ source, era, version: client.getNegotiatedProtocolVersion() }, 'connected to upstream');
  return connection;
}

/** How long the goodbye of a session may take. */
const SESSION_END_MS = 2_000;

/** The fault of an opening, with what is known about the child. */
function toOpeningFault(error: unknown, source: string, ending: string, trouble: string): unknown {
  if (ending === RUBBISH) {
    return new BailiwickError('UPSTREAM_PROTOCOL', `source ${source} ${RUBBISH}`, { cause: error });
  }
  if (ending !== '') {
    return new BailiwickError(
      'UPSTREAM_UNAVAILABLE',
      `source ${source} cannot be started: ${ending}${trouble}`,
      {
        cause: error,
      },
    );
  }
  return error;
}

function mayOnlyKnowTheOldWay(error: unknown): boolean {
  return causesOf(error).some((cause) =>
    cause instanceof SdkHttpError
      ? cause.status >= 500 && memberOf(cause.data, 'retryAfterMs') === undefined
      : cause instanceof Error &&
        cause.message.includes('the connection closed during the server/discover probe'),
  );
}

/** The promise, or an error at the deadline or when the signal fires. */
async function withinDeadline<T>(
  promise: Promise<T>,
  milliseconds: number,
  signal: AbortSignal,
  toError: () => Error,
): Promise<T> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(toError()), milliseconds);
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  promise.catch(() => {});
  try {
    return await Promise.race([promise, ended]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}
