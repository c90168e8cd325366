import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { connect } from '../support/clients.ts';
import { bailiwick } from '../support/command-line.ts';
import { createFolder, KEYS, notesFiles, startApi, startGateway } from '../support/gateway.ts';
import { runWith } from '../support/in-process.ts';
import { asOpenAi } from './stub-endpoint.ts';
import { endAll, stubOf } from './support.ts';

afterEach(endAll);

const listing = 'listing: { mode: search }';

function searching(url: string): string {
  const settings = [
    'provider: openai',
    `url: '${url}'`,
    'model: m',
    "key: '${env:EMBEDDING_KEY}'",
    // Machines that are busy answer late.
    'timeoutMs: 10000',
  ];
  return `${listing}\nsearch: { embeddings: { ${settings.join(', ')} } }`;
}

/** What a find answers, and the requests it made. */
async function find(endpoint: string, key: string, query: string): Promise<string> {
  await using client = await connect('v2 modern', endpoint, key);
  const { content } = await client.callTool({ name: 'find_tools', arguments: { query } });
  return JSON.stringify(content);
}

test('callers find by meaning what they may use; what is sent is the catalog and what they ask', async () => {
  const stub = await stubOf(asOpenAi({ meaning: { zap: 'delete', jottings: 'notes' } }));
  await using api = await startApi();
  const environment = { EMBEDDING_KEY: 'embedding-key-canary' };
  await using gateway = await startGateway(notesFiles(api.url, searching(stub.url)), environment);
  await expect.poll(() => gateway.log.join('\n')).toContain('embedded 4 of 4 entries');

  expect(await find(gateway.endpoint, KEYS.writer, 'zap jottings')).toContain('notes_delete_note');
  expect(await find(gateway.endpoint, KEYS.reader, 'zap jottings')).not.toContain('delete');

  // Both asked the same, which is embedded once.
  expect(stub.texts().toSorted()).toEqual([
    expect.stringContaining('create note (notes)'),
    expect.stringContaining('delete note (notes)'),
    expect.stringContaining('list notes (notes)'),
    expect.stringContaining('wipe (notes)'),
    'zap jottings',
  ]);
  expect(stub.asked.map(({ headers }) => headers.authorization)).toEqual(
    stub.asked.map(() => 'Bearer embedding-key-canary'),
  );
  expect(JSON.stringify(stub.asked)).not.toMatch(/reader|writer|bw_/);

  // Without them, nothing is sent any more, and words find as before.
  await gateway.write('bailiwick.yaml', notesFiles(api.url, listing)['bailiwick.yaml'] ?? '');
  await gateway.reload();
  stub.asked.length = 0;
  expect(await find(gateway.endpoint, KEYS.writer, 'zap jottings')).not.toContain('delete');
  expect(await find(gateway.endpoint, KEYS.writer, 'delete note')).toContain('notes_delete_note');
  expect(stub.asked).toEqual([]);
  expect(await readdir(path.join(gateway.folder, '.bailiwick/embeddings'))).toHaveLength(1);
  expect(gateway.log.join('\n')).not.toContain('embedding-key-canary');
});

test('find says that words alone counted where embeddings did not, and else how near what it found is', async () => {
  const ask = ['find', 'delete note', '--as', 'writer', '--explain'];
  const stub = await stubOf(asOpenAi());
  await using api = await startApi();
  const environment = { EMBEDDING_KEY: 'embedding-key-canary' };
  await using gateway = await startGateway(notesFiles(api.url, searching(stub.url)), environment);
  await expect.poll(() => gateway.log.join('\n')).toContain('embedded 4 of 4 entries');
  await gateway.close();
  const near = await bailiwick(gateway.folder, ask, { environment });
  expect(near.out).toMatch(/; near in meaning 0\.\d\d;/);
  expect(near.err).not.toContain('words alone');
  stub.answer = (_, response) => response.writeHead(401).end();
  const far = await bailiwick(gateway.folder, ask, { environment });
  expect(far.out).toContain('notes_delete_note');
  expect(far.err).toContain('words alone counted for "delete note": the embedding endpoint did not answer');
});

test('check says what embeddings lack, and asks no endpoint', async () => {
  const stub = await stubOf(asOpenAi());
  const onnx = 'search: { embeddings: { provider: onnx, model: m } }';
  await using lacking = await createFolder(notesFiles('http://127.0.0.1:9', onnx));
  const { status, out } = await runWith(lacking.folder, ['check']);
  expect({ status, out }).toEqual({
    status: 0,
    out: expect.stringMatching(
      /bailiwick\.yaml:\d+:\d+ +.*search\.embeddings: the package .* is not installed/,
    ),
  });
  const ollama = `search: { embeddings: { provider: ollama, url: '${stub.url}', model: m } }`;
  await using ready = await createFolder(notesFiles('http://127.0.0.1:9', ollama));
  expect((await runWith(ready.folder, ['check'])).out).not.toContain('search.embeddings');
  expect(stub.asked).toEqual([]);
});
