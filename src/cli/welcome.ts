import type { App } from '../app.ts';
import { toShownName } from '../catalog/names.ts';
import type { Tool } from '../catalog/tool.ts';
import type { LoadedConfig } from '../config/load.ts';
import { configuredPrincipal } from '../identity/configured-principal.ts';
import type { SourceStatus } from '../gateway/source-pool.ts';
import { windowOf } from '../gateway/window.ts';
import type { HttpServer } from '../server/http-server.ts';
import { SERVER_INFO } from '../server/server-info.ts';
import { baseUrlOf } from './base-url.ts';
import { canSignIn, isKeyNeeded, principalToBe } from './callers.ts';
import { httpConnection, stdioConnection } from './connect.ts';
import { describeLocalCallers } from './describe-callers.ts';
import { toConfigOption, toKeyCommand } from './key-command.ts';
import { count } from './lock-text.ts';
import { MCP_CLIENTS, toRemark, type Connection } from './mcp-clients.ts';
import { paint, table } from './terminal.ts';
import { variablesOf } from './written-config.ts';

/** What `serve` prints when it is ready: what is served, to whom, and what to do next. */
export function welcome(app: App, loaded: LoadedConfig, http: Pick<HttpServer, 'url' | 'address'>): string {
  const endpoint = `${http.url}/mcp`;
  const served = app.gateway.current().catalog;
  const held = app.held().length;
  const rows = app
    .sources()
    .map((status) => [
      status.source,
      status.state,
      String(served.tools.filter((tool) => tool.source === status.source).length),
      status.state === 'ready' ? `${endpoint}/${status.source}` : describeTrouble(status),
    ]);
  const unusable = app.unusable().map(({ source, error }) => [source, 'unusable', '0', error.message]);
  const snapshot = app.gateway.current();
  const catalogs = [...snapshot.catalogs.keys()].map((name) => {
    const window = windowOf(snapshot, { kind: 'catalog', name });
    const tools = served.tools.filter((tool) => window.includes({ kind: 'tool', tool }));
    return [name, String(tools.length), `${endpoint}/${name}`];
  });
  const { identity } = loaded.config;
  const callers = { local: identity.local, principals: Object.keys(identity.principals) };
  const onThisMachine = describeLocalCallers(app.local(), loaded.config, http.address);
  const local = isKeyNeeded(callers) ? undefined : onThisMachine.principal;
  const keyCommand = toKeyCommand(callers.principals[0], {
    file: loaded.file,
    isInMemory: loaded.config.state.memory === true,
  });
  const signsIn = canSignIn(identity);
  const isOpenHere = onThisMachine.principal !== undefined;
  const another = identity.keys.length > 0 ? 'another' : 'one';
  const who = [
    onThisMachine.text,
    ...(local
      ? []
      : [
          `${isOpenHere ? 'To be somebody else they' : 'Callers'} need a key${signsIn ? ' or a token' : ''}; to make ${another}: npx bailiwick ${keyCommand}`,
        ]),
    ...identity.issuers.map(({ issuer }) => `Tokens of ${issuer} are taken.`),
    ...(identity.server ? ['Clients that open a browser sign in here, at this server itself.'] : []),
    ...(signsIn && isOpenHere ? [NOT_ASKED] : []),
  ].join('\n');
  const stdio = stdioConnection({
    config: loaded.file,
    as: principalToBe(callers),
    variables: variablesOf(loaded.written.values()),
  });
  const known = `${baseUrlOf(loaded.config.server, http.url)}/mcp`;
  const overHttp = httpConnection(known, { isOpen: isOpenHere, isAsked: isKeyNeeded(callers), signsIn });
  const examples = suggestCalls(app, loaded);
  const config = toConfigOption(loaded.file);
  return [
    paint('bold', `Bailiwick ${SERVER_INFO.version} serves ${served.tools.length} tools at ${endpoint}`),
    '',
    table(['SOURCE', 'STATE', 'TOOLS', 'ENDPOINT'], [...rows, ...unusable]),
    ...(catalogs.length > 0 ? ['', table(['CATALOG', 'TOOLS', 'ENDPOINT'], catalogs)] : []),
    ...(held > 0
      ? ['', `${count(held, 'tool')} held back by the lock: npx bailiwick tools --held${config}`]
      : []),
    '',
    who,
    ...(known === endpoint ? [] : [`The URL to give to clients is ${known}`]),
    '',
    snippet('claude', stdio, { keyCommand, config }),
    snippet('cursor', overHttp, { keyCommand, config }),
    'Try it in another terminal:',
    ...examples.map((line) => `  npx bailiwick ${line}${config}`),
    '',
    'Stop with Ctrl+C.',
  ].join('\n');
}

const NOT_ASKED =
  'Clients on this machine are not asked to sign in, because they need not; with identity.local: false they are.';

/** Why a source is not ready, and whether its tools are those of an earlier time. */
function describeTrouble({ error, staleSince }: SourceStatus): string {
  const stale =
    staleSince === undefined ? '' : `its lists are those of ${new Date(staleSince).toISOString()}`;
  return [error?.message ?? '', stale].filter(Boolean).join('; ');
}

function snippet(
  name: string,
  connection: Connection,
  { keyCommand, config }: { keyCommand: string; config: string },
): string {
  const client = MCP_CLIENTS[name];
  if (!client) return '';
  const json = JSON.stringify({ [client.member]: { bailiwick: client.entry(connection) } }, undefined, 2);
  const remark = toRemark(connection, keyCommand);
  return `${paint('bold', client.title)}, in ${client.file('.')}\n(or let it be written: npx bailiwick connect ${name} --write${config})\n${json}\n${remark === undefined ? '' : `${remark}\n`}`;
}

/** Commands that work with this configuration: the first principal's view, and a call of something harmless in it. */
function suggestCalls(app: App, loaded: LoadedConfig): string[] {
  const snapshot = app.gateway.current();
  const [named] = Object.entries(loaded.config.identity.principals);
  const principal = named ? configuredPrincipal(...named) : app.local();
  if (!principal) return ['tools'];
  const as = named ? ` --as ${named[0]}` : '';
  const example = snapshot.view(principal).tools.find(isHarmless);
  return [`tools${as}`, ...(example ? [`call ${toShownName(example.source, example.name)}${as}`] : [])];
}

/** Reads, and needs no argument. */
function isHarmless(tool: Tool): boolean {
  const { required } = tool.inputSchema;
  return tool.access === 'read' && (!Array.isArray(required) || required.length === 0);
}
