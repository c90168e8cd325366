import { expect, test } from 'vitest';
import { CLIENT_KINDS, connect } from '../support/clients.ts';
import { KEYS, notesFiles, POLICY, startApi, startGateway } from '../support/gateway.ts';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

test.each(CLIENT_KINDS)(
  'two principals see different tools at one endpoint, in a fixed order (%s)',
  async (kind) => {
    await using api = await startApi();
    await using gateway = await startGateway(notesFiles(api.url));
    await using reader = await connect(kind, gateway.endpoint, KEYS.reader);
    await using writer = await connect(kind, gateway.endpoint, KEYS.writer);
    expect((await reader.listTools()).tools.map((tool) => tool.name)).toEqual(['notes_list_notes']);
    expect((await writer.listTools()).tools.map((tool) => tool.name)).toEqual([
      'notes_create_note',
      'notes_delete_note',
      'notes_list_notes',
    ]);
  },
);

test.each(CLIENT_KINDS)(
  '/mcp/<source> shows the source alone, names bare, and calls it by them (%s)',
  async (kind) => {
    await using api = await startApi();
    await using gateway = await startGateway(notesFiles(api.url));
    await using client = await connect(kind, `${gateway.endpoint}/notes`, KEYS.reader);
    expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual(['list_notes']);
    const result = await client.callTool({ name: 'list_notes', arguments: {} });
    expect(result.structuredContent).toEqual({ method: 'GET', url: '/notes' });
  },
);

test('without a key, a caller on this machine is the local principal', async () => {
  await using api = await startApi();
  await using gateway = await startGateway(notesFiles(api.url));
  await using client = await connect('v1', gateway.endpoint);
  expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual(['notes_list_notes']);
});

/** A client that counts what it is told of changes. */
async function listen(mode: 'legacy' | { pin: string }, endpoint: string, key: string) {
  const client = new Client({ name: 'listener', version: '1' }, { versionNegotiation: { mode } });
  const told: string[] = [];
  const kinds = ['tools', 'prompts', 'resources'] as const;
  for (const kind of kinds) {
    client.setNotificationHandler(`notifications/${kind}/list_changed`, () => void told.push(kind));
  }
  await client.connect(
    new StreamableHTTPClientTransport(new URL(endpoint), {
      requestInit: { headers: { authorization: `Bearer ${key}` } },
    }),
  );
  if (mode !== 'legacy') {
    await client.listen({ toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true });
  }
  return { told, client, [Symbol.asyncDispose]: () => client.close() };
}

test.each([['legacy' as const], [{ pin: '2026-07-28' }]])(
  'a change of policy is told to those whose own list it changes, and to nobody else (%j)',
  async (mode) => {
    await using api = await startApi();
    await using gateway = await startGateway(notesFiles(api.url));
    await using reader = await listen(mode, gateway.endpoint, KEYS.reader);
    await using writer = await listen(mode, gateway.endpoint, KEYS.writer);
    await reader.client.listTools();
    await writer.client.listTools();

    const closed = POLICY.replace(
      'rules:',
      'rules:\n  - { id: no-deletion, effect: deny, what: { source: notes, access: destructive } }',
    );
    await gateway.write('policies/notes.policy.yaml', closed);
    await gateway.reload();

    await expect.poll(() => writer.told).toEqual(['tools']);
    expect(reader.told).toEqual([]);
    const { tools } = await writer.client.request({ method: 'tools/list' });
    expect(tools.map((tool) => tool.name)).toEqual(['notes_create_note', 'notes_list_notes']);
  },
);
