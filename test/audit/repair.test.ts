import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { beginChain } from '../../src/audit/begin-chain.ts';
import type { BegunChain } from '../../src/audit/begin-chain.ts';
import { EMPTY_HEAD } from '../../src/audit/chain.ts';
import { signHead } from '../../src/audit/signed-head.ts';
import type { SignedHead } from '../../src/audit/signed-head.ts';
import { verifyDirectory } from '../../src/audit/verify.ts';
import {
  CHAIN,
  createTestKey,
  intent,
  keptLog,
  openTestChain,
  readRecords,
  START,
  temporaryDirectory,
} from './support.ts';

const CHILD = join(import.meta.dirname, 'durable-writer.child.ts');
const KEY_FILE = 'audit-signing.pem';

/** A server's chain, as it is begun at every start. */
async function begin(
  dir: string,
  chain: string,
  {
    isRacing = false,
    put,
    stored,
  }: { isRacing?: boolean; put?: (head: SignedHead) => Promise<void>; stored?: SignedHead } = {},
): Promise<BegunChain & { log: string[] }> {
  const logger = keptLog();
  const settings = { dir, signing: {}, keep: {} };
  const begun = await beginChain({
    settings,
    chain,
    now: () => START,
    logger,
    isLasting: true,
    ...(put && { heads: { put, get: async () => stored, remove: async () => {} } }),
  });
  if (!isRacing) await begun.repaired;
  return { ...begun, log: logger.messages };
}

/** A chain whose writer was killed. Its name is older than that of any other chain here. */
async function leaveBehind(dir: string, chain: string): Promise<void> {
  const child = spawn(process.execPath, [CHILD, dir, chain], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'close');
}

async function auditDirectory(): Promise<string> {
  return join(await temporaryDirectory(), 'audit');
}

async function lastFile(dir: string, chain: string): Promise<string> {
  const [last = ''] = (await readdir(join(dir, chain))).toSorted().toReversed();
  return join(dir, chain, last);
}

test('a chain that was changed while nobody ran does not replace its head in the store by another', async () => {
  const dir = await auditDirectory();
  await leaveBehind(dir, 'killed');
  const [first] = await readRecords(dir, 'killed');
  const { seq = 0, hash = '', time = '' } = first ?? {};
  const stored = signHead(createTestKey(), { chain: 'killed', seq, hash, time });
  const honest: SignedHead[] = [];
  await (await begin(dir, 'next', { stored, put: async (head) => void honest.push(head) })).writer.close();
  expect(honest.some(({ chain }) => chain === 'killed')).toBe(true);

  // Everything computed anew, and longer than before: as far as the chain itself goes, nothing is wrong with it.
  await rm(join(dir, 'killed'), { recursive: true });
  const forger = await openTestChain({ dir, chain: 'killed' });
  for (const call of ['x', 'y', 'z']) await forger.append(intent(call), { durable: true });
  await forger.close();
  await writeFile(join(dir, '.live/killed'), '');
  const forged: SignedHead[] = [];
  const begun = await begin(dir, 'third', { stored, put: async (head) => void forged.push(head) });
  await begun.writer.close();
  expect(forged.map(({ chain }) => chain)).not.toContain('killed');
  expect(begun.log).toContain(
    'an audit chain is not the one whose head is stored; `bailiwick audit verify` says more',
  );
});

test('an unfinished last line is cut off, and the next process records what it was and where the chain ends', async () => {
  const dir = await auditDirectory();
  await leaveBehind(dir, 'killed');
  const file = await lastFile(dir, 'killed');
  const whole = (await readFile(file, 'utf8')).split('\n').slice(0, -1);
  await writeFile(file, `${whole.join('\n')}\n{"call":"half`);
  const heads: SignedHead[] = [];
  const begun = await begin(dir, 'next', { put: async (head) => void heads.push(head) });
  await begun.writer.close();

  expect(await readFile(file, 'utf8')).toBe(`${whole.join('\n')}\n`);
  const { seq, hash, time } = JSON.parse(whole.at(-1) ?? '');
  const [, repair] = await readRecords(dir, 'next');
  expect(repair).toMatchObject({
    type: 'repair',
    detail: {
      change: 'cut',
      chain: 'killed',
      bytes: 13,
      digest: `sha256:${createHash('sha256').update('{"call":"half').digest('hex')}`,
      head: { seq, hash, time },
    },
  });
  expect(heads).toContainEqual(expect.objectContaining({ chain: 'killed', seq, hash }));
  expect(await readdir(join(dir, '.live'))).toEqual([]);
  expect(await verifyDirectory(dir)).toMatchObject({ ok: true });
});

test('what was cut off a chain that was put in order is missed from then on', async () => {
  const dir = await auditDirectory();
  await leaveBehind(dir, 'killed');
  const begun = await begin(dir, 'next');
  await begun.writer.close();
  const file = await lastFile(dir, 'killed');
  const lines = (await readFile(file, 'utf8')).split('\n');
  await writeFile(
    file,
    lines
      .slice(0, -2)
      .map((line) => `${line}\n`)
      .join(''),
  );
  const report = await verifyDirectory(dir);
  expect(report).toMatchObject({ ok: false, chains: [{ chain: 'killed', ok: false }, { ok: true }] });
  expect(report.chains[0]?.firstBad?.why).toContain('the chain next holds its hash');

  await rm(join(dir, 'killed'), { recursive: true });
  const atItsBeginning = { chain: 'gone', seq: 0, hash: EMPTY_HEAD.hash, from: 'the store' };
  expect(await verifyDirectory(dir, { heads: [atItsBeginning] })).toMatchObject({
    chains: [{ chain: 'gone', ok: false }, { chain: 'killed' }, { chain: 'next' }],
  });
  expect(await verifyDirectory(dir), 'gone as a whole').toMatchObject({
    ok: false,
    chains: [{ chain: 'killed', ok: false, records: 0 }, { ok: true }],
  });
});

test('a chain that is being written, or was closed, is left alone', async () => {
  const dir = await auditDirectory();
  const live = await openTestChain({ dir, chain: 'live' });
  await live.append(intent('a'), { durable: true });
  await (await openTestChain({ dir, chain: 'closed' })).close();
  const begun = await begin(dir, 'next');
  await begun.writer.close();
  expect((await readRecords(dir, 'next')).map(({ type }) => type)).toEqual(['checkpoint']);
  await live.append(intent('b'), { durable: true });
  await live.close();
});

test('of several processes that start at once, each chain is put in order once', async () => {
  const dir = await auditDirectory();
  await Promise.all(['killed-1', 'killed-2', 'killed-3'].map((chain) => leaveBehind(dir, chain)));
  const begun = await Promise.all(['a', 'b', 'c'].map((chain) => begin(dir, chain, { isRacing: true })));
  await Promise.all(begun.map(({ repaired }) => repaired));
  await Promise.all(begun.map(({ writer }) => writer.close()));
  const records = (await Promise.all(['a', 'b', 'c'].map((chain) => readRecords(dir, chain)))).flat();
  const repaired = records
    .filter(({ type }) => type === 'repair')
    .map(({ detail }) => String(detail?.['chain']));
  expect(repaired.toSorted()).toEqual(['killed-1', 'killed-2', 'killed-3']);
  expect(await verifyDirectory(dir)).toMatchObject({ ok: true });
});

test('a chain that cannot be put in order is logged, stays marked, and does not keep the others from it', async () => {
  const dir = await auditDirectory();
  await leaveBehind(dir, 'killed-1');
  await leaveBehind(dir, 'killed-2');
  await leaveBehind(dir, 'empty');
  await rm(join(dir, 'empty'), { recursive: true });
  const file = await lastFile(dir, 'killed-1');
  await rm(join(dir, 'killed-1'), { recursive: true });
  await writeFile(join(dir, 'killed-1'), 'a file in its place');
  const begun = await begin(dir, 'next');
  await begun.writer.close();
  expect(begun.log).toContain('an audit chain that was not closed could not be put in order');
  expect(await readdir(join(dir, '.live')), file).toEqual(['killed-1']);
  const records = await readRecords(dir, 'next');
  expect(records.filter(({ type }) => type === 'repair').map(({ detail }) => detail?.['chain'])).toEqual([
    'killed-2',
  ]);
});

test('a chain that ends in rubbish is put in order without a head', async () => {
  const dir = await auditDirectory();
  await leaveBehind(dir, 'killed');
  await appendFile(await lastFile(dir, 'killed'), 'rubbish\n');
  const begun = await begin(dir, 'next');
  await begun.writer.close();
  const [, repair] = await readRecords(dir, 'next');
  expect(repair?.detail).toMatchObject({ change: 'closed', chain: 'killed' });
  expect(repair?.detail).not.toHaveProperty('head');
});

test('a new chain names those before it, and a chain that vanished is missed', async () => {
  const dir = await auditDirectory();
  for (const chain of ['serve-20261101T000000Z-000001', 'serve-20261102T000000Z-000002']) {
    const begun = await begin(dir, chain);
    await begun.writer.append(intent('a'), { durable: true });
    await begun.writer.close();
  }
  await (await begin(dir, CHAIN)).writer.close();
  const [first] = await readRecords(dir);
  expect(first?.detail?.['previous']).toMatchObject([
    { chain: 'serve-20261101T000000Z-000001', seq: 3 },
    { chain: 'serve-20261102T000000Z-000002', seq: 3 },
  ]);
  expect(await verifyDirectory(dir)).toMatchObject({ ok: true });
  await rm(join(dir, 'serve-20261102T000000Z-000002'), { recursive: true });
  const report = await verifyDirectory(dir);
  expect(report).toMatchObject({ ok: false });
  expect(report.chains.filter(({ ok }) => !ok)).toMatchObject([
    { chain: 'serve-20261102T000000Z-000002', firstBad: { seq: 1, why: expect.stringContaining(CHAIN) } },
  ]);
});

test('chains are begun and named beside foreign files, links and unreadable ends', async () => {
  const dir = await auditDirectory();
  await mkdir(join(dir, 'empty'), { recursive: true });
  await mkdir(join(dir, 'foreign'));
  await writeFile(join(dir, 'foreign', '000000000001.jsonl'), 'x'.repeat(100_000));
  await symlink('/dev/zero', join(dir, 'foreign', '000000000002.jsonl'));
  await symlink('/', join(dir, 'root'));
  const begun = await begin(dir, CHAIN);
  await begun.writer.close();
  expect((await readRecords(dir)).map(({ type }) => type)).toEqual(['checkpoint']);
  expect(await readdir(join(dir, '..'))).toEqual(['audit', KEY_FILE].toSorted());
});
