import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BailiwickError } from '../../src/errors.ts';
import { readBody, startModernServer } from './modern-wire.ts';
import {
  call,
  faultOf,
  fixture,
  never,
  nodeCommand,
  startUpstream,
  textOf,
  until,
  type TestUpstream,
} from './support.ts';

const TOKEN = 'canary-Token/1+2';
const AUTHORIZATION = `Bearer ${TOKEN}`;
const TRACE = /canary/i;

/** Everything that an error tells, to the caller and to the log. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error) ?? '';
  const data = error instanceof BailiwickError ? error.data : {};
  return [error.message, error.stack, JSON.stringify([error, data]), told(error.cause)].join('\n');
}

function logOf({ log }: TestUpstream): string {
  return log
    .map(({ fields, message }) => [message, JSON.stringify(fields), told(fields['err'])].join('\n'))
    .join('\n');
}

/** Secrets that occur nowhere else: what a test finds masked was masked by what it is about. */
const remote = (url: string, headers: Record<string, string> = { Authorization: AUTHORIZATION }) =>
  startUpstream({ url, headers }, { secrets: [TOKEN] });

const child = (env: Record<string, string> = { API_TOKEN: TOKEN }, ...args: string[]) =>
  startUpstream(
    { command: nodeCommand(fixture('telling-child.ts'), ...args), env },
    { secrets: Object.values(env) },
  );

const entry = (name: string) => ({
  name,
  uri: `test://${name}`,
  description: `sent with ${AUTHORIZATION}`,
});

/** Both ways to a server that repeats its credential in all it says. */
const ways: Record<string, () => Promise<TestUpstream>> = {
  http: async () => {
    const { url } = await startModernServer({
      'tools/list': () => ({
        tools: [
          {
            ...entry('run'),
            inputSchema: { type: 'object', properties: { [AUTHORIZATION]: { const: AUTHORIZATION } } },
          },
        ],
      }),
      'resources/list': () => ({ resources: [entry('one')] }),
      'resources/templates/list': () => ({
        resourceTemplates: [{ ...entry('more'), uriTemplate: 'test://more/{id}' }],
      }),
      'prompts/list': () => ({ prompts: [entry('ask')] }),
      'tools/call': ({ params }, { headers }) =>
        params['name'] === 'fail'
          ? {
              error: {
                code: -32_000,
                message: `refused ${headers.authorization}`,
                data: { [AUTHORIZATION]: [headers.authorization] },
              },
            }
          : {
              content: [{ type: 'text', text: `got ${headers.authorization}` }],
              structuredContent: { [AUTHORIZATION]: { deep: [headers.authorization, 7, null, true] } },
              _meta: { seen: headers.authorization },
            },
      'resources/read': (_message, { headers }) => ({
        contents: [{ uri: 'test://one', text: `${headers.authorization}` }],
      }),
      'prompts/get': (_message, { headers }) => ({
        messages: [{ role: 'user', content: { type: 'text', text: `${headers.authorization}` } }],
      }),
      'completion/complete': (_message, { headers }) => ({
        completion: { values: [headers.authorization, 'other'] },
      }),
    });
    return remote(url);
  },
  stdio: async () => child(),
};

describe.for(Object.entries(ways))('over %s', ([, start]) => {
  test('no result holds a credential of the source, in values or in names', async () => {
    const outcome = await call(await start(), 'run');
    expect(JSON.stringify(outcome)).not.toMatch(TRACE);
    expect(textOf(outcome)).toMatch(/^got (Bearer )?\*\*\*$/);
    const [[name, value] = []] = Object.entries(outcome.result['structuredContent'] as object);
    expect(name).toContain('***');
    expect(value).toEqual({ deep: [expect.stringContaining('***'), 7, null, true] });
  });

  test('no resource, prompt or completion does', async () => {
    const upstream = await start();
    const context = { signal: never };
    const answers = [
      await upstream.request('resources/read', { uri: 'test://one' }, context),
      await upstream.request('prompts/get', { name: 'ask' }, context),
      await upstream.request('completion/complete', { ref: { type: 'ref/prompt', name: 'ask' } }, context),
    ].map((answer) => JSON.stringify(answer));
    for (const answer of answers) {
      expect(answer).not.toMatch(TRACE);
      expect(answer).toContain('***');
    }
    expect(answers[2]).toContain('other');
  });

  test('no entry of a list does', async () => {
    const { tools, resources, templates, prompts } = await (await start()).contribution(never);
    for (const entries of [tools, resources, templates, prompts]) {
      expect(entries).toHaveLength(1);
      expect(JSON.stringify(entries)).not.toMatch(TRACE);
      expect(JSON.stringify(entries)).toContain('***');
    }
    expect(JSON.stringify(tools[0]?.inputSchema)).toMatch(/"(Bearer )?\*\*\*":\{"const":"(Bearer )?\*\*\*"/);
  });

  test('no error does, in its message, its data or its causes', async () => {
    const upstream = await start();
    const fault = await faultOf(call(upstream, 'fail'));
    expect(fault.code).toBe('UPSTREAM_ERROR');
    expect(fault.message).toMatch(/refused (Bearer )?\*\*\*/);
    expect(JSON.stringify(fault.data)).toContain('***');
    expect(told(fault)).not.toMatch(TRACE);
    expect(logOf(upstream)).not.toMatch(TRACE);
  });
});

test('a progress message of a child holds no credential', async () => {
  const messages: unknown[] = [];
  await call(child(), 'slow', {}, { onProgress: (progress) => void messages.push(progress) });
  expect(messages).toEqual([{ progress: 1, message: 'working with ***' }]);
});

test('a progress message of an event stream holds no credential', async () => {
  const { url } = await startModernServer({
    'tools/call': ({ id, params }, { headers }, response) => {
      const send = (message: object) =>
        response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const progress = {
        progressToken: params._meta?.['progressToken'],
        progress: 1,
        message: `working with ${headers.authorization}`,
      };
      send({ method: 'notifications/progress', params: progress });
      send({ id, result: { resultType: 'complete', content: [{ type: 'text', text: 'done' }] } });
      response.end();
      return undefined;
    },
  });
  const messages: unknown[] = [];
  const outcome = await call(
    remote(url),
    'slow',
    {},
    { onProgress: (progress) => void messages.push(progress) },
  );
  expect(textOf(outcome)).toBe('done');
  expect(messages).toEqual([{ progress: 1, message: 'working with ***' }]);
});

/** A server of the old era whose tools answer with an HTTP error. */
async function startFailing(toBody: (authorization: string) => string): Promise<string> {
  const http = createServer((request, response) => {
    const answer = (status: number, text: string): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    void readBody(request).then((body) => {
      const { id, method } = JSON.parse(body === '' ? '{}' : body) as { id?: unknown; method?: string };
      if (method === 'initialize') {
        const result = {
          protocolVersion: '2025-06-18',
          capabilities: { tools: {} },
          serverInfo: { name: 'failing', version: '1' },
        };
        return answer(200, JSON.stringify({ jsonrpc: '2.0', id, result }));
      }
      if (method === 'tools/call') return answer(400, toBody(request.headers.authorization ?? ''));
      return answer(method === 'notifications/initialized' ? 202 : 405, '');
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`;
}

describe('an HTTP error passes on no credential', () => {
  test('that its JSON-RPC error repeats', async () => {
    const url = await startFailing((authorization) =>
      JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32_600, message: `bad ${authorization}` } }),
    );
    const upstream = remote(url);
    const fault = await faultOf(call(upstream, 'run'));
    expect(fault.message).toContain('HTTP 400: bad ***');
    expect(fault.data).toEqual({ status: 400, upstream: { code: -32_600, message: 'bad ***' } });
    expect(told(fault)).not.toMatch(TRACE);
    expect(logOf(upstream)).not.toMatch(TRACE);
  });

  test('that hides behind escapes of JSON', async () => {
    const url = await startFailing((authorization) =>
      JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: 1, message: authorization } }).replaceAll(
        'a',
        String.raw`\u0061`,
      ),
    );
    const fault = await faultOf(call(remote(url), 'run'));
    expect(fault.message).toContain('HTTP 400: ***');
    expect(told(fault)).not.toMatch(TRACE);
  });

  test('that any other text repeats, percent-encoded and cut off too', async () => {
    const url = await startFailing(
      (authorization) => `{"sent": ${authorization} ${encodeURIComponent(authorization)}`,
    );
    const upstream = remote(url);
    const fault = await faultOf(call(upstream, 'run'));
    expect(fault.message).toContain('answered HTTP 400');
    expect(told(fault)).not.toMatch(TRACE);
    expect(logOf(upstream)).not.toMatch(TRACE);
  });
});

test('an answer that is not JSON is not quoted with half a credential', async () => {
  const { url } = await startModernServer({
    'tools/call': (_message, { headers }, response) => {
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(headers.authorization?.slice('Bearer '.length));
      return undefined;
    },
  });
  const upstream = remote(url);
  const fault = await faultOf(call(upstream, 'run'));
  expect(fault.code).toBe('UPSTREAM_PROTOCOL');
  expect(told(fault)).not.toMatch(TRACE);
  expect(logOf(upstream)).not.toMatch(TRACE);
});

test('a call of a source with credentials can be cancelled', async () => {
  const { url } = await startModernServer({
    'tools/call': (_message, _request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      caller.abort();
      return undefined;
    },
  });
  const caller = new AbortController();
  const fault = await faultOf(call(remote(url), 'run', {}, { signal: caller.signal }));
  expect(fault.code).toBe('CANCELLED');
});

test('no line that a child writes beside the protocol is logged with a credential, however long and wherever it is cut', async () => {
  const upstream = child({ API_TOKEN: TOKEN }, '--chatty');
  await call(upstream, 'run');
  await faultOf(call(upstream, 'die'));
  await until(() => logOf(upstream).includes('upstream process ended'), 'the end is logged');
  await until(() => logOf(upstream).includes('not a JSON-RPC message'), 'the rubbish is logged');
  expect(logOf(upstream)).not.toMatch(TRACE);
  expect(logOf(upstream)).toContain('starting with ***');
  expect(logOf(upstream)).toContain('dying with ***');
});
