import type { App } from '../app.ts';
import { SERVER_INFO } from '../server/server-info.ts';
import { stdioConnection } from './connect.ts';
import { MCP_CLIENTS, type Connection } from './mcp-clients.ts';
import { paint, table } from './terminal.ts';

/** What `serve` prints when it is ready: what is served, to whom, and what to do next. */
export function welcome(app: App, url: string, config: string): string {
  const endpoint = `${url}/mcp`;
  const rows = app
    .sources()
    .map(({ source, state, contribution, error }) => [
      source,
      state,
      String(contribution?.tools.length ?? 0),
      state === 'ready' ? `${endpoint}/${source}` : (error?.message ?? ''),
    ]);
  const unusable = app.unusable().map(({ source, error }) => [source, 'unusable', '0', error.message]);
  const total = app.gateway.current().catalog.tools.length;
  const local = app.local();
  const who = local
    ? `Callers on this machine need no key: they are the principal "local" (scopes: ${local.scopes.join(', ') || 'none'}).`
    : 'Callers need a key: bailiwick keys create <principal>';
  const exampleTool = app.gateway.current().catalog.tools.find((tool) => tool.access === 'read');
  const example = exampleTool
    ? `npx bailiwick call ${exampleTool.source}_${exampleTool.name} --as agent`
    : 'npx bailiwick tools';
  return [
    paint('bold', `Bailiwick ${SERVER_INFO.version} serves ${total} tools at ${endpoint}`),
    '',
    table(['SOURCE', 'STATE', 'TOOLS', 'ENDPOINT'], [...rows, ...unusable]),
    '',
    who,
    '',
    snippet('claude', stdioConnection(config)),
    snippet('cursor', { transport: 'http', url: endpoint }),
    'Try it in another terminal:',
    `  npx bailiwick tools --as agent`,
    `  ${example}`,
    '',
    'Stop with Ctrl+C.',
  ].join('\n');
}

function snippet(name: string, connection: Connection): string {
  const client = MCP_CLIENTS[name];
  if (!client) return '';
  const json = JSON.stringify({ [client.member]: { bailiwick: client.entry(connection) } }, undefined, 2);
  return `${paint('bold', client.title)}, in ${client.file('.')}\n(or let it be written: npx bailiwick connect ${name} --write)\n${json}\n`;
}
