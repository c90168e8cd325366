import path from 'node:path';
import { expect, test } from 'vitest';
import type { SearchReport } from '../../src/cli/search/report.ts';
import { CLIENT_KINDS, connect } from '../support/clients.ts';
import { KEYS, notesFiles, startApi, startGateway } from '../support/gateway.ts';
import { runHere } from '../support/in-process.ts';

test('what real clients of both eras find and call counts for their searches, called by its name or by call_tool', async () => {
  await using api = await startApi();
  await using gateway = await startGateway(notesFiles(api.url));
  for (const kind of CLIENT_KINDS) {
    await using client = await connect(kind, gateway.endpoint, KEYS.writer);
    await client.callTool({ name: 'find_tools', arguments: { query: 'delete a note', limit: 1 } });
    await client.callTool({
      name: 'call_tool',
      arguments: { name: 'notes_delete_note', arguments: { id: '1' } },
    });
    await client.callTool({ name: 'find_tools', arguments: { query: 'qqqq' } });
    await client.callTool({ name: 'notes_create_note', arguments: { text: 'x' } });
  }
  await gateway.close();
  const { out } = await runHere([
    'search',
    'report',
    path.join(gateway.folder, '.bailiwick/audit'),
    '--json',
  ]);
  const report = JSON.parse(out) as SearchReport;
  expect(report).toMatchObject({
    searches: 6,
    led: { told: 3, otherwise: 3, nothing: 0, open: 0 },
    ranks: { first: 3 },
    foundNothing: 3,
    unanswered: [{ question: 'qqqq', times: 3, empty: 3 }],
    missing: [{ target: 'notes/create_note', searches: 3 }],
  });
  expect(report.hints).toContain('create_note:');
});
