import path from 'node:path';
import { expect, test } from 'vitest';
import { connect } from '../support/clients.ts';
import { createFolder } from '../support/gateway.ts';
import { gatewayOf } from './gateway.ts';
import { startServer } from './server.ts';

const names = async (endpoint: string): Promise<string[]> => {
  await using client = await connect('v2 modern', endpoint);
  return (await client.listTools()).tools.map(({ name }) => name);
};

test('a gateway that starts while a source is down serves what it offered before, marked, until it is back', async () => {
  await using folder = await createFolder({});
  const state = path.join(folder.folder, 'state.db');
  const server = await startServer('modern');
  const sources = { far: { mcp: { url: server.url }, startupTimeout: 5_000 } };
  const before = Date.now();
  {
    await using first = await gatewayOf(sources, { state });
    expect(await names(first.endpoint)).toEqual(['far_work']);
    expect(first.app.gateway.current().stale).toEqual(new Map());
  }
  await server[Symbol.asyncDispose]();
  await using second = await gatewayOf(sources, { state });
  expect(await names(second.endpoint)).toEqual(['far_work']);
  expect(second.app.sources()).toMatchObject([{ source: 'far', state: 'down' }]);
  const since = second.app.gateway.current().stale.get('far');
  expect(since).toBeGreaterThanOrEqual(before);
  expect(since).toBeLessThanOrEqual(Date.now());

  await using client = await connect('v2 modern', second.endpoint);
  const refused = await client.callTool({ name: 'far_work', arguments: { id: 'a' } });
  expect(refused).toMatchObject({
    isError: true,
    structuredContent: { error: { code: 'UPSTREAM_UNAVAILABLE' } },
  });

  await using back = await startServer('modern', { port: server.port });
  await expect.poll(() => second.app.gateway.current().stale, { timeout: 10_000 }).toEqual(new Map());
  const done = await client.callTool({ name: 'far_work', arguments: { id: 'b' } });
  expect(done.isError).not.toBe(true);
  expect(back.done).toEqual(['b']);
});

test('what is kept of a source belongs to its settings: another URL is another server', async () => {
  await using folder = await createFolder({});
  const state = path.join(folder.folder, 'state.db');
  const server = await startServer('modern');
  {
    await using first = await gatewayOf({ far: { mcp: { url: server.url } } }, { state });
    expect(await names(first.endpoint)).toEqual(['far_work']);
  }
  await server[Symbol.asyncDispose]();
  const elsewhere = server.url.replace('/mcp', '/other');
  await using second = await gatewayOf({ far: { mcp: { url: elsewhere } } }, { state });
  expect(await names(second.endpoint)).toEqual([]);
});
test('lists of an earlier time pass the lock like fresh ones', async () => {
  await using folder = await createFolder({});
  const state = path.join(folder.folder, 'state.db');
  const server = await startServer('modern');
  const sources = { far: { mcp: { url: server.url } } };
  {
    await using first = await gatewayOf(sources, { state });
    expect(await names(first.endpoint)).toEqual(['far_work']);
  }
  await server[Symbol.asyncDispose]();
  await using second = await gatewayOf(sources, { state, isLocked: true });
  expect(second.app.gateway.current().stale.has('far')).toBe(true);
  expect(await names(second.endpoint)).toEqual([]);
  expect(second.app.held().map(({ id }) => id)).toEqual(['far/work']);
});

test('a source that goes away while the gateway runs keeps its tools, and the snapshot says since when', async () => {
  const server = await startServer('modern');
  await using gateway = await gatewayOf({ far: { mcp: { url: server.url } } });
  await server[Symbol.asyncDispose]();
  await using client = await connect('v2 modern', gateway.endpoint);
  for (let round = 0; round < 3; round++) await client.callTool({ name: 'far_work', arguments: {} });
  await expect.poll(() => gateway.app.gateway.current().stale.has('far')).toBe(true);
  expect(await names(gateway.endpoint)).toEqual(['far_work']);
});
