import { expect, test } from 'vitest';
import {
  call,
  createJournal,
  faultOf,
  fixture,
  never,
  nodeCommand,
  principalOf,
  startHttpFixture,
  startUpstream,
  textOf,
} from './support.ts';

test('a modern server over HTTP is reached in the modern era', async () => {
  const { url } = await startHttpFixture('modern-server.ts');
  const upstream = startUpstream({ url, headers: {} });
  const { tools, resources, prompts, skipped } = await upstream.contribution(never);
  expect(tools.map((tool) => tool.name)).toEqual([
    'add-tool',
    'ask',
    'echo',
    'fail',
    'region',
    'reveal',
    'slow',
  ]);
  expect(resources.map(({ uri }) => uri)).toEqual(['test://note']);
  expect(prompts.map(({ name }) => name)).toEqual(['greet']);
  expect(skipped).toEqual([]);
  expect(textOf(await call(upstream, 'echo', { text: 'hi' }))).toBe('modern:hi');
});

test('a modern server over stdio is reached in the modern era with one child', async () => {
  const journal = createJournal();
  const upstream = startUpstream({
    command: nodeCommand(fixture('modern-server.ts'), '--stdio'),
    env: { JOURNAL: journal.path },
  });
  expect(textOf(await call(upstream, 'echo', { text: 'hi' }))).toBe('modern:hi');
  await upstream.contribution(never);
  expect(journal.lines().filter((line) => line.startsWith('start'))).toHaveLength(1);
});

test('a v1 server over HTTP is reached in a legacy session, without the capabilities of a client that cannot be asked', async () => {
  const { url } = await startHttpFixture('legacy-server.ts');
  const upstream = startUpstream({ url, headers: {} });
  const { tools } = await upstream.contribution(never);
  expect(tools.map((tool) => tool.name)).toEqual(['add-tool', 'capabilities', 'echo']);
  expect(textOf(await call(upstream, 'echo'))).toBe('old');
  const capabilities = await call(
    upstream,
    'capabilities',
    {},
    { clientCapabilities: { sampling: {} }, caller: { principal: principalOf('ann') } },
  );
  expect(textOf(capabilities)).toBe('{}');
});

test('a v1 server over stdio is reached in the legacy era', async () => {
  const upstream = startUpstream({ command: nodeCommand(fixture('legacy-server.ts'), '--stdio'), env: {} });
  expect(textOf(await call(upstream, 'echo'))).toBe('old');
});

test('resources and prompts are relayed in both eras', async () => {
  const { url } = await startHttpFixture('modern-server.ts');
  const upstream = startUpstream({ url, headers: {} });
  const read = await upstream.request('resources/read', { uri: 'test://note' }, { signal: never });
  expect(read['contents']).toEqual([{ uri: 'test://note', text: 'a note' }]);
  const prompt = await upstream.request('prompts/get', { name: 'greet' }, { signal: never });
  expect(prompt['messages']).toEqual([{ role: 'user', content: { type: 'text', text: 'hello' } }]);
  expect(prompt).not.toHaveProperty('resultType');

  const missing = await faultOf(
    upstream.request('resources/read', { uri: 'test://none' }, { signal: never }),
  );
  expect(missing.code).toBe('UNKNOWN_RESOURCE');
  const unknown = await faultOf(upstream.request('prompts/get', { name: 'none' }, { signal: never }));
  expect(unknown).toMatchObject({ code: 'UPSTREAM_ERROR', data: { upstream: { code: -32_602 } } });
});
