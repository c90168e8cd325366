import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { callTool } from '../../src/gateway/call-tool.ts';
import { ALL_SOURCES } from '../../src/gateway/endpoint.ts';
import { verifyDirectory } from '../../src/audit/verify.ts';
import { CLIENT_KINDS, connect, rejection } from '../support/clients.ts';
import { KEYS, notesFiles, startApi, startGateway } from '../support/gateway.ts';

test.each(CLIENT_KINDS)(
  'a permitted call reaches the upstream and leaves an intent and its outcome (%s)',
  async (kind) => {
    await using api = await startApi();
    await using gateway = await startGateway(notesFiles(api.url));
    await using client = await connect(kind, gateway.endpoint, KEYS.reader);

    const result = await client.callTool({ name: 'notes_list_notes', arguments: { limit: 2 } });

    expect(result.structuredContent).toEqual({ method: 'GET', url: '/notes?limit=2' });
    expect(api.received).toHaveLength(1);
    await gateway.close();
    const [intent, outcome] = await gateway.calls();
    expect(intent).toMatchObject({
      type: 'call.intent',
      principal: { issuer: 'config', subject: 'reader', scopes: ['notes:read'] },
      via: {
        face: 'http',
        endpoint: '/mcp',
        era: kind === 'v2 modern' ? 'modern' : 'legacy',
        clientName: 'test',
        ip: '127.0.0.1',
      },
      target: { kind: 'tool', source: 'notes', name: 'list_notes', access: 'read' },
      decision: { effect: 'permit', rules: ['notes/scope:notes:read'] },
    });
    expect(outcome).toMatchObject({
      type: 'call.outcome',
      call: intent?.call,
      result: { status: 'ok', code: 200 },
    });
    expect((await verifyDirectory(path.join(gateway.folder, '.bailiwick/audit'))).ok).toBe(true);
  },
);

test.each(CLIENT_KINDS)(
  'a hidden tool and an absent one get the same words, and nothing is sent (%s)',
  async (kind) => {
    await using api = await startApi();
    await using gateway = await startGateway(notesFiles(api.url));
    await using client = await connect(kind, gateway.endpoint, KEYS.reader);

    const hidden = await rejection(client.callTool({ name: 'notes_delete_note', arguments: { id: '1' } }));
    const absent = await rejection(client.callTool({ name: 'notes_delete_nota', arguments: { id: '1' } }));

    expect(hidden.code).toBe(-32_602);
    expect(hidden.message).toContain('Unknown tool: notes_delete_note');
    const told = ({ message, code, data }: typeof hidden) => ({
      message: message.replace('nota', 'note'),
      code,
      data,
    });
    expect(told(absent)).toEqual(told(hidden));
    expect(api.received).toEqual([]);
    await gateway.close();
    const refused = (await gateway.calls()).filter((record) => record.type === 'call.refused');
    expect(refused.map((record) => record.result)).toEqual([
      { status: 'refused', code: 'UNKNOWN_TOOL' },
      { status: 'refused', code: 'UNKNOWN_TOOL' },
    ]);
  },
);

test.each(CLIENT_KINDS)(
  'arguments that do not fit are refused with a pointer before anything is sent (%s)',
  async (kind) => {
    await using api = await startApi();
    await using gateway = await startGateway(notesFiles(api.url));
    await using client = await connect(kind, gateway.endpoint, KEYS.writer);

    const result = await client.callTool({
      name: 'notes_create_note',
      arguments: { text: 'x', mood: 'angry' },
    });

    expect(result.isError).toBe(true);
    expect(result.structuredContent).toMatchObject({
      error: {
        code: 'INVALID_ARGUMENTS',
        pointer: '/mood',
        message: expect.stringContaining('"calm", "busy"'),
      },
    });
    expect(api.received).toEqual([]);
  },
);

test('the intent of a write is on disk when the request arrives at the upstream', async () => {
  let onDisk = '';
  let audit = '';
  await using api = await startApi((_request, response) => {
    const [chain] = readdirSync(audit).filter((name) => !name.startsWith('.'));
    onDisk = readFileSync(path.join(audit, chain ?? '', '000000000001.jsonl'), 'utf8');
    response.writeHead(201).end();
  });
  await using gateway = await startGateway(notesFiles(api.url));
  audit = path.join(gateway.folder, '.bailiwick/audit');
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.writer);

  await client.callTool({ name: 'notes_create_note', arguments: { text: 'x' } });

  expect(onDisk).toContain('"type":"call.intent"');
  expect(onDisk).toContain('"name":"create_note"');
});

test('a call that needs a human is refused as such, because nobody can be asked', async () => {
  await using api = await startApi();
  await using gateway = await startGateway(notesFiles(api.url));
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.careful);

  const { tools } = await client.listTools();
  const told = tools.filter(({ description }) =>
    description?.includes('Every call of this tool needs the approval'),
  );
  expect(told.map(({ name }) => name)).toEqual(['notes_delete_note']);
  const result = await client.callTool({ name: 'notes_delete_note', arguments: { id: '1' } });

  expect(result.structuredContent).toMatchObject({
    error: {
      code: 'APPROVAL_REQUIRED',
      message: expect.stringMatching(/the human whom the caller acts for\..* do not repeat the call until/),
      rules: ['notes/deletion-by-a-person', 'notes/scope:notes:write'],
    },
  });
  expect(api.received).toEqual([]);
});

test('what the upstream answers with an error status is a tool error with its body', async () => {
  await using api = await startApi((_request, response) => {
    response.writeHead(409, { 'content-type': 'application/json' }).end('{"title":"already there"}');
  });
  await using gateway = await startGateway(notesFiles(api.url));
  await using client = await connect('v2 legacy', gateway.endpoint, KEYS.writer);

  const result = await client.callTool({ name: 'notes_create_note', arguments: { text: 'x' } });

  expect(result.isError).toBe(true);
  expect(JSON.stringify(result.content)).toContain('already there');
  await gateway.close();
  expect((await gateway.calls()).at(-1)?.result).toMatchObject({ status: 'tool-error', code: 409 });
});

test('an upstream that is down costs a tool error that says which source, and an outcome in the record', async () => {
  await using api = await startApi();
  const { url } = api;
  await api[Symbol.asyncDispose]();
  await using gateway = await startGateway(notesFiles(url));
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.reader);

  const result = await client.callTool({ name: 'notes_list_notes', arguments: {} });

  expect(result.structuredContent).toMatchObject({
    error: { code: 'UPSTREAM_UNAVAILABLE', message: expect.stringContaining('notes') },
  });
  await gateway.close();
  expect((await gateway.calls()).at(-1)).toMatchObject({
    type: 'call.outcome',
    result: { status: 'upstream-error', code: 'UPSTREAM_UNAVAILABLE' },
  });
});

test('an upstream that is too slow costs its own timeout', async () => {
  await using api = await startApi(() => {});
  await using gateway = await startGateway(notesFiles(api.url, '', ', timeout: 50'));
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.reader);

  const result = await client.callTool({ name: 'notes_list_notes', arguments: {} });

  expect(result.structuredContent).toMatchObject({ error: { code: 'UPSTREAM_TIMEOUT' } });
});

test.each(CLIENT_KINDS)(
  'a caller who gives up ends the upstream request, and the record says cancelled (%s)',
  async (kind) => {
    const arrived = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    await using api = await startApi((_request, response) => {
      response.on('close', ended.resolve);
      arrived.resolve();
    });
    await using gateway = await startGateway(notesFiles(api.url));
    await using client = await connect(kind, gateway.endpoint, KEYS.reader);
    const giveUp = new AbortController();
    const options = { signal: giveUp.signal } as never;
    const call =
      kind === 'v1'
        ? (client.callTool as (...args: unknown[]) => Promise<unknown>)(
            { name: 'notes_list_notes', arguments: {} },
            undefined,
            options,
          )
        : client.callTool({ name: 'notes_list_notes', arguments: {} }, options);
    const rejected = rejection(call);
    await arrived.promise;

    giveUp.abort();

    await rejected;
    await ended.promise;
    await gateway.close();
    expect((await gateway.calls()).at(-1)).toMatchObject({
      type: 'call.outcome',
      result: { status: 'cancelled' },
    });
  },
);

test.each(CLIENT_KINDS)(
  'an API that answers other types than its document declares fails no call (%s)',
  async (kind) => {
    await using api = await startApi((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end('{"count":"three"}');
    });
    const files = notesFiles(api.url);
    files['notes.yaml'] += `  /count:
    get:
      operationId: count_notes
      responses: { '200': { description: ok, content: { application/json: { schema: { type: object, properties: { count: { type: integer } } } } } } }
`;
    await using gateway = await startGateway(files);
    await using client = await connect(kind, gateway.endpoint, KEYS.reader);
    await client.listTools();

    const result = await client.callTool({ name: 'notes_count_notes', arguments: {} });

    expect(result.isError).toBeUndefined();
    expect(result.content).toEqual([{ type: 'text', text: '{"count":"three"}' }]);
    expect(result.structuredContent).toEqual({});
  },
);

test('a result over the budget is cut to whole items and says so', async () => {
  const notes = Array.from({ length: 1_000 }, (_, index) => `note ${index}`);
  await using api = await startApi((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ notes }));
  });
  await using gateway = await startGateway(notesFiles(api.url, 'results: { maxBytes: 4000 }'));
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.reader);

  const result = await client.callTool({ name: 'notes_list_notes', arguments: {} });

  const kept = (result.structuredContent as { notes: string[] }).notes;
  expect(kept).toEqual(notes.slice(0, kept.length));
  expect(kept.length).toBeGreaterThan(10);
  expect(JSON.stringify(result.content)).toContain('items at /notes were left out');
});

test('arguments that have no canonical form are refused, and the refusal is recorded', async () => {
  await using api = await startApi();
  await using gateway = await startGateway(notesFiles(api.url));
  await using client = await connect('v2 legacy', gateway.endpoint, KEYS.writer);
  const result = await client.callTool({ name: 'notes_create_note', arguments: { text: '\uD800' } });
  expect(result.structuredContent).toMatchObject({ error: { code: 'INVALID_ARGUMENTS', pointer: '/text' } });
  await gateway.close();
  const refused = (await gateway.calls()).at(-1);
  expect(refused).toMatchObject({ type: 'call.refused', result: { code: 'INVALID_ARGUMENTS' } });
  expect(refused?.args).toBeUndefined();
});

test('every request that an upstream received has an intent, whatever was tried', async () => {
  await using api = await startApi();
  await using gateway = await startGateway(notesFiles(api.url));
  const names = ['notes_list_notes', 'notes_create_note', 'notes_delete_note', 'notes_wipe', 'nothing'];
  const bags = [{}, { text: 'x' }, { id: '7' }, { limit: 500 }, { text: 7 }];
  await Promise.all(
    [undefined, KEYS.reader, KEYS.writer, KEYS.careful].map(async (key) => {
      await using client = await connect('v2 modern', gateway.endpoint, key);
      for (const name of names) {
        for (const args of bags) await client.callTool({ name, arguments: args }).catch(() => {});
      }
    }),
  );
  await gateway.close();
  const records = await gateway.calls();
  const intents = records.filter((record) => record.type === 'call.intent');
  const outcomes = records.filter((record) => record.type === 'call.outcome');
  expect(intents).toHaveLength(api.received.length);
  expect(new Set(outcomes.map((record) => record.call))).toEqual(
    new Set(intents.map((record) => record.call)),
  );
  expect(api.received.length).toBeGreaterThan(4);
  expect(intents.some((record) => record.target?.name === 'wipe')).toBe(false);
});

test('a schema that no validator can be made of is a fault that the operator finds in the log', async () => {
  await using api = await startApi();
  await using gateway = await startGateway(notesFiles(api.url));
  const { gateway: inner } = gateway.app;
  const snapshot = inner.current();
  const tool = snapshot.catalog.toolByShownName('notes_list_notes');
  if (!tool) throw new Error('the tool is there');
  const broken = { ...tool, validationSchema: { type: 'object', properties: { a: { $ref: '#/nowhere' } } } };
  const catalog = { ...snapshot.catalog, digest: snapshot.catalog.digest, toolByShownName: () => broken };
  const principal = { issuer: 'local', subject: 'local', scopes: ['notes:read'], groups: [], claims: {} };
  const error = await rejection(
    callTool(inner.road, {
      principal,
      via: { face: 'http' },
      endpoint: ALL_SOURCES,
      snapshot: { ...snapshot, catalog },
      context: { signal: new AbortController().signal },
      name: 'notes_list_notes',
      args: {},
    }),
  );
  expect(error.code).toBe('INTERNAL');
  expect(error.message).not.toContain('nowhere');
  expect(gateway.log.join('\n')).toContain('#/nowhere');
  expect(api.received).toEqual([]);
});
