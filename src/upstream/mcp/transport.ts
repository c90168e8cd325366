/* oxlint-disable unicorn/prefer-add-event-listener -- MCP transports have on-functions and no events. */
import type { Dispatcher } from 'undici';
import type { Logger } from '../../telemetry/logger.ts';
import type { Scrub } from '../scrub.ts';
import type { CallContext } from '../upstream.ts';
import { ChildTransport } from './child-transport.ts';
import type { McpCredentials } from './credentials.ts';
import { HttpStreams } from './http-streams.ts';
import { NOT_ISOLATED, type Isolation } from './isolation/isolation.ts';
import { prepareLaunch } from './isolation/prepare-launch.ts';
import { describeLackOfNetwork } from './last-words.ts';
import { createLineLog } from './line-log.ts';
import { ChildRelayTransport, RelayTransport } from './relay-transport.ts';
import { SseTransport } from './sse-transport.ts';

/** Where an upstream MCP server is. */
export type McpServerAddress =
  | {
      readonly command: readonly string[];
      readonly env: Record<string, string>;
      readonly cwd?: string;
      /** Absent: a child like any other. */
      readonly isolation?: Isolation;
    }
  | {
      readonly url: string;
      readonly headers: Record<string, string>;
      /** `http`: Streamable HTTP, the default. `sse`: HTTP+SSE, as in 2024-11-05. */
      readonly transport?: 'http' | 'sse';
    };

/** Whether the server speaks HTTP+SSE, and so the legacy era alone. */
export function isSse(server: McpServerAddress): boolean {
  return 'url' in server && server.transport === 'sse';
}

/** How a child is described that talks, but not MCP. */
export const RUBBISH = 'writes something to standard output that is not MCP';

export interface TransportOptions {
  readonly source: string;
  readonly server: McpServerAddress;
  /** Masks the source's secrets in whatever comes from it. */
  readonly scrub: Scrub;
  readonly logger: Logger;
  readonly now: () => number;
  readonly nextId: () => number;
  readonly credentials: McpCredentials;
  /** On whose behalf the connection itself is held: its handshake, its stream of notifications, its end. */
  readonly context: () => CallContext;
  /** The stream of a session broke and cannot be opened again. */
  readonly onLost: (reason: string) => void;
  /** Whether an end is wanted. */
  readonly isClosing: () => boolean;
}

export interface OpenedTransport {
  /** `terminateSession` says goodbye to a legacy HTTP server. */
  readonly transport: RelayTransport & { terminateSession(): Promise<void> };
  /** What is known about the end, or the trouble, of a child process; empty where nothing is. */
  readonly describeEnding: () => string;
  /** Why a child did not start, by its own words and its isolation: `: …`, or empty where nothing is known. */
  readonly describeTrouble: () => string;
  /** Given where requests can be sent beside the transport: over Streamable HTTP. */
  readonly dispatcher?: Dispatcher;
}

/** The transport to a server, ready to be started. */
export function createTransport(options: TransportOptions): OpenedTransport {
  const { server, source, scrub, logger, now, nextId } = options;
  if ('url' in server && isSse(server)) {
    const { credentials, context } = options;
    const sse = new SseTransport({ url: new URL(server.url), credentials, context });
    const transport = Object.assign(new RelayTransport(sse, nextId, scrub), {
      // The end of its stream is the end of a session.
      terminateSession: async () => {},
    });
    return { transport, describeEnding: () => '', describeTrouble: () => '' };
  }
  if ('url' in server) {
    const http = new HttpStreams({
      url: new URL(server.url),
      credentials: options.credentials,
      context: options.context,
      onStreamLost: options.onLost,
    });
    const transport = Object.assign(new RelayTransport(http, nextId, scrub), {
      terminateSession: () => http.terminateSession(),
    });
    return { transport, describeEnding: () => '', describeTrouble: () => '', dispatcher: http.dispatcher };
  }
  const log = createLineLog({ source, scrub, logger, now });
  const child = new ChildTransport({
    prepare: (mark) => prepareLaunch({ source, mark, ...server }, server.isolation ?? NOT_ISOLATED),
    scrub,
    onErrorOutput: (text) => log.write(text),
  });
  const transport = Object.assign(new ChildRelayTransport(child, nextId, scrub), {
    terminateSession: async () => {},
  });
  child.onended = (ending) => {
    if (!options.isClosing())
      logger.warn({ source, ending: child.excess ?? ending, stderr: log.recent() }, 'upstream process ended');
  };
  const describeEnding = (): string => {
    if (child.excess !== undefined) return `its process was ended ${child.excess}`;
    if (child.ending !== undefined) return `its process ended with ${child.ending}`;
    return child.rubbish > 0 && child.messages === 0 ? RUBBISH : '';
  };
  const describeTrouble = (): string =>
    [log.lastWords(), describeLackOfNetwork(server)].map((text) => (text === '' ? '' : `: ${text}`)).join('');
  return { transport, describeEnding, describeTrouble };
}
