/** MCP LoggingLevel (RFC 5424), the least severe first. */
const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

/** True for a message that a client wants who asked for `least`. A level that MCP does not know is passed on. */
export function isWanted(level: unknown, least: string): boolean {
  const index = LEVELS.indexOf(String(level));
  return index === -1 || index >= LEVELS.indexOf(least);
}
