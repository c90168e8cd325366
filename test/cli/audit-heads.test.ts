import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readHeads, readTrust } from '../../src/cli/audit/verify-inputs.ts';
import { openStore } from '../../src/state/open-store.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createFolder, notesFiles } from '../support/gateway.ts';
import { runHere } from '../support/in-process.ts';

/** Runs a command as in a folder, in this process. */
function runIn(folder: string, args: readonly string[]) {
  const placed = args.map((arg) => (/\.(json|pem|yaml)$/.test(arg) ? path.resolve(folder, arg) : arg));
  const config = path.join(folder, 'bailiwick.yaml');
  return runHere(placed.includes('--config') ? placed : [...placed, '--config', config]);
}

/** A folder in which two commands have left a chain each, and where the first of them is. */
async function createRecords() {
  const workspace = await createFolder(notesFiles('http://127.0.0.1:9'));
  for (let times = 0; times < 2; times += 1) {
    await runIn(workspace.folder, ['call', 'notes_list_notes', '--as', 'reader']);
  }
  const audit = path.join(workspace.folder, '.bailiwick/audit');
  const chains = (await readdir(audit)).filter((name) => !name.startsWith('.')).toSorted();
  const [chain = ''] = chains;
  return { ...workspace, audit, chain, file: path.join(audit, chain, '000000000001.jsonl') };
}

test('heads that were kept elsewhere find records that were cut off, and a chain that is gone', async () => {
  await using records = await createRecords();
  const { folder, audit, chain, file } = records;
  const printed = await runIn(folder, ['audit', 'heads']);
  expect(printed.status).toBe(0);
  const { heads } = JSON.parse(printed.out) as { heads: { chain: string; seq: number; hash: string }[] };
  const head = heads.find((one) => one.chain === chain)!;
  expect(head).toMatchObject({ seq: 4, signature: expect.any(String), publicKey: expect.any(String) });
  await records.write('elsewhere/heads.json', printed.out);

  const verify = async (...args: string[]) => {
    const { status, out, err } = await runIn(folder, ['audit', 'verify', ...args, '--json']);
    return { status, err, ...(out && (JSON.parse(out) as { chains: { chain: string }[] })) };
  };
  const typed = `${chain}:${head.seq}:${head.hash}`;
  expect(await verify()).toMatchObject({ status: 0, heads: [{ from: 'the store' }, {}] });
  await writeFile(file, (await readFile(file, 'utf8')).split('\n').slice(0, 1).join('\n').concat('\n'));
  const broken = [expect.objectContaining({ chain, ok: false }), expect.objectContaining({ ok: true })];
  expect(await verify()).toMatchObject({ status: 1, chains: broken });
  const given = [audit, '--head', 'elsewhere/heads.json'];
  expect(await verify(...given)).toMatchObject({ status: 1, chains: broken });
  await rm(path.join(audit, chain), { recursive: true });
  expect(await verify(audit, '--head', typed)).toMatchObject({ status: 1, chains: broken });
});

test('gateways that share a store are not missed in each other’s directories', async () => {
  await using records = await createRecords();
  const { folder } = records;
  const config = await readFile(path.join(folder, 'bailiwick.yaml'), 'utf8');
  await records.write('other.yaml', `${config}\naudit: { dir: other }\n`);
  await runIn(folder, ['call', 'notes_list_notes', '--as', 'reader', '--config', 'other.yaml']);
  const verified = await runIn(folder, ['audit', 'verify', '--config', 'other.yaml']);
  expect(verified).toMatchObject({
    status: 0,
    err: expect.stringMatching(
      /^2 heads in the store are of chains that are elsewhere: [^\n]*\.bailiwick.audit\n/,
    ),
  });
  const count = async (...args: string[]): Promise<number> =>
    (JSON.parse((await runIn(folder, ['audit', 'heads', ...args])).out) as { heads: [] }).heads.length;
  expect([await count(), await count('--all')]).toEqual([2, 3]);
});

test('a chain that is gone is not lost sight of because this machine has another name than before', async () => {
  await using records = await createRecords();
  const { folder, audit, chain } = records;
  const logger = createLogger('silent');
  const store = await openStore(
    { sqlite: path.join(folder, '.bailiwick/state.db'), localShare: 0.1 },
    { logger, now: Date.now },
  );
  const name = `audit/head/${chain}`;
  const head = (await store.get(name, Date.now()))?.value as object;
  await store.take(name, Date.now());
  await store.put(name, { ...head, place: `before:${audit}` }, { now: Date.now() });
  await store.close();
  await rm(path.join(audit, chain), { recursive: true });
  const { err } = await runHere(['audit', 'verify', '--config', path.join(folder, 'bailiwick.yaml')]);
  expect(err).toContain('this very directory on a host of another name');
});

test('the operator is told which store cannot be reached, and where', async () => {
  await using workspace = await createFolder({
    'bailiwick.yaml': "sources: {}\nstate: { redis: { url: 'redis://:hushhush@127.0.0.1:9' } }\n",
    'audit/chain/000000000001.jsonl': '',
  });
  const config = path.join(workspace.folder, 'bailiwick.yaml');
  const verify = ['audit', 'verify', '--dir', path.join(workspace.folder, 'audit')];
  for (const [command, status] of [
    [['audit', 'heads'], 3],
    [['spend'], 3],
    [verify, 0],
  ] as const) {
    const answer = await runHere([...command, '--config', config]);
    expect([answer.status, answer.err]).toEqual([
      status,
      expect.stringMatching(/cannot be reached now: Redis at 127\.0\.0\.1:9: .*ECONNREFUSED/),
    ]);
    expect(answer.err).not.toContain('hushhush');
  }
});

test('what is no head, and what is no key, is an error of usage', async () => {
  await using workspace = await createFolder({ rubbish: 'rubbish', 'list.json': '[1]' });
  const file = (name: string): string => path.join(workspace.folder, name);
  for (const [value, message] of [
    ['chain:0x1:00', 'the file chain:0x1:00 cannot be read (ENOENT), nor is it chain:seq:hash'],
    [file('rubbish'), 'it is neither JSON nor one JSON object a line'],
    [file('list.json'), 'something in it is no head'],
  ] as const) {
    await expect(readHeads([value])).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(message),
    });
  }
  for (const [value, message] of [
    [file('rubbish'), 'not a public key'],
    [file('absent.pem'), 'cannot be read (ENOENT)'],
  ] as const) {
    const reading = readTrust([value], workspace.folder, undefined);
    await expect(reading).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining(message) });
  }
});

test('a head that was edited, and a key that signed nothing, are said to be what they are', async () => {
  await using records = await createRecords();
  const { folder, audit } = records;
  const { heads } = JSON.parse((await runIn(folder, ['audit', 'heads'])).out) as { heads: object[] };
  await records.write('edited.json', JSON.stringify({ ...heads[0], seq: 2 }));
  const edited = await runIn(folder, ['audit', 'verify', audit, '--head', 'edited.json']);
  expect([edited.status, edited.out]).toEqual([
    1,
    expect.stringContaining('was not used: its signature is not'),
  ]);

  execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', path.join(folder, 'other.pem')], {
    stdio: 'ignore',
  });
  const trusted = await runIn(folder, ['audit', 'verify', audit, '--trust', 'other.pem']);
  expect([trusted.status, trusted.out]).toEqual([1, expect.stringContaining('which is not trusted')]);

  // Without the key that was made beside the directory: an auditor has the records alone.
  await rename(`${audit}-signing.pem`, path.join(folder, 'taken.pem'));
  const unknown = await runIn(folder, ['audit', 'verify', audit]);
  expect([unknown.status, unknown.out]).toEqual([
    0,
    expect.stringContaining('is not known here: anybody could have made it'),
  ]);
});

test('foreign files, links, pipes and what cannot be read are named, not followed and not waited for', async () => {
  await using records = await createRecords();
  const { folder, audit, chain } = records;
  await writeFile(path.join(audit, 'notes.txt'), 'mine');
  await mkdir(path.join(audit, 'empty'));
  await mkdir(path.join(audit, chain, '000000000099.jsonl'));
  await symlink('/', path.join(audit, 'root'));
  await symlink('/dev/zero', path.join(audit, chain, '000000000005.jsonl'));
  execFileSync('mkfifo', [path.join(audit, chain, '000000000006.jsonl'), path.join(audit, 'pipe')]);
  const { status, out } = await runIn(folder, ['audit', 'verify', '--json']);
  expect(status).toBe(0);
  expect((JSON.parse(out) as { unexpected: string[] }).unexpected).toEqual([
    `${chain}/000000000005.jsonl`,
    `${chain}/000000000006.jsonl`,
    `${chain}/000000000099.jsonl`,
    'empty',
    'notes.txt',
    'pipe',
    'root',
  ]);
  await rm(path.join(audit, chain, '000000000001.jsonl'));
  execFileSync('mkfifo', [path.join(audit, chain, '000000000001.jsonl')]);
  expect((await runIn(folder, ['audit', 'verify'])).status).toBe(1);
});
