import { homedir } from 'node:os';
import path from 'node:path';
import { isJsonObject, type Json, type JsonObject } from '../catalog/json.ts';

/** How a client starts or reaches this gateway. */
export type Connection =
  | {
      readonly transport: 'stdio';
      readonly command: string;
      readonly args: readonly string[];
      /** Names of the environment variables that it needs: clients do not pass theirs on. */
      readonly variables: readonly string[];
    }
  | {
      readonly transport: 'http';
      readonly url: string;
      readonly key?: string;
      /** It finds by itself where to sign in. */
      readonly signsIn?: boolean;
    };

/** A desktop client that keeps its MCP servers in a JSON file. */
export interface McpClient {
  readonly title: string;
  readonly transports: readonly Connection['transport'][];
  /** The member of the file that holds the servers. */
  readonly member: string;
  file(folder: string): string;
  entry(connection: Connection): JsonObject;
}

/** What stands where a person has to put a value that is never printed. */
const SET_ME = '…set me…';

/** Stands for a key in an entry that needs one. */
export const KEY_PLACEHOLDER = '<key>';

/** What a person still has to do with an entry; `undefined` where it works as it is. `keyCommand`: how to make a key. */
export function toRemark(connection: Connection, keyCommand: string): string | undefined {
  if (connection.transport === 'stdio') {
    return connection.variables.length > 0
      ? `Put the values in place of "${SET_ME}": the configuration refers to these variables, and clients do not pass on the environment.`
      : undefined;
  }
  if (connection.signsIn) return 'No key is needed: the client opens a browser to sign in.';
  return connection.key === KEY_PLACEHOLDER
    ? `A key is needed in place of ${KEY_PLACEHOLDER}: bailiwick ${keyCommand}`
    : undefined;
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
  if (connection.transport === 'stdio') {
    const { command, args, variables } = connection;
    const env = Object.fromEntries(variables.map((name) => [name, SET_ME]));
    return { command, args: [...args], ...(variables.length > 0 && { env }) };
  }
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

/**
 * An entry with what somebody has already put in place of its placeholders.
 *
 * @param before The entry of the same name that is there now, whatever it is.
 */
export function keepFilledIn(entry: JsonObject, before: Json | undefined): JsonObject {
  if (!isJsonObject(before)) return entry;
  return Object.fromEntries(
    Object.entries(entry).map(([name, value]) => {
      const old = before[name];
      if (isJsonObject(value)) return [name, keepFilledIn(value, old)];
      const isPlaceholder =
        typeof value === 'string' && (value === SET_ME || value.endsWith(KEY_PLACEHOLDER));
      return [name, isPlaceholder && typeof old === 'string' ? old : value];
    }),
  );
}
