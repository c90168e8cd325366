import { expect, test } from 'vitest';
import { connect } from '../support/clients.ts';
import { REFUSALS, startFaultProxy, type Fault } from './fault-proxy.ts';
import { configOf, gatewayOf } from './gateway.ts';
import { startServer } from './server.ts';

const HANGING = ['silence', 'headers and then silence', 'an event without end'] as const;

test.each(HANGING)(
  'calls and lists of other sources are answered while a source hangs in %s',
  async (name) => {
    await using good = await startServer('modern');
    await using bad = await startServer('legacy');
    await using proxy = await startFaultProxy(bad);
    await using gateway = await gatewayOf({
      good: { mcp: { url: good.url } },
      bad: { mcp: { url: proxy.url }, timeout: 60_000 },
    });
    await using client = await connect('v2 modern', gateway.endpoint);
    const fault: Fault = name === 'an event without end' ? slowEvent : REFUSALS[name];
    proxy.use(fault);
    const order: string[] = [];
    const ended = new AbortController();
    const hanging = Array.from({ length: 8 }, () =>
      client.callTool({ name: 'bad_work', arguments: {} }, { signal: ended.signal }).then(
        () => order.push('bad'),
        () => order.push('bad'),
      ),
    );
    await expect.poll(proxy.calls).toBe(8);
    for (let index = 0; index < 30; index++) {
      const result = await client.callTool({ name: 'good_work', arguments: { id: `${index}` } });
      order.push(result.isError === true ? 'refused' : 'good');
      const { tools } = await client.listTools();
      order.push(tools.map((tool) => tool.name).join(' '));
    }
    expect(order).toEqual(Array.from({ length: 30 }, () => ['good', 'bad_work good_work']).flat());
    expect(good.done).toEqual(Array.from({ length: 30 }, (_, index) => `${index}`));
    expect(bad.done).toEqual([]);
    ended.abort();
    await Promise.all(hanging);
  },
);

/** Never ends, and is never long. */
const slowEvent: Fault = ({ response, gone }) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const timer = setInterval(() => response.write(':'), 50);
  void gone.then(() => clearInterval(timer));
};

test('a source that hangs from its start holds up nobody', async () => {
  await using good = await startServer('modern');
  await using bad = await startServer('modern');
  await using proxy = await startFaultProxy(bad);
  proxy.use(REFUSALS.silence, 'everything');
  await using gateway = await gatewayOf({ good: { mcp: { url: good.url } } });
  await using client = await connect('v2 modern', gateway.endpoint);
  const both = {
    good: { mcp: { url: good.url } },
    bad: { mcp: { url: proxy.url }, startupTimeout: 60_000 },
  };
  await gateway.write('bailiwick.yaml', configOf(both));
  await gateway.reload();
  await expect.poll(proxy.connections).toBeGreaterThan(0);
  expect(gateway.app.sources()).toMatchObject([{ state: 'ready' }, { source: 'bad', state: 'starting' }]);
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['good_work']);
  expect((await client.callTool({ name: 'good_work', arguments: { id: 'a' } })).isError).not.toBe(true);
  expect(gateway.app.sources()).toMatchObject([{ state: 'ready' }, { source: 'bad', state: 'starting' }]);
});
