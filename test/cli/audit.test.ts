import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { CHAIN, intent, openTestChain, temporaryDirectory } from '../audit/support.ts';
import { bailiwick } from '../support/command-line.ts';
import { createFolder, notesFiles } from '../support/gateway.ts';
import { runHere, runWith } from '../support/in-process.ts';

test('audit verify says yes to what was written, and no, with file, line and reason, once a letter is changed', async () => {
  await using workspace = await createFolder(notesFiles('http://127.0.0.1:9'));
  await runWith(workspace.folder, ['call', 'notes_list_notes', '--as', 'reader']);
  const good = await runWith(workspace.folder, ['audit', 'verify']);
  expect(good).toMatchObject({
    status: 0,
    out: expect.stringMatching(/^CHAIN +RECORDS +OK[^\n]*\ncli-\S+ +[1-9]\d* +yes/),
  });
  expect(good.out).toContain('confirmed to its end, record 4, by the store');

  const directory = path.join(workspace.folder, '.bailiwick/audit');
  const segment =
    (await readdir(directory, { recursive: true })).find((name) => name.endsWith('.jsonl')) ?? '';
  const file = path.join(directory, segment);
  await writeFile(file, (await readFile(file, 'utf8')).replace('"reader"', '"raeder"'));

  // Elsewhere, without the configuration: an auditor has the directory alone.
  await using elsewhere = await createFolder({});
  const bad = await bailiwick(elsewhere.folder, ['audit', 'verify', directory, '--json']);
  expect(bad.status).toBe(1);
  expect(JSON.parse(bad.out)).toMatchObject({
    ok: false,
    chains: [
      {
        ok: false,
        firstBad: {
          file: segment,
          line: expect.any(Number),
          seq: expect.any(Number),
          why: expect.stringContaining('edited'),
        },
      },
    ],
  });
  const shown = await runHere(['audit', 'verify', directory]);
  expect([shown.status, shown.out]).toEqual([
    1,
    expect.stringContaining(`${segment}:2 (record 2): the record was edited`),
  ]);
});

test('chains that were closed are confirmed to their last records by the store, in one line for all of them', async () => {
  await using workspace = await createFolder(notesFiles('http://127.0.0.1:9'));
  await runWith(workspace.folder, ['call', 'notes_list_notes', '--as', 'reader']);
  await runWith(workspace.folder, ['call', 'notes_list_notes', '--as', 'reader']);
  const { status, out } = await runWith(workspace.folder, ['audit', 'verify']);
  expect(status).toBe(0);
  expect(out).toContain('2 of 2 chains are confirmed to their ends by the store');
  expect(out).not.toMatch(/up to record|from record/);
});

test('audit verify does not say that a line which is cut was never acknowledged', async () => {
  const dir = await temporaryDirectory();
  const writer = await openTestChain({ dir });
  for (const call of ['a', 'b']) await writer.append(intent(call), { durable: true });
  await writer.close();
  const { seq, hash } = writer.head();
  const file = path.join(dir, CHAIN, '000000000001.jsonl');
  await writeFile(file, (await readFile(file, 'utf8')).slice(0, -40));
  const alone = await runHere(['audit', 'verify', dir]);
  expect([alone.status, alone.out]).toEqual([
    0,
    expect.stringContaining('a file that somebody cut looks the same'),
  ]);
  const head = `${CHAIN}:${seq}:${hash}`;
  expect((await runHere(['audit', 'verify', dir, '--head', head])).status).toBe(1);
  await rm(path.join(dir, CHAIN), { recursive: true });
  const gone = await runHere(['audit', 'verify', dir, '--head', head]);
  expect([gone.status, gone.out]).toEqual([
    1,
    expect.stringMatching(/NO +the whole chain is gone, but record 2/),
  ]);
});

test('audit verify vouches for nothing where there is nothing', async () => {
  await using workspace = await createFolder({ 'empty/note.txt': 'moved away' });
  const empty = await runHere(['audit', 'verify', path.join(workspace.folder, 'empty')]);
  expect([empty.status, empty.out]).toEqual([1, expect.stringContaining('nothing was verified')]);
  const absent = await runHere(['audit', 'verify', path.join(workspace.folder, 'absent')]);
  expect([absent.status, absent.err]).toEqual([2, expect.stringContaining('absent: no audit directory')]);
});
