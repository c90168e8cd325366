import { stringify } from 'yaml';
import { expect, test } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { startModernHttp, startOldHttp } from './fixtures/over-http.ts';
import { legacyHttp, modernHttp } from './raw-legs.ts';

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
const LEGS = { legacy: legacyHttp, modern: modernHttp };
const SERVERS = { legacy: startOldHttp, modern: startModernHttp };
const PAIRS = ERAS.flatMap((client) => ERAS.map((server) => ({ client, server })));

test.each(PAIRS)(
  'a $client client of a $server server is told progress under its own token, as it wrote it',
  async ({ client, server }) => {
    await using upstream = await SERVERS[server]();
    await using gateway = await startGateway(configure({ url: upstream.url }));
    const { send } = await LEGS[client](`${gateway.url}/mcp/up`);
    const told = async (progressToken: string | number): Promise<void> => {
      const messages = await send('tools/call', {
        name: 'steps',
        arguments: { count: 2 },
        _meta: { progressToken },
      });
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
