import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { expect, test } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { INITIALIZE, post } from '../support/raw-http.ts';
import { startModernHttp, startOldHttp } from './fixtures/over-http.ts';

const SCRIPTED = fileURLToPath(new URL('../mcp-upstream/fixtures/scripted-child.ts', import.meta.url));
const VERSION = '2026-07-28';

type Message = Record<string, unknown>;
type Post = (params: { name: string } & Message) => Promise<Message[]>;

/** Calls a tool as a client of each era would that knows no SDK, and returns all messages of the answer. */
async function openWire(era: 'legacy' | 'modern', endpoint: string): Promise<Post> {
  if (era === 'modern') {
    return async ({ _meta: meta, ...params }) => {
      const envelope = {
        'io.modelcontextprotocol/protocolVersion': VERSION,
        'io.modelcontextprotocol/clientCapabilities': {},
      };
      const body = {
        jsonrpc: '2.0',
        id: 'call',
        method: 'tools/call',
        params: { ...params, _meta: { ...(meta as object), ...envelope } },
      };
      const headers = {
        'mcp-protocol-version': VERSION,
        'mcp-method': 'tools/call',
        'mcp-name': params.name,
      };
      return messagesOf((await post(endpoint, JSON.stringify(body), headers)).text);
    };
  }
  const opened = await post(endpoint, JSON.stringify(INITIALIZE));
  const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' };
  await post(endpoint, '{"jsonrpc":"2.0","method":"notifications/initialized"}', session);
  return async (params) => {
    const body = { jsonrpc: '2.0', id: 'call', method: 'tools/call', params };
    return messagesOf((await post(endpoint, JSON.stringify(body), session)).text);
  };
}

/** The messages of a JSON body, or of an event stream. */
function messagesOf(text: string): Message[] {
  if (text.startsWith('{')) return [JSON.parse(text) as Message];
  return text
    .split('\n')
    .filter((line) => line.startsWith('data:') && line.length > 6)
    .map((line) => JSON.parse(line.slice(5)) as Message);
}

function configure(mcp: Record<string, unknown>): Record<string, string> {
  return {
    'bailiwick.yaml': stringify({
      server: { listen: '127.0.0.1:0' },
      identity: { local: { scopes: ['all'] } },
      sources: { up: { mcp } },
      policies: 'policies/',
      state: { memory: true },
    }),
    'policies/all.policy.yaml': stringify({ policy: 'all', scopes: { all: { source: 'up' } } }),
  };
}

const ERAS = ['legacy', 'modern'] as const;
const SERVERS = { legacy: startOldHttp, modern: startModernHttp };
const PAIRS = ERAS.flatMap((client) => ERAS.map((server) => ({ client, server })));

test.each(PAIRS)(
  'a $client client of a $server server is told progress under its own token, as it wrote it',
  async ({ client, server }) => {
    await using upstream = await SERVERS[server]();
    await using gateway = await startGateway(configure({ url: upstream.url }));
    const call = await openWire(client, `${gateway.url}/mcp/up`);
    const told = async (progressToken: string | number): Promise<void> => {
      const messages = await call({ name: 'steps', arguments: { count: 2 }, _meta: { progressToken } });
      const progress = messages.filter(({ method }) => method === 'notifications/progress');
      expect(progress.map(({ params }) => params)).toEqual([
        { progressToken, progress: 1, total: 2 },
        { progressToken, progress: 2, total: 2 },
      ]);
      expect(messages.at(-1)).toMatchObject({ id: 'call', result: { content: [{ text: 'done' }] } });
    };
    await told('7');
    await told(7);
  },
);

test('a modern client gets content that no SDK knows', async () => {
  await using gateway = await startGateway(configure({ command: [process.execPath, SCRIPTED, 'odd'] }));
  const call = await openWire('modern', `${gateway.url}/mcp/up`);
  const [answer] = await call({ name: 'run', arguments: {} });
  expect(answer).toMatchObject({
    id: 'call',
    result: { content: [{ type: 'hologram', depth: 3 }], future: [1] },
  });
});
