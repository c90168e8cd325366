import { expect, test } from 'vitest';
import { callTool } from '../../src/gateway/call-tool.ts';
import { ALL_SOURCES } from '../../src/gateway/endpoint.ts';
import { connect } from '../support/clients.ts';
import { KEYS, notesFiles, startApi, startGateway } from '../support/gateway.ts';

interface Message {
  readonly id?: number | string;
  readonly method: string;
  readonly params?: { readonly name?: string };
}

/** What a small MCP server answers: one tool that works, one that fails with a code of its own. */
function answerTo({ method, params }: Message): object {
  if (method === 'initialize') {
    const serverInfo = { name: 'small', version: '1' };
    return { result: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo } };
  }
  if (method === 'tools/list') {
    const tools = ['echo', 'broken'].map((name) => ({ name, inputSchema: { type: 'object' } }));
    return { result: { tools } };
  }
  if (method === 'tools/call' && params?.name === 'echo') return { result: { content: [] } };
  if (method === 'tools/call') return { error: { code: -32_050, message: 'out of paper' } };
  return { error: { code: -32_601, message: 'Method not found' } };
}

const POLICY = 'policy: all\nscopes: { all: { source: small, access: [read, write, destructive] } }\n';

test('the outcome of a call to an MCP server has the id of the request there, or the code of its error', async () => {
  const calls: Message[] = [];
  await using server = await startApi(({ method, body }, response) => {
    if (method !== 'POST') return response.writeHead(405).end();
    const message = JSON.parse(body) as Message;
    if (message.method === 'tools/call') calls.push(message);
    if (message.id === undefined) return response.writeHead(202).end();
    response.setHeader('content-type', 'application/json');
    return response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, ...answerTo(message) }));
  });
  await using gateway = await startGateway({
    'bailiwick.yaml': `
server: { listen: '127.0.0.1:0' }
identity: { local: { scopes: [all] } }
sources: { small: { mcp: { url: '${server.url}/mcp' } } }
`,
    'policies/all.policy.yaml': POLICY,
  });
  await using client = await connect('v2 modern', gateway.endpoint);
  await client.callTool({ name: 'small_echo', arguments: {} });
  await client.callTool({ name: 'small_broken', arguments: {} }).catch(() => undefined);
  await client.close();
  await gateway.close();
  const outcomes = (await gateway.calls()).filter(({ type }) => type === 'call.outcome');
  expect(outcomes.map(({ result }) => [result?.status, result?.code, result?.upstreamId])).toEqual([
    ['ok', undefined, String(calls[0]?.id)],
    ['upstream-error', -32_050, undefined],
  ]);
});

test('the outcome of a call to an API has its status and the id that it gave the request', async () => {
  await using api = await startApi((_request, response) => {
    response.writeHead(503, { 'content-type': 'application/json', 'x-request-id': 'req-17' }).end('{}');
  });
  await using gateway = await startGateway(notesFiles(api.url));
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.reader);
  await client.callTool({ name: 'notes_list_notes', arguments: {} });
  await client.close();
  await gateway.close();
  expect((await gateway.calls()).at(-1)?.result).toMatchObject({
    status: 'tool-error',
    code: 503,
    upstreamId: 'req-17',
  });
});

test('a call that another call makes is linked to it, whether it is made or refused', async () => {
  await using api = await startApi();
  await using gateway = await startGateway(notesFiles(api.url));
  const { road } = gateway.app.gateway;
  const snapshot = gateway.app.gateway.current();
  const call = (name: string) =>
    callTool(road, {
      principal: gateway.app.local()!,
      via: { face: 'http' },
      endpoint: ALL_SOURCES,
      snapshot,
      context: { signal: AbortSignal.timeout(10_000) },
      parent: 'p-1',
      name,
      args: {},
    });
  await call('notes_list_notes');
  await call('notes_nothing').catch(() => undefined);
  await gateway.close();
  const calls = await gateway.calls();
  expect(calls.map(({ type, parent }) => [type, parent])).toEqual([
    ['call.intent', 'p-1'],
    ['call.outcome', undefined],
    ['call.refused', 'p-1'],
  ]);
});
