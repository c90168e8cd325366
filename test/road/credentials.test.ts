import { expect, test } from 'vitest';
import { connect } from '../support/clients.ts';
import { KEYS, notesFiles, startApi, startGateway } from '../support/gateway.ts';

const SCHEMES = `
security: [{ key: [] }]
components: { securitySchemes: { key: { type: apiKey, in: header, name: X-Key } } }
`;

test('each upstream sees its own credential and no other, and never the caller’s', async () => {
  await using first = await startApi();
  await using second = await startApi();
  const files = notesFiles(first.url, '', ', credentials: { key: { apiKey: first-credential-canary } }');
  files['notes.yaml'] += SCHEMES;
  files['bailiwick.yaml'] =
    files['bailiwick.yaml']?.replace(
      'sources:',
      `sources:\n  other: { openapi: notes.yaml, url: '${second.url}', credentials: { key: { apiKey: second-credential-canary } } }`,
    ) ?? '';
  files['policies/notes.policy.yaml'] +=
    '  - { id: other, effect: permit, what: { source: other, tool: list_notes } }\n';
  await using gateway = await startGateway(files);
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.reader);

  const results = [
    await client.callTool({ name: 'notes_list_notes', arguments: {} }),
    await client.callTool({ name: 'other_list_notes', arguments: {} }),
  ];

  expect(results.map((result) => result.isError)).toEqual([undefined, undefined]);
  expect([first, second].map((api) => api.received.map((request) => request.headers['x-key']))).toEqual([
    ['first-credential-canary'],
    ['second-credential-canary'],
  ]);
  const sent = JSON.stringify([first.received, second.received]);
  expect(sent).not.toContain(KEYS.reader);
  const { tools } = await client.listTools();
  await gateway.close();
  const told = JSON.stringify([results, tools, gateway.log, await gateway.records()]);
  expect(told).not.toContain('canary');
});

test('a credential is in no error of an upstream that is down, slow or talks rubbish', async () => {
  await using rubbish = await startApi((_request, response) =>
    response.socket?.end('SMTP 220 hello\r\n\r\n'),
  );
  const files = notesFiles(
    rubbish.url,
    '',
    ', timeout: 200, credentials: { key: { apiKey: credential-canary } }',
  );
  files['notes.yaml'] += SCHEMES;
  await using gateway = await startGateway(files);
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.reader);
  const result = await client.callTool({ name: 'notes_list_notes', arguments: {} });
  expect(result.structuredContent).toMatchObject({ error: { code: 'UPSTREAM_PROTOCOL' } });
  await gateway.close();
  expect(JSON.stringify([result, gateway.log, await gateway.records()])).not.toContain('canary');
});
