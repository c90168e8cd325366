import { expect, test } from 'vitest';
import type { AuditRecord } from '../../src/audit/record.ts';
import { toBailiwickError } from '../../src/errors.ts';
import { hashKey } from '../../src/identity/static-keys.ts';
import { acceptTools } from '../../src/lock/accept.ts';
import { EMPTY_LOCK } from '../../src/lock/lock.ts';
import { writeLock } from '../../src/lock/write.ts';
import { readTraceparent } from '../../src/server/traceparent.ts';
import { CLIENT_KINDS, connect, rejection } from '../support/clients.ts';
import { DOCUMENT, KEYS, notesFiles, startApi, startGateway } from '../support/gateway.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

const keyName = (key: string): string => hashKey(key).slice('sha256:'.length).slice(0, 12);

const ofType = (records: readonly AuditRecord[], type: AuditRecord['type']): AuditRecord[] =>
  records.filter((record) => record.type === type);

/** An entry of `identity.keys`, as `notesFiles` writes it. */
const entry = (key: string, principal: string, more = ''): string =>
  `    - { principal: ${principal}, hash: '${hashKey(key)}'${more} }`;

const one = (change: string, key: string, principal: string, more: object = {}) => ({
  change,
  count: 1,
  keys: [{ key: keyName(key), principal, ...more }],
});

test.each(CLIENT_KINDS)(
  'what a client was shown is recorded once, and again when it changes (%s)',
  async (kind) => {
    await using api = await startApi();
    await using gateway = await startGateway(notesFiles(api.url));
    await using client = await connect(kind, gateway.endpoint, KEYS.reader);
    for (let round = 0; round < 5; round += 1) await client.listTools();
    await client.listPrompts();
    await gateway.write('notes.yaml', DOCUMENT.replace('operationId: list_notes', 'operationId: all_notes'));
    await gateway.reload();
    await gateway.app.settled();
    for (let round = 0; round < 5; round += 1) await client.listTools();
    await client.close();
    await gateway.close();

    const lists = ofType(await gateway.records(), 'list');
    expect(lists.map(({ detail }) => detail?.['list'])).toEqual(['tools', 'prompts', 'tools']);
    const [before, , after] = lists;
    expect(before).toMatchObject({
      principal: { subject: 'reader', key: keyName(KEYS.reader) },
      via: { face: 'http', clientName: 'test', era: kind === 'v2 modern' ? 'modern' : 'legacy' },
      detail: { endpoint: '/mcp', count: 1, digest: expect.stringMatching(/^sha256:/) },
    });
    expect(after?.detail?.['digest']).not.toBe(before?.detail?.['digest']);
    expect(before?.via?.session === undefined).toBe(kind === 'v2 modern');
  },
);

test('a credential that is accepted is recorded once, the local caller who shows none is not', async () => {
  await using api = await startApi();
  await using gateway = await startGateway(notesFiles(api.url));
  for (const key of [KEYS.reader, KEYS.reader, KEYS.writer, undefined]) {
    await using client = await connect('v2 modern', gateway.endpoint, key);
    await client.listTools();
  }
  await gateway.close();
  const signins = ofType(await gateway.records(), 'signin');
  expect(signins.map(({ principal, via }) => [principal?.subject, principal?.key, via])).toEqual([
    ['reader', keyName(KEYS.reader), { face: 'http', ip: '127.0.0.1' }],
    ['writer', keyName(KEYS.writer), { face: 'http', ip: '127.0.0.1' }],
  ]);
});

test('start, reload, a reload that fails and stop are recorded, with what changed and never a secret', async () => {
  await using api = await startApi();
  const files = notesFiles(api.url);
  await using gateway = await startGateway(files, { CANARY: 'canary-in-the-environment' });
  const policy = files['policies/notes.policy.yaml'] ?? '';
  await gateway.write('policies/notes.policy.yaml', `${policy}\n# another`);
  await gateway.write('bailiwick.yaml', `${files['bailiwick.yaml']}\nresults: { maxBytes: 5000 }\n`);
  await gateway.reload();
  await gateway.write('bailiwick.yaml', 'sources: [${env:CANARY}');
  gateway.app.reloadFailed(toBailiwickError(await rejection(gateway.reload())));
  await gateway.close();

  const [start, reload, failed, stop, ...others] = ofType(await gateway.records(), 'config');
  expect(others).toEqual([]);
  expect(start?.detail).toMatchObject({
    change: 'start',
    version: expect.any(String),
    keys: 3,
    policyFiles: [{ file: 'policies/notes.policy.yaml', digest: expect.stringMatching(/^sha256:/) }],
  });
  expect(reload).toMatchObject({
    policy: expect.stringMatching(/^sha256:/),
    detail: {
      change: 'reload',
      changed: ['policies', 'results'],
      before: start?.detail?.['config'],
      policyBefore: start?.policy,
      policyFiles: [{ file: 'policies/notes.policy.yaml' }],
    },
  });
  expect(failed?.detail).toMatchObject({ change: 'reload-failed', code: 'CONFIGURATION' });
  expect(failed?.detail?.['config']).toBe(reload?.detail?.['config']);
  expect(stop?.detail).toMatchObject({ change: 'stop', cancelled: 0 });
  expect(JSON.stringify([start, reload, failed, stop])).not.toContain('canary');
});

test('keys that come, go, change and expire are recorded by their short names', async () => {
  await using api = await startApi();
  const clock = { time: Date.UTC(2026, 10, 21) };
  const files = notesFiles(api.url);
  const config = files['bailiwick.yaml'] ?? '';
  await using gateway = await startGateway(files, {}, [], { now: () => clock.time });
  const added = entry('bw_another-key-canary-0004', 'reader');
  await gateway.write(
    'bailiwick.yaml',
    config
      .replace(entry(KEYS.reader, 'reader'), added)
      .replace(
        entry(KEYS.writer, 'writer'),
        entry(KEYS.writer, 'writer', ", expires: '2026-11-22T00:00:00Z'"),
      ),
  );
  await gateway.reload();
  clock.time += 2 * 86_400_000;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    expect(
      (await fetch(gateway.endpoint, { headers: { authorization: `Bearer ${KEYS.writer}` } })).status,
    ).toBe(401);
  }
  await gateway.close();
  const keys = ofType(await gateway.records(), 'key').map(({ detail }) => detail);
  expect(keys).toEqual([
    one('added', 'bw_another-key-canary-0004', 'reader'),
    one('removed', KEYS.reader, 'reader'),
    one('changed', KEYS.writer, 'writer', { expires: '2026-11-22T00:00:00Z' }),
    one('expired', KEYS.writer, 'writer', { expires: '2026-11-22T00:00:00Z' }),
  ]);
  expect(JSON.stringify(keys)).not.toContain(hashKey(KEYS.writer).slice(7));
});

test('a budget that is nearly used up is recorded, and calls beyond it are recorded as refused', async () => {
  await using api = await startApi();
  const files = notesFiles(api.url);
  const limits = 'limits: [{ id: few, budget: { calls: 4, per: month, alertAt: [0.5] } }]';
  const clock = { time: Date.UTC(2026, 10, 21, 12) };
  const policy = `${files['policies/notes.policy.yaml']}\n${limits}\n`;
  await using gateway = await startGateway({ ...files, 'policies/notes.policy.yaml': policy }, {}, [], {
    now: () => clock.time,
  });
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.reader);
  for (let count = 0; count < 70; count += 1)
    await client.callTool({ name: 'notes_list_notes', arguments: {} });
  await client.close();
  await gateway.close();
  expect(api.received).toHaveLength(4);
  const [alert, ...others] = ofType(await gateway.records(), 'limit');
  expect(others).toEqual([]);
  expect(alert?.detail).toMatchObject({
    change: 'alert',
    limit: 'notes/few',
    part: 0.5,
    total: 2,
    amount: 4,
  });
  const refused = ofType(await gateway.records(), 'call.refused');
  expect(refused[0]).toMatchObject({ result: { code: 'LIMIT_EXCEEDED' }, detail: { limits: ['notes/few'] } });
  expect(refused).toHaveLength(61);
  expect(refused.at(-1)?.detail).toMatchObject({ count: 6, codes: { LIMIT_EXCEEDED: 6 } });
});

test('definitions that are no longer those of the lock are recorded once for each change', async () => {
  await using api = await startApi();
  await using gateway = await startGateway(notesFiles(api.url));
  const { locker } = gateway.app.review();
  const { lock } = acceptTools(EMPTY_LOCK, gateway.app.offered().tools, { locker, isReplaced: () => true });
  await gateway.write('bailiwick.lock', writeLock(lock.entries.values()));
  await gateway.reload();
  for (const length of [300, 300, 400]) {
    await gateway.write('notes.yaml', DOCUMENT.replace('maxLength: 200', `maxLength: ${length}`));
    await gateway.reload();
    await gateway.app.settled();
  }
  await gateway.close();
  const drifts = ofType(await gateway.records(), 'drift').map(({ detail }) => detail);
  const locked = lock.entries.get('notes/create_note')?.digest;
  const drift = {
    lock: 'bailiwick.lock',
    count: 1,
    tools: [
      { tool: 'notes/create_note', status: 'changed', locked, digest: expect.stringMatching(/^sha256:/) },
    ],
  };
  expect(drifts).toEqual([drift, drift]);
  expect(drifts[0]).not.toEqual(drifts[1]);
});

test('a call is recorded with the trace that its caller names, in the request or in its header', async () => {
  await using api = await startApi();
  await using gateway = await startGateway(notesFiles(api.url));
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.reader);
  await client.callTool({
    name: 'notes_list_notes',
    arguments: {},
    _meta: { traceparent: `00-${TRACE}-${SPAN}-01` },
  });
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
  };
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(gateway.endpoint, {
      method: 'POST',
      headers: {
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        authorization: `Bearer ${KEYS.reader}`,
        ...headers,
      },
      body: JSON.stringify(body),
    });
  const opened = await post(initialize);
  await opened.text();
  const call = {
    jsonrpc: '2.0',
    id: 2,
    method: 'tools/call',
    params: { name: 'notes_list_notes', arguments: {} },
  };
  const answered = await post(call, {
    'mcp-session-id': opened.headers.get('mcp-session-id') ?? '',
    traceparent: `00-${TRACE}-${SPAN}-00`,
  });
  await answered.text();
  await client.close();
  await gateway.close();
  const intents = ofType(await gateway.records(), 'call.intent');
  expect(intents.map(({ via }) => [via?.era, via?.trace, via?.span])).toEqual([
    ['modern', TRACE, SPAN],
    ['legacy', TRACE, SPAN],
  ]);
});

test.each([
  [`00-${TRACE}-${SPAN}-01`, true],
  [`cc-${TRACE}-${SPAN}-01-what-later-versions-say`, true],
  [`00-${TRACE}-${SPAN}-01-more`, false],
  [`ff-${TRACE}-${SPAN}-01`, false],
  [`00-${'0'.repeat(32)}-${SPAN}-01`, false],
  [`00-${TRACE}-${'0'.repeat(16)}-01`, false],
  [`00-${TRACE.toUpperCase()}-${SPAN}-01`, false],
  [`00-${TRACE}-${SPAN}`, false],
  [`00-${TRACE}-${SPAN}-01${'-x'.repeat(500)}`, false],
  ['', false],
  [undefined, false],
  [{ trace: TRACE }, false],
])('the trace context %j is valid: %s', (value, isValid) => {
  expect(readTraceparent(value)).toEqual(isValid ? { trace: TRACE, span: SPAN } : {});
});

test('secrets in arguments, names and URIs are in no record, whether the call is permitted or refused', async () => {
  const canary = 'canary-5e4d3c2b1a09';
  await using api = await startApi();
  await using gateway = await startGateway(notesFiles(api.url, `audit: { mask: [mood] }`), {});
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.writer);
  const call = (name: string, args: Record<string, unknown>) =>
    client.callTool({ name, arguments: args }).catch(() => undefined);
  await call('notes_create_note', { text: `login with password=${canary}` });
  await call('notes_create_note', { text: 'a', mood: canary });
  await call('notes_wipe', { token: canary });
  await call(`https://user:${canary}@example.com/`, { authorization: `Bearer ${canary}` });
  await client.readResource({ uri: `notes+https://user:${canary}@example.com/` }).catch(() => undefined);
  await client.close();
  await gateway.close();
  const calls = await gateway.calls();
  expect(calls.length).toBeGreaterThanOrEqual(6);
  expect(JSON.stringify(calls)).not.toContain(canary);
  expect(calls[0]?.args?.masked).toEqual({ text: 'login with password=[secret]' });
  const unseen = calls.filter(({ result }) => result?.code === 'UNKNOWN_TOOL');
  expect(unseen.map(({ args }) => Object.keys(args ?? {}))).toEqual([['digest'], ['digest']]);
});
