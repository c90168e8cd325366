import { afterAll, beforeAll, expect, test } from 'vitest';
import { CLIENT_KINDS, connect, type AnyClient } from '../support/clients.ts';
import { KEYS, notesFiles, startApi, startGateway } from '../support/gateway.ts';

let api: Awaited<ReturnType<typeof startApi>>;
let gateway: Awaited<ReturnType<typeof startGateway>>;
beforeAll(async () => {
  api = await startApi();
  gateway = await startGateway(notesFiles(api.url, 'listing: { mode: search }'));
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
});

type Answer = Awaited<ReturnType<AnyClient['callTool']>>;
const textOf = ({ content }: Answer): string =>
  (content as { text?: string }[]).map(({ text = '' }) => text).join('\n');

test.each(CLIENT_KINDS)('a client finds, describes and calls what is not listed (%s)', async (kind) => {
  await using client = await connect(kind, gateway.endpoint, KEYS.writer);
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual([
    'find_tools',
    'describe_tool',
    'call_tool',
  ]);
  const found = await client.callTool({ name: 'find_tools', arguments: { query: 'create a note' } });
  expect(textOf(found)).toMatch(/^notes_create_note\(text, mood\?/);
  const described = await client.callTool({
    name: 'describe_tool',
    arguments: { name: 'notes_create_note' },
  });
  expect(textOf(described)).toContain('"enum":["calm","busy"]');
  const called = await client.callTool({
    name: 'call_tool',
    arguments: { name: 'notes_create_note', arguments: { text: 'hello' } },
  });
  expect(called.isError).toBeFalsy();
  expect(JSON.parse(api.received.at(-1)?.body ?? '')).toEqual({ text: 'hello' });
  const direct = await client.callTool({ name: 'notes_create_note', arguments: { text: 'hello' } });
  expect({ content: called.content, structuredContent: called.structuredContent }).toEqual({
    content: direct.content,
    structuredContent: direct.structuredContent,
  });
});

test('what is refused is refused as it is without the three: by the schema, by policy, by a person', async () => {
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.careful);
  const call = (name: string, args: object): Promise<Answer> =>
    client.callTool({ name: 'call_tool', arguments: { name, arguments: args } });
  expect(await call('notes_list_notes', { limit: 1000 })).toMatchObject({
    isError: true,
    structuredContent: { error: { code: 'INVALID_ARGUMENTS', pointer: '/limit' } },
  });
  expect(await call('notes_delete_note', { id: '1' })).toMatchObject({
    isError: true,
    structuredContent: { error: { code: 'APPROVAL_REQUIRED' } },
  });
});

test('what is hidden is refused as what is not there, and both are recorded as the calls that they were', async () => {
  const own = await startGateway(notesFiles(api.url));
  try {
    await using client = await connect('v2 modern', own.endpoint, KEYS.reader);
    const ask = (tool: string, name: string): Promise<Answer> =>
      client.callTool({ name: tool, arguments: { name, arguments: {} } });
    for (const tool of ['call_tool', 'describe_tool']) {
      const [hidden, absent] = [await ask(tool, 'notes_wipe'), await ask(tool, 'notes_wxyz')];
      expect(JSON.stringify(hidden).replaceAll('notes_wipe', 'NAME')).toBe(
        JSON.stringify(absent).replaceAll('notes_wxyz', 'NAME'),
      );
      expect(hidden).toMatchObject({ isError: true, structuredContent: { error: { code: 'UNKNOWN_TOOL' } } });
    }
    await client.callTool({
      name: 'call_tool',
      arguments: { name: 'notes.listNotes', arguments: '{"limit":"5"}' },
    });
  } finally {
    await own.close();
  }
  const calls = await own.calls();
  expect(calls.map(({ type, target }) => `${type} ${target?.source ?? ''} ${target?.name}`)).toEqual([
    'call.refused notes wipe',
    'call.refused  notes_wxyz',
    'call.intent notes list_notes',
    'call.outcome  undefined',
  ]);
  expect(
    new Set(calls.filter(({ type }) => type !== 'call.outcome').map(({ parent }) => typeof parent)),
  ).toEqual(new Set(['string']));
  await own[Symbol.asyncDispose]();
});

test('a name near a built-in one is refused with that one, where it is listed', async () => {
  const own = await startGateway(notesFiles(api.url));
  try {
    for (const [endpoint, hint] of [
      [gateway.endpoint, '; did you mean find_tools?'],
      [own.endpoint, ''],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await using client = await connect('v2 modern', endpoint, KEYS.reader);
      const refusalOf = (name: string): Promise<string> =>
        client.callTool({ name, arguments: {} }).then(
          () => '',
          (error: unknown) => String(error),
        );
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await refusalOf('find_tool')).toMatch(
        new RegExp(`Unknown tool: find_tool${hint.replace('?', '\\?')}$`),
      );
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await refusalOf('notes_wipe')).toMatch(/Unknown tool: notes_wipe$/);
    }
  } finally {
    await own[Symbol.asyncDispose]();
  }
});
