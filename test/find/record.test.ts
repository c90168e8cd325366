import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordFinding } from '../../src/gateway/events/record-finding.ts';
import { ALL_SOURCES } from '../../src/gateway/endpoint.ts';
import { createArgumentRecorder } from '../../src/audit/mask/record-arguments.ts';
import type { RecordEntry } from '../../src/audit/record.ts';
import { foldSearches, type SearchFoldOptions } from '../../src/audit/searches/fold.ts';
import type { Finding } from '../../src/gateway/facade.ts';
import type { Caller } from '../../src/gateway/road.ts';
import { describeEvent } from '../../src/cli/audit/describe-event.ts';
import {
  faultyFileSystem,
  keptLog,
  openTestChain,
  systemError,
  temporaryDirectory,
} from '../audit/support.ts';
import { readRecords } from '../audit/support.ts';
import { principal } from '../policy/fixtures.ts';
import { CLIENT_KINDS, connect, rejection, type AnyClient } from '../support/clients.ts';
import { KEYS, notesFiles, startApi, startGateway } from '../support/gateway.ts';
import { connectOverStdio } from '../support/stdio.ts';

let api: Awaited<ReturnType<typeof startApi>>;
beforeAll(async () => void (api = await startApi()));
afterAll(() => api[Symbol.asyncDispose]());

const find = (client: AnyClient, query: string) =>
  client.callTool({ name: 'find_tools', arguments: { query } });

const isSearch = ({ type, detail }: RecordEntry): boolean => type === 'list' && detail?.['list'] === 'found';

describe('a search is recorded once', () => {
  test.each(CLIENT_KINDS)('over HTTP (%s)', async (kind) => {
    await using gateway = await startGateway(notesFiles(api.url));
    {
      await using client = await connect(kind, gateway.endpoint, KEYS.writer);
      await find(client, 'delete a note');
    }
    await gateway.close();
    const [search, ...others] = (await gateway.records()).filter(isSearch);
    expect(others).toEqual([]);
    expect(search).toMatchObject({
      principal: { issuer: 'config', subject: 'writer' },
      via: { face: 'http', era: kind === 'v2 modern' ? 'modern' : 'legacy', endpoint: '/mcp' },
      args: { masked: { queries: ['delete a note'] } },
      detail: { list: 'found', endpoint: '/mcp', found: [expect.arrayContaining(['notes/delete_note'])] },
    });
    const { found, count } = search?.detail ?? {};
    expect((found as string[][]).flat()).toHaveLength(Number(count));
    expect(search?.policy).toMatch(/^sha256:/);
    expect(search?.call).toBeTruthy();
  });

  test('over stdio', async () => {
    await using gateway = await startGateway(notesFiles(api.url));
    {
      await using client = await connectOverStdio('v2 modern', {
        gateway: gateway.app.gateway,
        principal: principal({ scopes: ['notes:read'] }),
        endpoint: ALL_SOURCES,
        logger: keptLog(),
      });
      await find(client, 'delete a note');
    }
    await gateway.close();
    const searches = (await gateway.records()).filter(isSearch);
    expect(searches).toHaveLength(1);
    expect(searches[0]?.via).toMatchObject({ face: 'stdio' });
    // What is hidden from who asks is not told, and so not recorded as told.
    expect(JSON.stringify(searches[0]?.detail)).not.toContain('delete_note');
  });
});

test('nothing is found while it cannot be recorded, as nothing is read then', async () => {
  const disk = { isFull: false };
  const fileSystem = faultyFileSystem({
    before: () => {
      if (disk.isFull) throw systemError('ENOSPC');
    },
  });
  await using gateway = await startGateway(notesFiles(api.url), {}, [], { fileSystem });
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.writer);
  expect((await find(client, 'delete a note')).isError ?? false).toBe(false);
  disk.isFull = true;
  // A write makes it known that the disk refuses.
  await rejection(client.callTool({ name: 'notes_create_note', arguments: { text: 'x' } }));
  expect((await rejection(find(client, 'delete a note'))).data).toMatchObject({ code: 'RECORD_UNAVAILABLE' });
  disk.isFull = false;
  // The disk takes records again with the next write.
  await client.callTool({ name: 'notes_create_note', arguments: { text: 'x' } });
  expect((await find(client, 'delete a note')).isError ?? false).toBe(false);
});

const SECRET = 'sk-live-canary-0123456789abcdef';

/** What is recorded of a finding, with the given settings. */
async function recorded(
  finding: Finding,
  keep: 'digest' | 'masked' | 'full' = 'masked',
): Promise<RecordEntry> {
  const entries: RecordEntry[] = [];
  const record = (entry: RecordEntry): Promise<void> => Promise.resolve(void entries.push(entry));
  const snapshot = {
    settings: {
      recordArguments: createArgumentRecorder({ arguments: keep, mask: [] }, ['configured-canary']),
    },
    policy: { digest: 'sha256:p' },
    catalog: { digest: 'sha256:c' },
  } as unknown as Caller['snapshot'];
  await recordFinding(
    { record },
    { principal: principal(), via: { face: 'http' }, endpoint: ALL_SOURCES, snapshot },
    'id',
    finding,
  );
  return entries[0]!;
}

describe('the record of a search', () => {
  const asked = { queries: [`list issues with token=${SECRET}`, 'say configured-canary'], limit: 5 };
  const found = [['github/list_issues', `resource files/https://dana:${SECRET}@example.com/x`], []];

  test.each(['digest', 'masked'] as const)(
    'holds no secrets where arguments are kept as %s',
    async (keep) => {
      const text = JSON.stringify(await recorded({ asked, found }, keep));
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain('configured-canary');
      expect(text).toContain('github/list_issues');
      expect(text.includes('list issues')).toBe(keep === 'masked');
    },
  );

  test('a secret that is cut off is masked before', async () => {
    const query = `${'x '.repeat(250)} ${SECRET}`;
    expect(JSON.stringify(await recorded({ asked: { queries: [query] }, found: [] }))).not.toContain(
      'sk-live',
    );
  });

  test('is bounded, whatever was asked and told', async () => {
    const long = 'long '.repeat(1000);
    const huge = {
      asked: { queries: Array.from({ length: 100 }, () => long), deep: [[[[[[long]]]]]] },
      found: Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => `s/${long}`)),
    };
    const entry = await recorded(huge, 'full');
    expect(entry.detail?.['count']).toBe(10_000);
    expect(JSON.stringify(entry).length).toBeLessThan(100_000);
    expect(JSON.stringify(entry.args).length).toBeLessThan(30_000);
  });

  test('is told on one line, whatever is in it', async () => {
    const entry = await recorded({ asked: { queries: ['open tickets', 'a\u001B[31m"b'] }, found });
    const line = (more: object): string =>
      describeEvent({ ...entry, ...more, v: 1, seq: 1, prev: '', hash: '', time: '', chain: 'c' });
    expect(line({})).toBe(String.raw`searched "open tickets", "a\u001b[31m"b": 2 found at /mcp`);
    expect(line({ args: { digest: 'd' } })).toBe('searched: 2 found at /mcp');
    expect(line({ detail: { list: 'found', found: [] } })).toContain('nothing found');
    expect(line({ detail: { list: 'found', folded: 7 } })).toBe('searched 7 times more in that minute');
    expect(line({ detail: { list: 'found', found: 'x', count: -1 }, args: { masked: [1] } })).toContain(
      'searched: nothing found',
    );
  });
});

const searchOf = (subject: string): RecordEntry => ({
  type: 'list',
  principal: { issuer: 'config', subject, groups: [], scopes: [] },
  via: { face: 'http' },
  detail: { list: 'found', found: [], count: 0 },
});

/** A folding writer over a real chain, with a clock that the test turns. */
async function openFolding(options: Partial<SearchFoldOptions> = {}) {
  const dir = await temporaryDirectory();
  const clock = { time: 1_795_222_920_000 };
  const inner = await openTestChain({ dir, now: () => clock.time });
  const writer = foldSearches({
    writer: inner,
    now: () => clock.time,
    logger: keptLog(),
    schedule: () => () => {},
    ...options,
  });
  return { dir, clock, writer, inner };
}

describe('a flood of searches', () => {
  test('leaves one record for each search up to a bound, and one for all beyond it', async () => {
    const { dir, clock, writer } = await openFolding({ perMinute: 3 });
    for (let index = 0; index < 1000; index += 1) {
      clock.time += 10;
      await writer.append(searchOf('dana'), { durable: false });
    }
    await writer.append(searchOf('kim'), { durable: false });
    clock.time += 60_000;
    await writer.append(searchOf('dana'), { durable: false });
    await writer.close();
    const records = await readRecords(dir);
    expect(records).toHaveLength(3 + 1 + 1 + 1);
    expect(records.find(({ detail }) => detail?.['folded'])).toMatchObject({
      type: 'list',
      principal: { subject: 'dana' },
      detail: { list: 'found', folded: 997 },
    });
  });

  test('of ever new principals is bounded, too', async () => {
    const { dir, writer } = await openFolding({ perMinute: 1, maxPrincipals: 10 });
    for (let index = 0; index < 500; index += 1)
      await writer.append(searchOf(`p${index}`), { durable: false });
    await writer.close();
    const records = await readRecords(dir);
    expect(records).toHaveLength(12);
    expect(records.at(-1)?.detail).toMatchObject({ folded: 489, others: true });
  });

  test('is not answered beyond the bound either while nothing can be recorded', async () => {
    let isFull = false;
    const refuse = { append: () => (isFull ? Promise.reject(new Error('full')) : Promise.resolve()) };
    const writer = foldSearches({
      writer: { ...refuse, head: () => ({ seq: 0, hash: '' }), close: () => Promise.resolve() },
      now: () => 0,
      logger: keptLog(),
      perMinute: 2,
      schedule: () => () => {},
    });
    const append = () => writer.append(searchOf('dana'), { durable: false });
    await append();
    isFull = true;
    await expect(append()).rejects.toThrow('full');
    await expect(append()).rejects.toThrow('full');
    isFull = false;
    await append();
    await append();
  });
});
