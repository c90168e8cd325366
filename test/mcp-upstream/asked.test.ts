import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/catalog/json.ts';
import { BailiwickError } from '../../src/errors.ts';
import { createClient, modernContext, startAskingServer } from './asking.ts';
import { startModernServer } from './modern-wire.ts';
import {
  call,
  createJournal,
  faultOf,
  fixture,
  never,
  nodeCommand,
  startUpstream,
  textOf,
  until,
} from './support.ts';

async function start(kind: string, options: Parameters<typeof startUpstream>[1] = {}) {
  if (kind === 'http') {
    const server = await startAskingServer();
    return {
      lines: () => server.lines,
      server,
      upstream: startUpstream({ url: server.url, headers: {} }, options),
    };
  }
  const journal = createJournal();
  const command = nodeCommand(fixture('asking-server.ts'), '--stdio');
  return {
    lines: journal.lines,
    upstream: startUpstream({ command, env: { JOURNAL: journal.path } }, options),
  };
}

const neverAsked = () => Promise.reject(new Error('not asked'));

const QUESTIONS: [method: string, params: JsonObject][] = [
  ['sampling/createMessage', { messages: [], maxTokens: 5, future: { a: 1 } }],
  ['elicitation/create', { mode: 'form', message: 'Who?', requestedSchema: { type: 'object', x: 1 } }],
  ['elicitation/create', { mode: 'url', message: 'Go', url: 'https://a.example/', elicitationId: '7' }],
  ['roots/list', { future: true }],
  ['example.com/other', { a: [1, null] }],
];

test.each(['http', 'stdio'])('over %s, questions and their answers reach the client whole', async (kind) => {
  const { upstream } = await start(kind);
  const answer = { action: 'accept', roots: [{ uri: 'file:///a', odd: 1 }], future: [1] };
  const client = createClient('one', 'ann', () => answer);
  for (const [method, params] of QUESTIONS) {
    const outcome = await call(upstream, 'ask', { method, params }, client.context());
    expect(JSON.parse(textOf(outcome))).toEqual(answer);
    expect(client.asked.at(-1)).toEqual({ method, params });
  }
  expect(client.askedBeside).toEqual([]);
});

test('a client’s error goes back with its own code and data', async () => {
  const { upstream } = await start('http');
  const error = { code: -1, message: 'no thanks', data: { why: 'busy' } };
  const client = createClient('one', 'ann', () => {
    throw new BailiwickError('CLIENT_REFUSED', 'refused', { data: { client: error } });
  });
  const outcome = await call(upstream, 'ask', { method: 'roots/list', params: {} }, client.context());
  expect(JSON.parse(textOf(outcome))).toMatchObject({
    code: -1,
    message: expect.stringContaining('no thanks'),
    data: error.data,
  });
});

test('what a client did not say it can do is not asked of it beside its calls', async () => {
  const { upstream, lines } = await start('stdio');
  const client = createClient('one', 'ann');
  const context = client.context({ clientCapabilities: { elicitation: {} } });
  const stop = new AbortController();
  const waits = call(upstream, 'wait', {}, { ...context, signal: stop.signal });
  await until(() => lines().some((line) => line.startsWith('waiting')), 'two calls run');
  for (const [method, params] of QUESTIONS.slice(0, 4)) {
    const outcome = await call(upstream, 'ask', { method, params }, context);
    const isForm = params['mode'] === 'form';
    expect(textOf(outcome).includes('-32601')).toBe(!isForm);
  }
  expect(client.askedBeside.map(({ params }) => params?.['mode'])).toEqual(['form']);
  stop.abort();
  await faultOf(waits);
});

test('what is asked on the gateway’s own session is refused; of roots it has none', async () => {
  const { upstream } = await start('http');
  const roots = await call(upstream, 'ask', { method: 'roots/list', params: {} });
  expect(textOf(roots)).toBe('{"roots":[]}');
  expect(textOf(await call(upstream, 'ask', { method: 'elicitation/create', params: {} }))).toContain(
    '-32601',
  );
});

test('with several calls in flight on one stdio session, a question goes to the client itself', async () => {
  const { upstream, lines } = await start('stdio');
  const client = createClient('one', 'ann');
  const stop = new AbortController();
  const waits = call(upstream, 'wait', {}, client.context({ signal: stop.signal }));
  await until(() => lines().some((line) => line.startsWith('waiting')), 'the first call runs');
  await call(upstream, 'ask', { method: 'roots/list', params: {} }, client.context());
  expect([client.asked.length, client.askedBeside.length]).toEqual([0, 1]);
  stop.abort();
  expect((await faultOf(waits)).code).toBe('CANCELLED');
});

test('a question is given up with its call, and while it is open the call does not time out', async () => {
  const { upstream } = await start('stdio', { timeoutMs: 300 });
  const slow = createClient('slow', 'ann', async () => {
    await new Promise((resolve) => setTimeout(resolve, 700));
    return { by: 'slow' };
  });
  const question = { method: 'roots/list', params: {} };
  await call(upstream, 'name', {}, slow.context());
  expect(textOf(await call(upstream, 'ask', question, slow.context()))).toBe('{"by":"slow"}');

  const stop = new AbortController();
  const asked = Promise.withResolvers<AbortSignal>();
  const context = slow.context({
    signal: stop.signal,
    ask: (_question, signal) => {
      asked.resolve(signal);
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new BailiwickError('CANCELLED', 'over')));
      });
    },
  });
  const cancelled = call(upstream, 'ask', question, context);
  const signal = await asked.promise;
  stop.abort();
  expect((await faultOf(cancelled)).code).toBe('CANCELLED');
  expect(signal.aborted).toBe(true);
});

test.each(['http', 'stdio'])(
  'over %s, what an upstream tells within a call reaches its caller whole',
  async (kind) => {
    const { upstream } = await start(kind);
    const heard: unknown[] = [];
    const context = createClient('one', 'ann').context({
      onNotification: (method, params) => void heard.push([method, params]),
    });
    const tell = (method: string, params: JsonObject) => call(upstream, 'tell', { method, params }, context);
    await tell('notifications/message', { level: 'info', data: 'x', future: 1 });
    await tell('notifications/elicitation/complete', { elicitationId: '7' });
    await tell('notifications/example', { odd: { deep: [1] } });
    expect(heard).toEqual([
      ['notifications/message', { level: 'info', data: 'x', future: 1 }],
      ['notifications/elicitation/complete', { elicitationId: '7' }],
      ['notifications/example', { odd: { deep: [1] } }],
    ]);
  },
);

test('what is told while several calls run reaches nobody who may have only a part of what one of them answers', async () => {
  for (const isConfidential of [false, true]) {
    const { upstream, lines } = await start('stdio');
    const client = createClient('one', 'ann');
    const stop = new AbortController();
    const context = client.context({ signal: stop.signal, ...(isConfidential && { isConfidential }) });
    const waits = call(upstream, 'wait', {}, context);
    await until(() => lines().some((line) => line.startsWith('waiting')), 'the first call runs');
    const params = { level: 'info', data: 'x' };
    await call(upstream, 'tell', { method: 'notifications/message', params }, client.context());
    expect(client.told).toEqual(isConfidential ? [] : [['notifications/message', params]]);
    stop.abort();
    await faultOf(waits);
  }
});

test('a question that the upstream takes back is given up', async () => {
  const { upstream } = await start('http');
  let given: AbortSignal | undefined;
  const context = createClient('one', 'ann').context({
    ask: (_question, signal) => {
      given = signal;
      return new Promise(() => {});
    },
  });
  const question = { method: 'roots/list', params: {}, patience: 50 };
  expect(textOf(await call(upstream, 'ask', question, context))).toContain('timed out');
  await until(() => given?.aborted === true, 'the question is given up');
});

test('a modern client on stdio is asked within its calls, though it has a connection', async () => {
  const { upstream } = await start('stdio');
  const client = createClient('one', 'ann');
  const question = { method: 'elicitation/create', params: { message: 'Who?' } };
  const answers = await Promise.all(
    ['a', 'b'].map((by) => {
      const ask = () => Promise.resolve({ by });
      return call(upstream, 'ask', question, client.context({ rounds: 'relay', ask }));
    }),
  );
  expect(answers.map(textOf)).toEqual(['{"by":"a"}', '{"by":"b"}']);
  expect(client.askedBeside).toEqual([]);
});

test('members of progress that nobody knows survive', async () => {
  const { upstream } = await start('http');
  const progress: unknown[] = [];
  const context = modernContext('ann', undefined, { onProgress: (each) => void progress.push(each) });
  // The first request on the session after the handshake; its id is the token.
  const { upstreamId } = await call(upstream, 'name', {}, context);
  const params = { progressToken: Number(upstreamId) + 1, progress: 1, total: 2, future: 'x' };
  await call(upstream, 'tell', { method: 'notifications/progress', params }, context);
  expect(progress).toEqual([{ progress: 1, total: 2, future: 'x' }]);
});

test('the most verbose log level that is wanted on a session is set there', async () => {
  const { upstream, lines } = await start('http');
  const levels = (): string[] =>
    lines()
      .filter((line) => line.startsWith('level'))
      .map((line) => line.split(' ')[2] ?? '');
  for (const level of [undefined, 'warning', 'error', 'debug', undefined])
    await call(upstream, 'name', {}, modernContext('ann', undefined, level ? { logLevel: level } : {}));
  expect(levels()).toEqual(['warning', 'debug']);
  // A session of one client follows it both ways.
  const client = createClient('one', 'bob');
  for (const logLevel of ['info', 'error', 'error'])
    await call(upstream, 'name', {}, client.context({ logLevel }));
  expect(levels().slice(2)).toEqual(['info', 'error']);
});

test('a modern upstream is told the caller’s name, capabilities and wanted level with each request', async () => {
  const { url, seen } = await startModernServer({ 'tools/call': () => ({ content: [] }) });
  const upstream = startUpstream({ url, headers: {} });
  const clientInfo = { name: 'agent', version: '3', title: 'Agent' };
  await call(upstream, 'any', {}, modernContext('ann', undefined, { clientInfo, logLevel: 'debug' }));
  const sent = seen.find(({ method }) => method === 'tools/call')?.params._meta;
  expect(sent).toMatchObject({
    'io.modelcontextprotocol/clientInfo': clientInfo,
    'io.modelcontextprotocol/logLevel': 'debug',
    'io.modelcontextprotocol/clientCapabilities': { sampling: {} },
  });
});

test('rounds of a modern upstream are worked off for a client that does not know them', async () => {
  const { url, seen } = await startModernServer({
    'prompts/get': ({ params }) => {
      const answers = params['inputResponses'] as JsonObject | undefined;
      if (!answers) {
        const who = { method: 'elicitation/create', params: { message: 'Who?', odd: 1 } };
        const inputRequests = { who, where: { method: 'roots/list' } };
        return { resultType: 'input_required', inputRequests, requestState: 'first' };
      }
      if (params['requestState'] === 'first') return { resultType: 'input_required', requestState: 'again' };
      return { messages: [] };
    },
  });
  // The second round has nothing to ask, and its state only.
  const upstream = startUpstream({ url, headers: {} });
  const client = createClient('one', 'ann', ({ method }) => ({ to: method, odd: true }));
  const rounds = upstream.request('prompts/get', { name: 'p' }, client.context());
  const fault = await faultOf(rounds);
  expect(fault.code).toBe('UPSTREAM_PROTOCOL');
  expect(client.asked[0]).toEqual({ method: 'elicitation/create', params: { message: 'Who?', odd: 1 } });
  const sent = seen.filter(({ method }) => method === 'prompts/get');
  expect(sent[1]?.params).toMatchObject({
    requestState: 'first',
    inputResponses: { who: { to: 'elicitation/create', odd: true }, where: { to: 'roots/list' } },
  });
  expect(sent[2]?.params).not.toHaveProperty('inputResponses');
  expect(sent[2]?.params['requestState']).toBe('again');
  expect(sent).toHaveLength(9);
  expect(new Set(sent.map(({ id }) => id)).size).toBe(sent.length);
});

test('a client that knows rounds gets them as they are', async () => {
  const { url } = await startModernServer({
    'tools/call': () => ({ resultType: 'input_required', inputRequests: { a: { method: 'roots/list' } } }),
  });
  const upstream = startUpstream({ url, headers: {} });
  const { result } = await call(upstream, 'any', {}, modernContext('ann', neverAsked));
  expect(result).toEqual({ resultType: 'input_required', inputRequests: { a: { method: 'roots/list' } } });
});

test('that a page has to be visited first is passed on with all it says', async () => {
  const { upstream } = await start('http');
  const fault = await faultOf(call(upstream, 'visit', {}, createClient('one', 'ann').context()));
  expect(fault).toMatchObject({ code: 'UPSTREAM_REJECTED', data: { upstream: { code: -32_042 } } });
  expect(fault.data).toMatchObject({ upstream: { data: { elicitations: [{ elicitationId: '1' }] } } });
});

test('what a server says of itself is cleaned and kept', async () => {
  const { upstream } = await start('http');
  const { server } = await upstream.contribution(never);
  expect(server).toEqual({
    capabilities: { tools: {}, logging: {}, resources: { subscribe: true } },
    instructions: 'Ask first.',
  });
});
