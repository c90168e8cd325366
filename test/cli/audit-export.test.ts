import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { toLines } from '../audit-read/support.ts';
import { begin, CHAIN, ENTRIES, useRecords } from './audit-record.ts';

const { audit, inside } = useRecords();

describe('what a program reads', () => {
  test('export: the lines that are on disk, byte for byte, of the records that are asked for', async () => {
    const whole = await audit('record', 'export');
    expect(whole.out).toBe(toLines(CHAIN, ENTRIES).join(''));
    const some = await audit('record', 'export', '--tool', 'helpdesk_list_tickets', '--format', 'json');
    const { records } = JSON.parse(some.out) as { records: { seq: number }[] };
    // The outcome belongs to what its intent says.
    expect(records.map(({ seq }) => seq)).toEqual([4, 5, 10]);
  });

  test('export: CSV that a spreadsheet takes for text', async () => {
    const { out } = await audit('hostile', 'export', '--calls', '--format', 'csv');
    expect(out).toMatch(/^time,ended,chain,seq,call,parent,refused,issuer,subject,team,client,key,/);
    expect(out.endsWith('\r\n')).toBe(true);
    expect(out).toContain(`"'=HYPERLINK(""http://evil"")`);
    expect(out).toContain(`,'@x,,'+1,`);
    expect(out).toContain(`"'-2+3`);
  });

  test('export: a file is never written over by accident', async () => {
    const first = await audit('record', 'export', '--out', inside('once.ndjson'));
    expect([first.status, first.out, first.err]).toEqual([0, '', '12 records written to once.ndjson\n']);
    const again = await audit('record', 'export', '--type', 'list', '--out', inside('once.ndjson'));
    expect([again.status, again.err]).toEqual([2, expect.stringContaining('--force writes over it')]);
    const forced = await audit(
      'record',
      'export',
      '--type',
      'list',
      '--out',
      inside('once.ndjson'),
      '--force',
    );
    expect(forced.status).toBe(0);
    const text = await readFile(inside('once.ndjson'), 'utf8');
    expect(text.split('\n')).toHaveLength(2);
    expect((await readdir(inside(''))).filter((name) => name.includes('once'))).toEqual(['once.ndjson']);
    const folder = await audit('record', 'export', '--out', inside('record'), '--force');
    expect([folder.status, folder.err]).toEqual([2, expect.stringContaining('record is a folder')]);
    const nowhere = await audit('record', 'export', '--out', inside('no/such/folder'));
    expect([nowhere.status, nowhere.err]).toEqual([2, expect.stringContaining('cannot be written (ENOENT)')]);
  });
});

describe('the answer and the exit status', () => {
  test('no match is an empty answer; with --exit-code it is a no', async () => {
    const none = await audit('record', 'query', '--principal', 'nobody', '--json');
    expect([none.status, none.err]).toEqual([
      0,
      'record: no call matches\n  --principal: nothing here has nobody\n',
    ]);
    const near = await audit('record', 'query', '--tool', 'helpdesk_list_tikets');
    expect(near.err).toContain('did you mean helpdesk_list_tickets?');
    expect(JSON.parse(none.out)).toMatchObject({ calls: [], summary: { calls: 0 } });
    const no = await audit('record', 'query', '--principal', 'nobody', '--exit-code');
    expect(no.status).toBe(1);
  });

  test('show says no for a call that is not there, and for a record that was edited', async () => {
    const absent = await audit('record', 'show', 'ffffffff');
    expect([absent.status, absent.err]).toEqual([1, expect.stringContaining('no call whose id begins with')]);
    const [line = ''] = toLines('c', [begin('edited-call', 0, 'get')]);
    await mkdir(inside('edited/c'), { recursive: true });
    const file = inside('edited/c/000000000001.jsonl');
    await writeFile(file, line.replace('"agent"', '"other"'));
    const edited = await audit('edited', 'show', 'edited-call', '--verify');
    expect([edited.status, edited.out]).toEqual([1, expect.stringContaining('NOT AS IT WAS WRITTEN')]);
  });

  test('a corrupt line is said with file and line, and passed over', async () => {
    const [first = '', second = ''] = toLines('c', [begin('a1', 0, 'get'), begin('a2', 1, 'get')]);
    await mkdir(inside('corrupt/c'), { recursive: true });
    const file = inside('corrupt/c/000000000001.jsonl');
    await writeFile(file, `${first}rubbish\n${second}`);
    const { status, out, err } = await audit('corrupt', 'query', '--ndjson');
    expect([status, out.split('\n')]).toEqual([0, expect.objectContaining({ length: 3 })]);
    expect(err).toContain(
      `${path.join('corrupt', 'c', '000000000001.jsonl')}:2: the line is not JSON; passed over`,
    );
  });

  test('a directory that is not there is said', async () => {
    const { status, err } = await audit('absent', 'query');
    expect([status, err]).toEqual([
      2,
      expect.stringContaining('absent: no audit directory can be read here'),
    ]);
  });

  test.each([
    [['query', '--acess', 'read'], 'Did you mean --access?'],
    [
      ['query', '--access', 'wrte'],
      '--access: wrte is none of read, write, destructive; did you mean write?',
    ],
    [['query', '--decision', 'allow'], '--decision: allow is none of permit, approve, deny, refused'],
    [['query', '--since', 'yesterday'], '--since: yesterday is no time; say e.g. 15m'],
    [['query', '--since', '2026-02-30'], '--since: 2026-02-30 is no time'],
    [['query', '--until', '2026-11-20T10:00'], 'say in which time zone, e.g. 2026-11-20T10:00Z'],
    [['query', '--since', '2026-11-21', '--until', '2026-11-20'], 'is after --until'],
    [['query', '--type', 'signin'], 'bailiwick audit tail --type signin'],
    [['query', '--limit', 'many'], '--limit: many is no whole number'],
    [['query', 'other'], 'the directory is named twice'],
    [['tail', '-f', '--until', '1h'], 'leave out --until or --follow'],
    [['tail', '-f', '--json'], '--ndjson prints an object for each'],
    [['timeline'], 'say whose: --session <id> or --principal <who>'],
    [['export', '--format', 'cvs'], '--format: cvs is none of ndjson, csv, json; did you mean csv?'],
    [['show', 'd'], "give four characters of the call's id"],
  ])('%j is a usage error that helps', async (args, message) => {
    const { status, err } = await audit('record', ...args);
    expect([status, err]).toEqual([2, expect.stringContaining(message)]);
  });
});
