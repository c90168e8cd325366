import { realpathSync } from 'node:fs';
import path from 'node:path';
import { loadConfig } from '../config/load.ts';
import { BailiwickError } from '../errors.ts';
import { CONFIG_OPTION, createCommand, DEFAULT_CONFIG, type AddCommand } from './command.ts';
import { MCP_CLIENTS, type Connection, type McpClient } from './mcp-clients.ts';
import { mergeIntoJsonFile } from './merge-json.ts';

interface Options {
  config: string;
  name: string;
  transport?: string;
  url?: string;
  key?: string;
  as?: string;
  file?: string;
  write?: boolean;
}

/** `bailiwick connect`: a client's MCP configuration, printed or merged into its file. */
export const addConnect: AddCommand = (program, terminal) => {
  const clients = Object.keys(MCP_CLIENTS).join(', ');
  const command = createCommand(
    'connect',
    'Print the MCP configuration of a client, or merge it into its file',
    ['connect claude', 'connect cursor --write', 'connect vscode --transport stdio --as agent'],
  )
    .argument('<client>', clients)
    .option(...CONFIG_OPTION)
    .option('--name <name>', 'the name of this server in the client', 'bailiwick')
    .option('--transport <transport>', 'stdio (the client starts Bailiwick) or http (it must be running)')
    .option('--url <url>', 'the endpoint for http; without it, from the configuration')
    .option(
      '--key <key>',
      'a bearer key for http (bailiwick keys create); without it, as the local principal',
    )
    .option('--as <principal>', 'for stdio: act as this principal of identity.principals')
    .option('--file <file>', "the client's file, where it is not in its usual place")
    .option('--write', 'merge into the file, keeping a copy of what was there')
    .action(async (clientName: string, options: Options) => {
      const client = Object.hasOwn(MCP_CLIENTS, clientName) ? MCP_CLIENTS[clientName] : undefined;
      if (!client) throw new BailiwickError('USAGE', `no client "${clientName}"; there is ${clients}`);
      const connection = await toConnection(client, options);
      const entry = client.entry(connection);
      const file = options.file ?? client.file(process.cwd());
      if (!options.write) {
        terminal.err(`For ${client.title}, in ${file} (or run this again with --write):`);
        terminal.out(JSON.stringify({ [client.member]: { [options.name]: entry } }, undefined, 2));
        return;
      }
      const copy = await mergeIntoJsonFile(file, [client.member, options.name], entry, Date.now());
      terminal.out(
        `${file} now has the server "${options.name}".${copy === undefined ? '' : ` What was there: ${copy}`}`,
      );
      terminal.out(`Restart ${client.title} to see its tools.`);
    });
  program.addCommand(command);
};

async function toConnection(client: McpClient, options: Options): Promise<Connection> {
  const transport = options.transport ?? client.transports[0];
  const known = client.transports.find((one) => one === transport);
  if (!known) {
    throw new BailiwickError(
      'USAGE',
      `--transport: ${client.title} takes ${client.transports.join(' or ')} here, not ${transport}`,
    );
  }
  if (known === 'stdio') return stdioConnection(options.config, options.as);
  const url = options.url ?? (await endpointOf(options.config));
  return { transport: 'http', url, ...(options.key !== undefined && { key: options.key }) };
}

/** This very program, by absolute paths: clients start servers in a folder and with a PATH of their own. */
export function stdioConnection(config: string, as?: string): Connection {
  const script = realpathSync(process.argv[1] ?? '');
  const args = [script, 'serve', '--stdio', '--config', path.resolve(config)];
  return {
    transport: 'stdio',
    command: process.execPath,
    args: as === undefined ? args : [...args, '--as', as],
  };
}

async function endpointOf(config: string = DEFAULT_CONFIG): Promise<string> {
  const { server } = (await loadConfig(config, process.env)).config;
  const base =
    server.publicUrl ??
    `${server.tls ? 'https' : 'http'}://${server.listen.replace(/^(0\.0\.0\.0|\[::\]):/, 'localhost:')}`;
  return `${base.replace(/\/$/, '')}/mcp`;
}
