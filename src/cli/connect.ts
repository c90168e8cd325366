import { realpathSync } from 'node:fs';
import path from 'node:path';
import { loadConfig } from '../config/load.ts';
import { isJsonObject } from '../catalog/json.ts';
import { BailiwickError } from '../errors.ts';
import { toEndpointPath } from '../gateway/endpoint.ts';
import { isLoopbackRequest } from '../identity/local.ts';
import { valueAt } from '../text/pointer.ts';
import { baseUrlOf } from './base-url.ts';
import { endpointOf, requireCatalog } from './catalog-option.ts';
import { canSignIn, isKeyNeeded, principalToBe, type Callers } from './callers.ts';
import { CONFIG_OPTION, createCommand, type AddCommand } from './command.ts';
import { toKeyCommand } from './key-command.ts';
import {
  keepFilledIn,
  KEY_PLACEHOLDER,
  MCP_CLIENTS,
  toRemark,
  type Connection,
  type McpClient,
} from './mcp-clients.ts';
import { mergeIntoJsonFile, readJsonFileAt } from './merge-json.ts';
import type { Terminal } from './terminal.ts';
import { readAuthorization } from './whoami/read-token.ts';
import { readWrittenConfig, textsOf, variablesOf } from './written-config.ts';

interface Options {
  config: string;
  name: string;
  transport?: string;
  url?: string;
  key?: string;
  as?: string;
  catalog?: string;
  file?: string;
  write?: boolean;
}

/** `bailiwick connect`: a client's MCP configuration, printed or merged into its file. */
export const addConnect: AddCommand = (program, terminal) => {
  const clients = Object.keys(MCP_CLIENTS).join(', ');
  const command = createCommand(
    'connect',
    'Print the MCP configuration of a client, or merge it into its file',
    [
      'connect claude',
      'connect cursor --write',
      'connect vscode --transport stdio --as agent',
      'connect cursor --catalog support --name support',
    ],
  )
    .argument('<client>', clients)
    .option(...CONFIG_OPTION)
    .option('--name <name>', 'the name of this server in the client', 'bailiwick')
    .option('--transport <transport>', 'stdio (the client starts Bailiwick) or http (it must be running)')
    .option('--url <url>', 'the endpoint for http; without it, from the configuration')
    .option(
      '--key <key>',
      'a bearer key for http (bailiwick keys create): -, read from standard input; without it, as the local principal where that will do, or by signing in with a browser where that is set up',
    )
    .option(
      '--as <principal>',
      'for stdio: act as this principal of identity.principals; without it, as the local one, or the first where that is off or holds nothing',
    )
    .option(
      '--catalog <name>',
      'connect to this virtual catalog alone; without it, to everything that is served',
    )
    .option('--file <file>', "the client's file, where it is not in its usual place")
    .option('--write', 'merge into the file, keeping a copy of what was there')
    .action(async (clientName: string, given: Options) => {
      const client = Object.hasOwn(MCP_CLIENTS, clientName) ? MCP_CLIENTS[clientName] : undefined;
      if (!client) throw new BailiwickError('USAGE', `no client "${clientName}"; there is ${clients}`);
      const options = await withKey(given, terminal);
      const [connection, callers] = await toConnection(client, options);
      const entry = client.entry(connection);
      const written = await readWrittenConfig(options.config);
      const isInMemory = valueAt(written?.value, ['state', 'memory']) === true;
      const keyCommand = toKeyCommand(callers.principals[0], { file: options.config, isInMemory });
      const remark = toRemark(connection, keyCommand);
      const file = options.file ?? client.file(process.cwd());
      if (!options.write) {
        terminal.err(`For ${client.title}, in ${file} (or run this again with --write):`);
        terminal.out(JSON.stringify({ [client.member]: { [options.name]: entry } }, undefined, 2));
        if (remark !== undefined) terminal.err(remark);
        return;
      }
      const at = [client.member, options.name];
      const kept = keepFilledIn(entry, await readJsonFileAt(file, at));
      const copy = await mergeIntoJsonFile(file, at, kept, Date.now());
      terminal.out(
        `${file} now has the server "${options.name}".${copy === undefined ? '' : ` What was there: ${copy}`}`,
      );
      if (remark !== undefined && JSON.stringify(kept) === JSON.stringify(entry)) terminal.out(remark);
      terminal.out(`Restart ${client.title} to see its tools.`);
    });
  program.addCommand(command);
};

/** With the key that `--key -` stands for. */
async function withKey(options: Options, terminal: Terminal): Promise<Options> {
  const { key } = options;
  if (key === undefined) return options;
  if (key === '-') {
    const authorization = await readAuthorization('--key', key, process.stdin, terminal);
    return { ...options, key: authorization.replace(/^\S+ /, '') };
  }
  terminal.err(
    'Note: a key on the command line stays in the history of the shell, and everybody on this machine can read it there for a moment; --key - reads it from standard input.',
  );
  return options;
}

/** @throws BailiwickError `USAGE` for options that do nothing with the transport. */
async function toConnection(client: McpClient, options: Options): Promise<[Connection, Callers]> {
  const transport = options.transport ?? client.transports[0];
  const known = client.transports.find((one) => one === transport);
  if (!known) {
    throw new BailiwickError(
      'USAGE',
      `--transport: ${client.title} takes ${client.transports.join(' or ')} here, not ${transport}`,
    );
  }
  return known === 'stdio' ? toStdio(options) : toHttp(options);
}

async function toStdio({ config, as, key, url, catalog }: Options): Promise<[Connection, Callers]> {
  if (key !== undefined || url !== undefined) {
    throw new BailiwickError(
      'USAGE',
      '--key and --url are for http; over stdio the client starts Bailiwick, and --as says who calls',
    );
  }
  const written = await readWrittenConfig(config);
  if (!written) {
    throw new BailiwickError(
      'CONFIGURATION',
      `${config} cannot be read as a configuration; name another one with --config`,
    );
  }
  const callers = { local: valueAt(written.value, ['identity', 'local']), principals: written.principals };
  if (as !== undefined && !callers.principals.includes(as)) {
    const there = callers.principals.join(', ') || 'none';
    throw new BailiwickError('USAGE', `--as: no principal "${as}" in ${config}; there is ${there}`);
  }
  if (catalog !== undefined) {
    const catalogs = valueAt(written.value, ['catalogs']);
    requireCatalog(catalog, isJsonObject(catalogs) ? Object.keys(catalogs) : [], config);
  }
  const variables = variablesOf(textsOf(written.value));
  return [stdioConnection({ config, as: as ?? principalToBe(callers), catalog, variables }), callers];
}

async function toHttp({ config, as, key, url, catalog }: Options): Promise<[Connection, Callers]> {
  if (as !== undefined) {
    throw new BailiwickError(
      'USAGE',
      `--as is for stdio: over http the key says who calls. Give it with --key (bailiwick keys create ${as}), or add --transport stdio`,
    );
  }
  if (url !== undefined && catalog !== undefined) {
    throw new BailiwickError('USAGE', '--url names the endpoint itself: say it without --catalog');
  }
  if (url === undefined) {
    const loaded = await loadConfig(config, process.env);
    const { server, identity } = loaded.config;
    const endpoint = endpointOf(loaded, catalog);
    const callers = { local: identity.local, principals: Object.keys(identity.principals) };
    const isLocal = isLoopbackRequest({
      listenAddress: server.listen
        .replace(/:\d+$/, '')
        .replace(/^localhost$/i, LOOPBACK)
        .replaceAll(/[[\]]/g, ''),
      remoteAddress: LOOPBACK,
      publicUrl: server.publicUrl,
      headers: {},
    });
    const connection = httpConnection(`${baseUrlOf(server)}${toEndpointPath(endpoint)}`, {
      key,
      isOpen: isLocal && identity.local !== false,
      isAsked: isKeyNeeded(callers),
      signsIn: canSignIn(identity),
    });
    return [connection, callers];
  }
  const written = await readWrittenConfig(config);
  const callers = {
    local: written && valueAt(written.value, ['identity', 'local']),
    principals: written?.principals ?? [],
  };
  const connection = httpConnection(url, {
    key,
    isOpen: isOfThisMachine(url) && callers.local !== false,
    isAsked: isKeyNeeded(callers),
    signsIn: canSignIn(written && valueAt(written.value, ['identity'])),
  });
  return [connection, callers];
}

const LOOPBACK = '127.0.0.1';

function isOfThisMachine(url: string): boolean {
  const hostname = URL.parse(url)?.hostname ?? '';
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

/** A client that is given a key never signs in, so where it can sign in nothing stands for a key. */
export function httpConnection(
  url: string,
  how: {
    readonly key?: string | undefined;
    /** It is the local principal without a credential. */
    readonly isOpen: boolean;
    /** The local principal is not who it wants to be. */
    readonly isAsked: boolean;
    readonly signsIn: boolean;
  },
): Connection {
  const { isOpen, isAsked, signsIn, key } = how;
  const placeholder = (!isOpen || isAsked) && !signsIn ? KEY_PLACEHOLDER : undefined;
  const given = key ?? placeholder;
  return {
    transport: 'http',
    url,
    ...(given !== undefined && { key: given }),
    ...(signsIn && !isOpen && key === undefined && { signsIn }),
  };
}

/** This very program, by absolute paths: clients start servers in a folder and with a PATH of their own. */
export function stdioConnection(options: {
  config: string;
  as: string | undefined;
  catalog?: string | undefined;
  variables: readonly string[];
}): Connection {
  const { as, catalog } = options;
  const script = realpathSync(process.argv[1] ?? '');
  const args = [script, 'serve', '--stdio', '--config', path.resolve(options.config)];
  if (catalog !== undefined) args.push('--catalog', catalog);
  if (as !== undefined) args.push('--as', as);
  return {
    transport: 'stdio',
    command: process.execPath,
    args,
    variables: options.variables,
  };
}
