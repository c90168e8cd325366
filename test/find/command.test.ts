import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FindDocument } from '../../src/cli/find/answers.ts';
import { askRunning } from '../../src/cli/find/ask-running.ts';
import { FIND_SCHEMA } from '../../src/cli/find/find-schema.ts';
import { bailiwick } from '../support/command-line.ts';
import { KEYS, notesFiles, readRecords, startApi, startGateway, createFolder } from '../support/gateway.ts';
import { runHere, runWith } from '../support/in-process.ts';

const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(FIND_SCHEMA);
const CATALOGS = `
catalogs:
  desk: { include: [{ source: notes }], rename: { notes_create_note: write_down } }
`;

let api: Awaited<ReturnType<typeof startApi>>;
let workspace: Awaited<ReturnType<typeof createFolder>>;
beforeAll(async () => {
  api = await startApi();
  workspace = await createFolder(notesFiles(api.url, CATALOGS));
});
afterAll(async () => {
  await workspace[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
});

const find = (...args: string[]) => runWith(workspace.folder, ['find', ...args]);

async function findJson(...args: string[]): Promise<FindDocument> {
  const { out } = await find('--json', ...args);
  const document: unknown = JSON.parse(out);
  expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
  return document as FindDocument;
}

const namesOf = ({ queries }: FindDocument): string[][] =>
  queries.map(({ found }) => found.map(({ name }) => name));

describe('find', () => {
  test('finds what the principal may use, best first, and nothing else', async () => {
    const [writers] = namesOf(await findJson('delete a note', '--as', 'writer'));
    expect(writers?.[0]).toBe('notes_delete_note');
    const reader = await findJson('delete a note', '--as', 'reader');
    expect(namesOf(reader)).toEqual([['notes_list_notes']]);
    expect(reader.sources).toEqual(['notes']);
    expect(reader.queries[0]?.found[0]).toMatchObject({
      kind: 'tool',
      source: 'notes',
      access: 'read',
      also: [],
    });
  });

  test('prints a table for each query, by the names of the catalog that is asked', async () => {
    const { status, out } = await find(
      'create a note',
      'delete a note',
      '--as',
      'writer',
      '--catalog',
      'desk',
    );
    expect(status).toBe(0);
    const first = out.split('\n').map((line) => line.split(/ {2,}/).slice(0, 2).join(' '));
    expect(first.slice(0, 3)).toEqual(['"create a note"', 'TOOL ACCESS', 'write_down write']);
    expect(first).toContain('"delete a note"');
  });

  test('narrows by source, access and number', async () => {
    const read = await findJson('note', '--as', 'writer', '--access', 'read');
    expect(namesOf(read)).toEqual([['notes_list_notes']]);
    const both = await findJson('note', '--as', 'writer', '--access', 'write,destructive', '--limit', '1');
    expect(namesOf(both)[0]).toHaveLength(1);
    expect(namesOf(await findJson('note', '--as', 'writer', '--source', 'notes'))[0]).toHaveLength(3);
  });

  test('explains by words and fields', async () => {
    const { out } = await find('delete a note', '--as', 'writer', '--explain', '--limit', '1');
    expect(out).toMatch(/^ {2}.*delete \d+ % \(.*name.*\).*; letters \d+ %; does what is asked$/m);
    const { queries } = await findJson('delete a note', '--as', 'writer', '--explain');
    expect(queries[0]?.found[0]?.why?.words.length).toBeGreaterThan(0);
  });

  test('ends with 1 where nothing is found, and says where was searched and what to do', async () => {
    const { status, out, err } = await find('qqqq', '--as', 'reader', '--access', 'write');
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toContain('nothing found for "qqqq" that is write\n  searched: notes\n');
    expect(err).toContain('ask without --access\n');
    expect(err).toContain('what reader may not use is not found: `bailiwick tools` shows all there is');
    expect(await findJson('qqqq', '--as', 'reader')).toMatchObject({ queries: [{ found: [] }] });
  });

  test('says which source is missing, and ends with 3', async () => {
    const dead = { 'bailiwick.yaml': 'sources:\n  gone: { mcp: { url: http://127.0.0.1:1/mcp } }\n' };
    await using folder = await createFolder(dead);
    const { status, err } = await runWith(folder.folder, ['find', 'note']);
    expect(status).toBe(3);
    expect(err).toContain('source gone is left out');
  });

  test.each([
    [['note', '--as', 'nobody'], '--as: no principal "nobody"'],
    [['note', '--access', 'all'], '--access: all is none of read, write, destructive'],
    [['note', '--limit', '0'], '--limit: 0 is no whole number'],
    [['note', '--catalog', 'deks'], 'did you mean desk?'],
    [['note', '--source', 'nots'], 'nots'],
    [['  '], 'say what is to be done'],
    [['a', 'b', 'c', 'd', 'e', 'f'], 'put the words of one query in quotes'],
    [['note', '--key', '-'], '--key is for --url'],
    [['note', '--url', 'ftp://x'], '--url: ftp://x is no URL'],
    [['note', '--url', 'http://127.0.0.1:1/mcp', '--as', 'reader'], 'who asks is said by --key'],
    [['note', '--url', 'http://127.0.0.1:1/mcp', '--key', 'bw_secret'], '--key takes - alone'],
  ])('%j is a usage error', async (args, message) => {
    const { status, err } = await find(...args);
    expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining(message) as string });
    expect(err).not.toContain('bw_secret');
  });

  test('records each search, as of the command line', async () => {
    await using own = await createFolder(notesFiles(api.url));
    await runWith(own.folder, ['find', 'delete a note', 'note', '--as', 'writer']);
    const records = await readRecords(path.join(own.folder, '.bailiwick/audit'));
    const searches = records.filter(({ type }) => type === 'list');
    expect(searches).toMatchObject([
      {
        principal: { subject: 'writer' },
        via: { face: 'cli', endpoint: '/mcp' },
        args: { masked: { queries: ['delete a note', 'note'], limit: 5 } },
        detail: { list: 'found', found: [expect.arrayContaining(['notes/delete_note']), expect.any(Array)] },
      },
    ]);
    const { out } = await runWith(own.folder, ['audit', 'tail']);
    expect(out).toMatch(/writer +searched "delete a note", "note": \d+ found at \/mcp/);
    expect(await readdir(path.join(own.folder, '.bailiwick'))).toContain('audit');
  });
});

describe('find --url', () => {
  test('asks a running gateway as any client does, with a key from standard input', async () => {
    await using gateway = await startGateway(notesFiles(api.url));
    const args = ['find', 'delete a note', '--url', gateway.endpoint];
    const { status, out } = await bailiwick(workspace.folder, [...args, '--key', '-'], {
      input: KEYS.writer,
    });
    expect(status).toBe(0);
    expect(out).toContain('notes_delete_note');
    const local = await runHere([...args, '--json']);
    expect(validate(JSON.parse(local.out))).toBe(true);
    expect(local.out).not.toContain('notes_delete_note');
    const nothing = await runHere(['find', 'qqqq', 'zzzz', '--url', gateway.endpoint]);
    expect(nothing).toMatchObject({ status: 1, out: expect.stringContaining('Nothing found') as string });
    const wrong = await runHere([...args, '--source', 'nowhere']);
    expect(wrong).toMatchObject({
      status: 2,
      err: expect.stringContaining('/source has to be one of') as string,
    });
    await gateway.close();
    const searches = (await gateway.records()).filter(({ detail }) => detail?.['list'] === 'found');
    expect(searches.map(({ principal, via }) => [principal?.subject, via?.clientName])).toEqual([
      ['writer', 'bailiwick-find'],
      ['local', 'bailiwick-find'],
      ['local', 'bailiwick-find'],
    ]);
  });

  test('says who does not answer or let in, and never the key', async () => {
    const gone = await runHere(['find', 'note', '--url', 'http://127.0.0.1:1/mcp']);
    expect(gone).toMatchObject({ status: 3, err: expect.stringContaining('127.0.0.1:1') as string });
    await using gateway = await startGateway(notesFiles(api.url));
    const question = { queries: ['note'], limit: 5, detail: 'signature' } as const;
    const elsewhere = await runHere(['find', 'note', '--url', new URL('/', gateway.endpoint).href]);
    expect(elsewhere.err).toMatch(
      /--url: there is no MCP endpoint at \S+ \(HTTP 404\); .* is http\S+\/mcp$/m,
    );
    const refused: unknown = await askRunning(gateway.endpoint, 'Bearer bw_wrong-key-canary', question).catch(
      (error: unknown) => error,
    );
    expect(String(refused)).toMatch(
      /--key: \S+ lets nobody in with that key \(HTTP 401\); look at what --key reads/,
    );
    expect(JSON.stringify(refused) + String(refused)).not.toContain('bw_wrong-key-canary');
  });
});
