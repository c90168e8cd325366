import { spawn } from 'node:child_process';
import { appendFile, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import type { Call } from '../../src/audit/read/call.ts';
import { CALLS_SCHEMA } from '../../src/audit/read/call-schema.ts';
import { intent, openTestChain } from '../audit/support.ts';
import { firstLine, startNode } from '../support/child-process.ts';
import { connect } from '../support/clients.ts';
import { bailiwick, BIN } from '../support/command-line.ts';
import { createFolder, KEYS, notesFiles, startApi, startGateway } from '../support/gateway.ts';
import { runHere } from '../support/in-process.ts';
import { at, writeChain, type Timed } from './support.ts';

const isPublishedShape = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(CALLS_SCHEMA);

test('what an agent did through a real gateway is told as it was, refusals included', async () => {
  await using api = await startApi();
  await using gateway = await startGateway(notesFiles(api.url));
  const dir = path.join(gateway.folder, '.bailiwick/audit');
  {
    await using client = await connect('v2 legacy', gateway.endpoint, KEYS.writer);
    await client.listTools();
    await client.callTool({ name: 'notes_list_notes', arguments: { limit: 3 } });
    await client.callTool({ name: 'notes_create_note', arguments: { text: 'hello' } });
    await client.callTool({ name: 'notes_list_notes', arguments: { limit: 'many' } });
    await expect(client.callTool({ name: 'notes_wipe', arguments: {} })).rejects.toThrow(/Unknown tool/);
  }
  await gateway.close();

  const found = await runHere(['audit', 'query', '--dir', dir, '--json']);
  const { calls, summary } = JSON.parse(found.out) as {
    calls: { shown: string; call: string; via: { session: string }; result: { status: string } }[];
    summary: object;
  };
  expect(isPublishedShape(JSON.parse(found.out)), JSON.stringify(isPublishedShape.errors)).toBe(true);
  expect(calls.map(({ shown, result }) => [shown, result.status])).toEqual([
    ['notes_list_notes', 'ok'],
    ['notes_create_note', 'ok'],
    ['notes_list_notes', 'refused'],
    ['notes_wipe', 'refused'],
  ]);
  expect(summary).toMatchObject({ calls: 4, ok: 2, refused: 2, errors: 0, unknown: 0 });

  const session = calls[0]?.via.session ?? '';
  const told = await runHere(['audit', 'timeline', '--dir', dir, '--session', session]);
  const lines = told.out.slice(told.out.indexOf('session ')).split('\n');
  for (const [index, pattern] of [
    /notes_list_notes {2}\{"limit":3\} {2}ok/,
    /notes_create_note {2}\{"text":.*\} {2}ok/,
    /notes_list_notes {2}.* {2}REFUSED INVALID_ARGUMENTS/,
    /notes_wipe .*REFUSED UNKNOWN_TOOL {2}no-rule/,
  ].entries()) {
    expect(lines.at(index - 5)).toMatch(pattern);
  }
  const shown = await runHere(['audit', 'show', calls[1]?.call ?? '', '--verify', '--dir', dir]);
  expect([shown.status, shown.out.match(/as it was written/g)]).toEqual([
    0,
    expect.objectContaining({ length: 2 }),
  ]);
});

test('tail -f gives every call of processes that start and roll their files meanwhile, once, and ends with Ctrl+C', async () => {
  await using workspace = await createFolder({});
  const dir = path.join(workspace.folder, 'audit');
  // A call that is under way when somebody begins to look is shown when it ends, with who made it.
  const early = await openTestChain({ dir, chain: 'zero' });
  await early.append({ type: 'list' }, { durable: true });
  await early.append(intent('early'), { durable: true });

  const tail = spawn(process.execPath, [BIN, 'audit', 'tail', '-f', '--ndjson', '--dir', dir]);
  let out = '';
  const [isLooking, isEnough] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const ended = new Promise<number | null>((resolve) => tail.once('close', resolve));
  tail.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    isLooking.resolve();
    if (out.split('"call":').length > 202) isEnough.resolve();
  });
  await isLooking.promise;
  expect(out.trimEnd().split('\n')).toEqual([expect.stringContaining('"type":"list"')]);
  const script = path.join(import.meta.dirname, 'caller.child.ts');
  const writers = ['one', 'two'].map((chain) => startNode([script, dir, chain, '100']));
  // A call whose process is killed has no outcome, ever.
  const killed = startNode([script, dir, 'killed', '0']);
  await firstLine(killed);
  killed.process.kill('SIGKILL');
  const outcome = { type: 'call.outcome', call: 'early', result: { status: 'ok' } } as const;
  await early.append(outcome, { durable: true });
  await isEnough.promise;
  tail.kill('SIGINT');
  expect(await ended).toBe(0);
  for (const writer of writers) await writer.stop();
  await early.close();

  expect((await readdir(path.join(dir, 'one'))).length).toBeGreaterThan(2);
  const calls = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Partial<Call>)
    .filter(({ call }) => call !== undefined);
  const expected = ['one', 'two'].flatMap((chain) =>
    Array.from({ length: 100 }, (_, index) => `${chain}-${index}`),
  );
  expect(calls.map(({ call }) => String(call)).toSorted()).toEqual(
    ['early', 'killed-0', ...expected].toSorted(),
  );
  expect(calls.filter(({ result }) => result?.status !== 'ok')).toMatchObject([
    { call: 'killed-0', result: { status: 'unknown' } },
  ]);
  expect(calls.find(({ call }) => call === 'early')).toMatchObject({ principal: { subject: 'agent' } });
});

test('a thousand chains are read with a handful of open files', async () => {
  await using workspace = await createFolder({});
  const dir = path.join(workspace.folder, 'many');
  for (let index = 0; index < 1_000; index += 1) {
    const refusal: Timed = { ...intent(`call-${index}`), type: 'call.refused', at: index % 10 };
    await writeChain(dir, `c${index}`, [refusal]);
  }
  const shell = spawn('sh', [
    '-c',
    'ulimit -n 64; exec "$0" "$@"',
    process.execPath,
    BIN,
    'audit',
    'query',
    dir,
    '--limit',
    '1',
  ]);
  let out = '';
  shell.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const status = await new Promise((resolve) => shell.once('close', resolve));
  expect([status, out]).toEqual([0, expect.stringContaining('\n1000 calls, 1000 refused, 0 errors, $0')]);
});

test('a long record needs no memory: 40 MB are read with a heap of 40 MB', async () => {
  await using workspace = await createFolder({});
  const file = path.join(workspace.folder, 'big/c/000000000001.jsonl');
  await mkdir(path.dirname(file), { recursive: true });
  const hash = `sha256:${'0'.repeat(64)}`;
  const link = { chain: 'c', v: 1, prev: hash, hash };
  const masked = { text: 'x'.repeat(1_000) };
  for (let from = 0; from < 25_000; from += 1_000) {
    const lines = Array.from({ length: 1_000 }, (_, index) => {
      const call = `call-${from + index}`;
      const [begun, ended] = [2 * (from + index), 2 * (from + index) + 1];
      const first = {
        ...link,
        seq: begun + 1,
        time: at(begun),
        type: 'call.intent',
        call,
        args: { digest: hash, masked },
      };
      const second = {
        ...link,
        seq: ended + 1,
        time: at(ended),
        type: 'call.outcome',
        call,
        result: { status: 'ok' },
      };
      return `${JSON.stringify(first)}\n${JSON.stringify(second)}\n`;
    });
    await appendFile(file, lines.join(''));
  }
  const { status, out } = await bailiwick(workspace.folder, ['audit', 'query', 'big', '--limit', '1'], {
    environment: { NODE_OPTIONS: '--max-old-space-size=40' },
  });
  expect([status, out]).toEqual([0, expect.stringContaining('\n25000 calls, 0 refused, 0 errors, $0')]);
});
