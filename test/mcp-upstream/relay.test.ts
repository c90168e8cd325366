import { expect, test } from 'vitest';
import { startModernServer } from './modern-wire.ts';
import {
  call,
  createJournal,
  faultOf,
  fixture,
  never,
  nodeCommand,
  startHttpFixture,
  startUpstream,
  textOf,
  toolOf,
  until,
} from './support.ts';

test('members that no SDK knows survive in lists and in results', async () => {
  const tool = {
    name: 'odd',
    title: 'Odd',
    inputSchema: {
      type: 'object',
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $defs: { a: { $anchor: 'a' } },
    },
    icons: [{ src: 'https://example.com/i.png', future: true }],
    execution: { taskSupport: 'optional' },
    _meta: { 'example.com/x': 1 },
    shape: 'round',
  };
  const content = [{ type: 'hologram', depth: 3, extra: { deep: true } }];
  const { url } = await startModernServer({
    'tools/list': () => ({ tools: [tool], ttlMs: 0, cacheScope: 'private' }),
    'tools/call': () => ({
      content,
      structuredContent: [1, 2],
      future: 'yes',
      _meta: { trace: 't', 'io.modelcontextprotocol/serverInfo': { name: 'x', version: '1' } },
    }),
  });
  const upstream = startUpstream({ url, headers: {} });
  const { tools } = await upstream.contribution(never);
  expect(tools[0]?.inputSchema).toEqual(tool.inputSchema);
  expect(tools[0]?.passthrough).toEqual({
    icons: tool.icons,
    execution: tool.execution,
    _meta: tool._meta,
    shape: 'round',
  });
  const { result } = await call(upstream, 'odd');
  expect(result).toEqual({ content, structuredContent: [1, 2], future: 'yes', _meta: { trace: 't' } });
});

test('a legacy server’s unknown content survives too', async () => {
  const upstream = startUpstream({ command: nodeCommand(fixture('scripted-child.ts'), 'odd'), env: {} });
  const { result } = await call(upstream, 'run');
  expect(result).toEqual({ content: [{ type: 'hologram', depth: 3 }], future: [1] });
});

test('one tool that breaks the protocol costs only itself', async () => {
  const { url } = await startModernServer({
    'tools/list': () => ({
      tools: [{ name: 'good', inputSchema: { type: 'object' } }, { name: 'bad' }, 7],
      ttlMs: 0,
      cacheScope: 'private',
    }),
  });
  const { tools, skipped } = await startUpstream({ url, headers: {} }).contribution(never);
  expect(tools.map(({ name }) => name)).toEqual(['good']);
  expect(skipped.map(({ reason }) => reason)).toEqual(['not-an-object', 'input-schema-not-object']);
});

test('a failing list of resources does not cost the tools', async () => {
  const { url } = await startModernServer({
    'tools/list': () => ({
      tools: [{ name: 'good', inputSchema: { type: 'object' } }],
      ttlMs: 0,
      cacheScope: 'private',
    }),
    'resources/list': () => ({ error: { code: -32_603, message: 'broken' } }),
    'resources/templates/list': () => ({ resourceTemplates: [{ uriTemplate: 'a://{b}', name: 'b' }] }),
    'prompts/list': () => ({ prompts: 'none' }),
  });
  const upstream = startUpstream({ url, headers: {} });
  const contribution = await upstream.contribution(never);
  expect(contribution.tools).toHaveLength(1);
  expect(contribution.templates).toHaveLength(1);
  expect(contribution.resources).toEqual([]);
  const missing = upstream.log
    .filter(({ level }) => level === 'warn')
    .map(({ fields }) => String(fields['method']));
  expect(missing.toSorted()).toEqual(['prompts/list', 'resources/list']);
});

test('a server that stands but cannot list its tools is asked again by itself', async () => {
  let failures = 2;
  const { url } = await startModernServer({
    'tools/list': () =>
      failures-- > 0 ? { error: { code: -32_603, message: 'warming up' } } : { tools: [] },
  });
  const upstream = startUpstream({ url, headers: {} });
  expect((await faultOf(upstream.contribution(never))).code).toBe('UPSTREAM_ERROR');
  await until(() => upstream.changes() === 1, 'a first hint');
  await faultOf(upstream.contribution(never));
  await until(() => upstream.changes() === 2, 'a second hint');
  expect((await upstream.contribution(never)).tools).toEqual([]);
});

const page = (name: string, nextCursor?: string) => ({
  tools: [{ name, inputSchema: { type: 'object' } }],
  nextCursor,
});

test('lists are read page by page, an empty cursor included', async () => {
  const { url } = await startModernServer({
    'tools/list': ({ params }) =>
      params['cursor'] === undefined ? page('a', '') : params['cursor'] === '' ? page('b', 'c') : page('c'),
  });
  const { tools } = await startUpstream({ url, headers: {} }).contribution(never);
  expect(tools.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
});

test('a list that never ends is refused', async () => {
  const upstream = startUpstream({ command: nodeCommand(fixture('scripted-child.ts'), 'pages'), env: {} });
  const fault = await faultOf(upstream.contribution(never));
  expect(fault).toMatchObject({ code: 'UPSTREAM_PROTOCOL' });
  expect(fault.message).toContain('does not end tools/list');
});

test('a server that ignores the cursor is read once', async () => {
  const { url } = await startModernServer({
    'tools/list': () => ({ tools: [{ name: 'a', inputSchema: { type: 'object' } }], nextCursor: 'again' }),
  });
  const upstream = startUpstream({ url, headers: {} });
  const { skipped, tools } = await upstream.contribution(never);
  expect([tools.map(({ name }) => name), skipped]).toEqual([['a'], []]);
});

test('a call carries the caller’s own capabilities and meta, and the gateway’s none', async () => {
  const { url, seen } = await startModernServer({ 'tools/call': () => ({ content: [] }) });
  const upstream = startUpstream({ url, headers: {} });
  await call(
    upstream,
    'any',
    { a: 1 },
    {
      meta: { traceparent: '00-1' },
      clientCapabilities: {
        elicitation: {},
        extensions: { 'io.modelcontextprotocol/tasks': {}, 'io.modelcontextprotocol/ui': {} },
      },
    },
  );
  await call(upstream, 'any');
  const calls = seen.filter(({ method }) => method === 'tools/call');
  expect(calls[0]?.params).toMatchObject({ name: 'any', arguments: { a: 1 } });
  expect(calls[0]?.params._meta).toMatchObject({
    traceparent: '00-1',
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {
      elicitation: {},
      extensions: { 'io.modelcontextprotocol/ui': {} },
    },
  });
  expect(calls[1]?.params._meta?.['io.modelcontextprotocol/clientCapabilities']).toEqual({});
});

test('what is planned is what is sent', async () => {
  const { url, seen } = await startModernServer({ 'tools/call': () => ({ content: [] }) });
  const upstream = startUpstream({ url, headers: {} });
  const tool = toolOf('näme/with:marks');
  expect(upstream.plan(tool, { a: [1] })).toEqual({
    upstream: 'up',
    method: 'tools/call',
    params: { name: 'näme/with:marks', arguments: { a: [1] } },
  });
  await call(upstream, tool, { a: [1] });
  expect(seen.at(-1)?.params).toMatchObject({ name: 'näme/with:marks', arguments: { a: [1] } });
});

test('a request for input comes back as it is, and its repetition has another id', async () => {
  const inputRequests = {
    who: { method: 'elicitation/create', params: { mode: 'form', message: 'Who?', future: 1 } },
  };
  const { url, seen } = await startModernServer({
    'tools/call': ({ params }) =>
      params['inputResponses'] === undefined
        ? { resultType: 'input_required', inputRequests, requestState: 'a\u0000b', future: 2 }
        : { content: [] },
  });
  const upstream = startUpstream({ url, headers: {} });
  const first = await call(upstream, 'ask', {}, { clientCapabilities: { elicitation: {} } });
  expect(first).toEqual({
    status: 'ok',
    upstreamId: '1',
    result: { resultType: 'input_required', inputRequests, requestState: 'a\u0000b', future: 2 },
  });
  const inputResponses = { who: { action: 'accept', content: { name: 'Ann' } } };
  await call(upstream, 'ask', {}, { inputResponses, requestState: 'a\u0000b' });
  const [one, two] = seen.filter(({ method }) => method === 'tools/call');
  expect(two?.params).toMatchObject({ inputResponses, requestState: 'a\u0000b' });
  expect(two?.id).not.toBe(one?.id);
});

test('ids stay unique when the connection is opened anew', async () => {
  const journal = createJournal();
  const env = { JOURNAL: journal.path };
  const upstream = startUpstream({ command: nodeCommand(fixture('modern-server.ts'), '--stdio'), env });
  const context = { clientCapabilities: { elicitation: { form: {} } } };
  await call(upstream, 'ask', {}, context);
  process.kill(Number(journal.lines()[0]?.split(' ')[1]), 'SIGKILL');
  await until(() => upstream.changes() > 0, 'the child is back');
  const inputResponses = { who: { action: 'accept', content: { name: 'Ann' } } };
  const second = await call(
    upstream,
    'ask',
    {},
    { ...context, inputResponses, requestState: 'opaque state' },
  );
  const [, asked = ''] = /^asked (\d+)$/m.exec(journal.lines().join('\n')) ?? [];
  expect(textOf(second)).toMatch(/^hello Ann, opaque state, id \d+$/);
  expect(textOf(second).endsWith(` ${asked}`)).toBe(false);
});

test('a kind of result that was not asked for is refused', async () => {
  const { url } = await startModernServer({ 'tools/call': () => ({ resultType: 'task', taskId: '1' }) });
  const fault = await faultOf(call(startUpstream({ url, headers: {} }), 'any'));
  expect(fault.code).toBe('UPSTREAM_PROTOCOL');
});

test('an error of the upstream keeps its code, message and data', async () => {
  const { url } = await startModernServer({
    'tools/call': () => ({ error: { code: -32_077, message: 'no quota', data: { left: 0 } } }),
  });
  const fault = await faultOf(call(startUpstream({ url, headers: {} }), 'any'));
  expect(fault).toMatchObject({
    code: 'UPSTREAM_ERROR',
    data: { upstream: { code: -32_077, message: 'no quota', data: { left: 0 } } },
  });
  expect(fault.message).toBe('source up answered with error -32077: no quota');
});

test.each([
  ['-32002', { code: -32_002, message: 'gone' }],
  ['-32602 that names the resource', { code: -32_602, message: 'gone', data: { uri: 'x://y' } }],
])('%s for a resource means that there is none', async (_name, error) => {
  const { url } = await startModernServer({ 'resources/read': () => ({ error }) });
  const fault = await faultOf(
    startUpstream({ url, headers: {} }).request('resources/read', { uri: 'x://y' }, { signal: never }),
  );
  expect(fault).toMatchObject({ code: 'UNKNOWN_RESOURCE', data: { uri: 'x://y' } });
});

test('a failed tool is a tool error, not a fault', async () => {
  const { url } = await startHttpFixture('modern-server.ts');
  const outcome = await call(startUpstream({ url, headers: {} }), 'fail');
  expect(outcome).toEqual({
    status: 'tool-error',
    upstreamId: '1',
    result: { content: [{ type: 'text', text: 'no' }], isError: true },
  });
});

test('arguments marked with x-mcp-header are repeated in headers, and the result stays raw', async () => {
  const journal = createJournal();
  const { url } = await startHttpFixture('modern-server.ts', { JOURNAL: journal.path });
  const upstream = startUpstream({ url, headers: { Authorization: 'Bearer configured' } });
  const { tools } = await upstream.contribution(never);
  const region = tools.find(({ name }) => name === 'region');
  if (!region) throw new Error('no tool');
  expect(textOf(await call(upstream, region, { region: 'north' }))).toBe('north');
  expect(journal.lines()).toContain('header north authorization Bearer configured');
});
