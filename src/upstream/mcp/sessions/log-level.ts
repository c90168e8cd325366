import type { Connection } from '../connection.ts';
import { createRelayedCall, type RelayedCall } from '../relayed-call.ts';

/** MCP LoggingLevel, the most verbose first. */
const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

/** Keeps the level of the log messages that a legacy upstream sends on a session at the most verbose one that is wanted. */
export interface LogLevel {
  /**
   * Called before each request, with the calls that are running. A level that nobody wants any more is left where clients share
   * the session, as the next call may want it again.
   */
  ensure(connection: Connection, calls: Iterable<RelayedCall>, isOneClient: boolean): Promise<void>;
}

export function createLogLevel(timeoutMs: number): LogLevel {
  const current = new WeakMap<Connection, number>();
  return {
    async ensure(connection, calls, isOneClient) {
      if (connection.era !== 'legacy' || !connection.capabilities.logging) return;
      const wanted = Math.min(...[...calls].map(({ context }) => severityOf(context.logLevel)));
      const level = LEVELS[wanted];
      const set = current.get(connection) ?? Infinity;
      if (level === undefined || wanted === set || (wanted > set && !isOneClient)) return;
      current.set(connection, wanted);
      const [first] = calls;
      if (!first) return;
      const { signal, caller } = first.context;
      const request = createRelayedCall({ signal, ...(caller && { caller }) }, timeoutMs);
      request.restart();
      try {
        await connection.request('logging/setLevel', { level }, request);
      } catch {
        // A call is not refused for want of its log. The next one tries again.
        current.delete(connection);
      } finally {
        request.end();
      }
    },
  };
}

function severityOf(level: string | undefined): number {
  const index = level === undefined ? -1 : LEVELS.indexOf(level);
  return index === -1 ? Infinity : index;
}
