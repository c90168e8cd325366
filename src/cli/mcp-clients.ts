import { homedir } from 'node:os';
import path from 'node:path';
import type { JsonObject } from '../catalog/json.ts';

/** How a client starts or reaches this gateway. */
export type Connection =
  | { readonly transport: 'stdio'; readonly command: string; readonly args: readonly string[] }
  | { readonly transport: 'http'; readonly url: string; readonly key?: string };

/** A desktop client that keeps its MCP servers in a JSON file. */
export interface McpClient {
  readonly title: string;
  readonly transports: readonly Connection['transport'][];
  /** The member of the file that holds the servers. */
  readonly member: string;
  file(folder: string): string;
  entry(connection: Connection): JsonObject;
}

export const MCP_CLIENTS: Readonly<Record<string, McpClient>> = {
  claude: {
    title: 'Claude Desktop',
    // Its file takes programs only; remote servers are added in its settings, under "Connectors".
    transports: ['stdio'],
    member: 'mcpServers',
    file: () => path.join(applicationData(), 'Claude', 'claude_desktop_config.json'),
    entry: (connection) => entryOf(connection),
  },
  cursor: {
    title: 'Cursor',
    transports: ['http', 'stdio'],
    member: 'mcpServers',
    file: () => path.join(homedir(), '.cursor', 'mcp.json'),
    entry: (connection) => entryOf(connection),
  },
  vscode: {
    title: 'VS Code',
    transports: ['http', 'stdio'],
    member: 'servers',
    file: (folder) => path.join(folder, '.vscode', 'mcp.json'),
    entry: (connection) => ({ type: connection.transport, ...entryOf(connection) }),
  },
};

function entryOf(connection: Connection): JsonObject {
  if (connection.transport === 'stdio') return { command: connection.command, args: [...connection.args] };
  const { url, key } = connection;
  return { url, ...(key !== undefined && { headers: { Authorization: `Bearer ${key}` } }) };
}

function applicationData(): string {
  switch (process.platform) {
    case 'darwin':
      return path.join(homedir(), 'Library', 'Application Support');
    case 'win32':
      return process.env['APPDATA'] ?? path.join(homedir(), 'AppData', 'Roaming');
    default:
      return process.env['XDG_CONFIG_HOME'] ?? path.join(homedir(), '.config');
  }
}
