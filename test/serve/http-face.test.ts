import { request as httpRequest } from 'node:http';
import { expect, onTestFinished, test, vi } from 'vitest';
import { connect, rejection } from '../support/clients.ts';
import { KEYS, notesFiles, startApi, startGateway } from '../support/gateway.ts';
import { INITIALIZE, post } from '../support/raw-http.ts';

/** fetch() does not let a program choose the Host header, so this one writes it itself. */
async function statusWithHost(url: string, host: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  httpRequest(url, { headers: { host } }, (response) => {
    response.resume();
    resolve(response.statusCode);
  })
    .on('error', reject)
    .end();
  return promise;
}

test('health is told to anyone, and readiness follows the sources', async () => {
  await using api = await startApi();
  await using gateway = await startGateway(notesFiles(api.url));
  expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
  expect(await (await fetch(`${gateway.url}/readyz`)).json()).toEqual({ status: 'ready' });
});

test('a foreign Host or Origin is refused before anything else is looked at', async () => {
  await using api = await startApi();
  await using gateway = await startGateway(notesFiles(api.url));
  expect(await statusWithHost(gateway.endpoint, 'attacker.example')).toBe(403);
  expect(await statusWithHost(gateway.endpoint, 'localhost')).not.toBe(403);
  const answer = await post(gateway.endpoint, JSON.stringify(INITIALIZE), {
    origin: 'https://attacker.example',
  });
  expect(answer.status).toBe(403);
  expect(JSON.parse(answer.text)).toMatchObject({ error: { data: { code: 'FORBIDDEN_HOST' } } });
});

test('pages of configured origins may call, and read the session id and the challenge', async () => {
  await using api = await startApi();
  const files = notesFiles(api.url);
  files['bailiwick.yaml'] =
    files['bailiwick.yaml']?.replace("'127.0.0.1:0'", "'127.0.0.1:0', origins: ['https://chat.example']") ??
    '';
  await using gateway = await startGateway(files);
  const preflight = await fetch(gateway.endpoint, {
    method: 'OPTIONS',
    headers: { origin: 'https://chat.example', 'access-control-request-method': 'POST' },
  });
  expect(preflight.headers.get('access-control-allow-origin')).toBe('https://chat.example');
  const answer = await post(gateway.endpoint, JSON.stringify(INITIALIZE), { origin: 'https://chat.example' });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('access-control-expose-headers')).toBe(
    'Mcp-Session-Id,WWW-Authenticate,DPoP-Nonce,Retry-After',
  );
});

test('a bad key is 401 with a challenge even where the local principal would do, and is recorded', async () => {
  await using api = await startApi();
  await using gateway = await startGateway(notesFiles(api.url));
  const answer = await post(gateway.endpoint, JSON.stringify(INITIALIZE), {
    authorization: 'Bearer bw_wrong-key-canary',
  });
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer .*error="invalid_token"/);
  await gateway.close();
  const records = await gateway.records();
  expect(records.at(-1)).toMatchObject({
    type: 'call.refused',
    via: { ip: '127.0.0.1' },
    result: { status: 'refused' },
    detail: { count: 1 },
  });
  expect(JSON.stringify(records)).not.toContain('canary');
});

test('a forwarded request is nobody local', async () => {
  await using api = await startApi();
  await using gateway = await startGateway(notesFiles(api.url));
  const answer = await post(gateway.endpoint, JSON.stringify(INITIALIZE), {
    'x-forwarded-for': '203.0.113.7',
  });
  expect(answer.status).toBe(401);
});

test.each([
  ['text that is no JSON', 'not json', {}, 400, -32_700],
  ['half an object', '{"jsonrpc":"2.0",', {}, 400, -32_700],
  ['JSON that is no message', '{"hello":1}', {}, 400, undefined],
  [
    'a body over the limit',
    JSON.stringify({ ...INITIALIZE, padding: 'x'.repeat(10 << 20) }),
    {},
    413,
    -32_600,
  ],
  ['another content type', '{}', { 'content-type': 'text/plain' }, 415, -32_600],
  ['a call without a session', '{"jsonrpc":"2.0","id":1,"method":"tools/list"}', {}, 400, -32_600],
  [
    'a modern header without its envelope',
    '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
    { 'mcp-protocol-version': '2026-07-28' },
    400,
    undefined,
  ],
] as const)(
  '%s is refused with a JSON-RPC error, and the server lives on',
  async (_what, body, headers, status, code) => {
    await using api = await startApi();
    await using gateway = await startGateway(notesFiles(api.url));
    const answer = await post(gateway.endpoint, body, headers);
    expect(answer.status).toBe(status);
    const error = (JSON.parse(answer.text) as { error: { code: number } }).error;
    if (code !== undefined) expect(error.code).toBe(code);
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
  },
);

test('ten megabytes of arguments inside a raised limit are refused by the schema, not by a crash', async () => {
  await using api = await startApi();
  const files = notesFiles(api.url);
  files['bailiwick.yaml'] =
    files['bailiwick.yaml']?.replace("'127.0.0.1:0'", "'127.0.0.1:0', maxBodyBytes: 20000000") ?? '';
  await using gateway = await startGateway(files);
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.writer);
  const result = await client
    .callTool({ name: 'notes_create_note', arguments: { text: 'x'.repeat(10 << 20) } })
    .catch((error: unknown) => {
      throw new Error(gateway.log.join('\n'), { cause: error });
    });
  expect(result.structuredContent).toMatchObject({ error: { code: 'INVALID_ARGUMENTS', pointer: '/text' } });
  expect(api.received).toEqual([]);
});

test('a call is answered, and recorded without its arguments, where they cannot be masked', async () => {
  await using api = await startApi();
  await using gateway = await startGateway(notesFiles(api.url));
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.writer);
  const search = vi.spyOn(RegExp.prototype, 'test').mockImplementation(function fail(this: RegExp, text) {
    if (text.length === 9_999) throw new RangeError('Maximum call stack size exceeded');
    return this.exec(text) !== null;
  });
  onTestFinished(() => search.mockRestore());
  const result = await client.callTool({ name: 'notes_create_note', arguments: { text: 'x'.repeat(9_999) } });
  search.mockRestore();
  expect(result.structuredContent).toMatchObject({ error: { code: 'INVALID_ARGUMENTS', pointer: '/text' } });
  expect(gateway.log.join('\n')).toContain('could not be masked');
  await gateway.close();
  const [refusal] = await gateway.calls();
  expect(refusal).toMatchObject({ type: 'call.refused', args: { masked: '[left out]' } });
});

test('arguments nested ten thousand deep are refused, not a crash', async () => {
  await using api = await startApi();
  await using gateway = await startGateway(notesFiles(api.url));
  const opened = await post(gateway.endpoint, JSON.stringify(INITIALIZE), {
    authorization: `Bearer ${KEYS.writer}`,
  });
  const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
  const call = `{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"notes_create_note","arguments":${deep}}}`;
  const answer = await post(gateway.endpoint, call, {
    'mcp-session-id': opened.headers.get('mcp-session-id') ?? '',
    authorization: `Bearer ${KEYS.writer}`,
  });
  expect(answer.status).toBeLessThan(500);
  expect(api.received).toEqual([]);
  expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
});

test('a source that is absent and one that is hidden are the same 404', async () => {
  await using api = await startApi();
  const files = notesFiles(api.url);
  files['bailiwick.yaml'] =
    files['bailiwick.yaml']?.replace(
      'sources:',
      "sources:\n  secret: { openapi: notes.yaml, url: 'http://127.0.0.1:1' }",
    ) ?? '';
  await using gateway = await startGateway(files);
  const headers = { authorization: `Bearer ${KEYS.reader}` };
  const hidden = await post(`${gateway.endpoint}/secret`, JSON.stringify(INITIALIZE), headers);
  const absent = await post(`${gateway.endpoint}/secrex`, JSON.stringify(INITIALIZE), headers);
  expect([hidden.status, absent.status]).toEqual([404, 404]);
  expect(absent.text.replace('secrex', 'secret')).toBe(hidden.text);
});

test('a path that is no path is a client’s mistake, and no line in the log', async () => {
  await using api = await startApi();
  await using gateway = await startGateway(notesFiles(api.url));
  expect((await fetch(`${gateway.endpoint}/%ff`)).status).toBe(400);
  expect(gateway.log.filter((line) => line.includes('"error"'))).toEqual([]);
});

test('an unknown path says where the endpoint is', async () => {
  await using api = await startApi();
  await using gateway = await startGateway(notesFiles(api.url));
  const answer = await post(`${gateway.url}/sse`, '{}');
  expect(answer.status).toBe(404);
  expect(answer.text).toContain('the endpoint is /mcp');
});

test('a port that is taken is named, with what to do', async () => {
  await using api = await startApi();
  await using gateway = await startGateway(notesFiles(api.url));
  const files = notesFiles(api.url);
  files['bailiwick.yaml'] = files['bailiwick.yaml']?.replace('127.0.0.1:0', new URL(gateway.url).host) ?? '';
  const error = await rejection(startGateway(files));
  expect(error.code).toBe('PORT_IN_USE');
  expect(error.message).toMatch(/is in use by another program.*server\.listen/);
});
