import { expect, test } from 'vitest';
import { CLIENT_KINDS, connect } from '../support/clients.ts';
import { KEYS, notesFiles, startApi, startGateway } from '../support/gateway.ts';

const DOCUMENT = `
openapi: 3.1.0
info: { title: Notes, version: '1' }
paths:
  /notes:
    get:
      operationId: list_notes
      parameters:
        - { name: cursor, in: query, schema: { type: string } }
        - { name: tenant, in: query, schema: { type: string } }
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema:
                type: object
                properties:
                  items: { type: array, items: { type: object, properties: { id: { type: integer }, text: { type: string } } } }
                  next_cursor: { type: [string, 'null'] }
  /notes/secret: { get: { operationId: secret, responses: { '204': { description: none } } } }
`;

const RULES =
  ', rules: [{ match: { path: /notes }, set: { pin: { tenant: acme } } }, { match: { operationId: secret }, set: { hidden: true } }]';

const ITEMS = Array.from({ length: 3 }, (_each, id) => ({ id, text: 'x' }));

test.each(CLIENT_KINDS)(
  'a client that checks output schemas turns pages, selects, and never sees what is pinned or hidden (%s)',
  async (kind) => {
    await using api = await startApi((request, response) => {
      const isLast = request.url.includes('cursor');
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ items: ITEMS, next_cursor: isLast ? null : 'c2' }));
    });
    await using gateway = await startGateway({
      ...notesFiles(api.url, '', RULES),
      'notes.yaml': DOCUMENT,
      'policies/notes.policy.yaml':
        'policy: notes\nrules: [{ id: all, effect: permit, what: { source: notes } }]\n',
    });
    await using client = await connect(kind, gateway.endpoint, KEYS.reader);

    const { tools } = await client.listTools();
    expect(tools.map((tool) => tool.name)).toEqual(['notes_list_notes']);
    expect(Object.keys(tools[0]?.inputSchema.properties ?? {}).toSorted()).toEqual(['cursor', 'select']);
    expect(tools[0]?.outputSchema).toBeDefined();

    const name = 'notes_list_notes';
    const first = await client.callTool({ name, arguments: { select: 'items[].id' } });
    expect(first.structuredContent).toEqual({ result: [0, 1, 2] });
    const next = first._meta?.['io.bailiwick/next'] as { arguments: Record<string, unknown> };
    expect(next).toEqual({ arguments: { select: 'items[].id', cursor: 'c2' } });

    const second = await client.callTool({
      name,
      arguments: { ...next.arguments, select: '{items: next_cursor}' },
    });
    expect(second.structuredContent).toEqual({ result: { items: null } });
    expect(second._meta?.['io.bailiwick/next']).toBeUndefined();
    const whole = await client.callTool({ name, arguments: {} });
    expect(whole.structuredContent).toEqual({ items: ITEMS, next_cursor: 'c2' });

    for (const args of [{ tenant: 'other' }, { select: 'items[' }]) {
      // oxlint-disable-next-line no-await-in-loop -- nothing is to overlap
      const refused = await client.callTool({ name, arguments: args });
      expect(refused.isError).toBe(true);
      expect(JSON.stringify(refused.content)).toContain('INVALID_ARGUMENTS');
    }
    expect(api.received.map((request) => request.url)).toEqual([
      '/notes?tenant=acme',
      '/notes?cursor=c2&tenant=acme',
      '/notes?tenant=acme',
    ]);
  },
);

test('a refused expression is told with its pointer, and what is cut says how to get the rest', async () => {
  await using api = await startApi((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        items: Array.from({ length: 5000 }, (_each, id) => ({ id, text: 'text' })),
        next_cursor: 'c2',
      }),
    );
  });
  await using gateway = await startGateway({
    ...notesFiles(api.url, 'results: { maxBytes: 4096 }', RULES),
    'notes.yaml': DOCUMENT,
    'policies/notes.policy.yaml':
      'policy: notes\nrules: [{ id: all, effect: permit, what: { source: notes } }]\n',
  });
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.reader);

  const refused = await client.callTool({ name: 'notes_list_notes', arguments: { select: '[' } });
  expect(refused.structuredContent).toMatchObject({
    error: { code: 'INVALID_ARGUMENTS', pointer: '/select' },
  });
  const cut = await client.callTool({ name: 'notes_list_notes', arguments: {} });
  const texts = (cut.content as { text: string }[]).map((block) => block.text);
  expect(texts.at(-1)).toBe('More: call again with {"cursor":"c2"}');
  expect(texts.at(-2)).toContain('`select`, a JMESPath that takes only what is needed');
  expect(() => JSON.parse(texts[0] ?? '') as unknown).not.toThrow();
});
