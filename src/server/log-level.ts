import type { McpServer } from '@modelcontextprotocol/server';
import type { ServerSession } from './client-session.ts';

/** MCP LoggingLevel (RFC 5424), the least severe first. */
const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

/** True for a message that a client wants who asked for `least`. A level that MCP does not know is passed on. */
export function isWanted(level: unknown, least: string): boolean {
  const index = LEVELS.indexOf(String(level));
  return index === -1 || index >= LEVELS.indexOf(least);
}

/** Answers `logging/setLevel` (MCP up to 2025-11-25) for one session, in place of the SDK's own handler: the level is ours to keep. */
export function addLogLevelHandler({ server }: McpServer, session: ServerSession): void {
  server.setRequestHandler('logging/setLevel', (request) => {
    session.logLevel = request.params.level;
    return {};
  });
}
