import { spawn } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { BIN } from '../support/command-line.ts';
import { createFolder, notesFiles, readRecords, startApi } from '../support/gateway.ts';

test.each(['error', 'debug'])(
  'a call at log level %s is recorded to its end though nobody reads what it prints',
  async (log) => {
    const arrived = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    await using api = await startApi(async (_request, response) => {
      arrived.resolve();
      await go.promise;
      response.setHeader('content-type', 'application/json').end('{"late":true}');
    });
    await using workspace = await createFolder(notesFiles(api.url));
    const child = spawn(
      process.execPath,
      [BIN, 'call', 'notes_list_notes', '--as', 'reader', '--log-level', log],
      { cwd: workspace.folder, env: { PATH: process.env['PATH'], HOME: workspace.folder } },
    );
    const { promise: exited, resolve } = Promise.withResolvers<number | null>();
    child.once('close', resolve);
    child.stdin.end();
    await arrived.promise;
    child.stdout.destroy();
    child.stderr.destroy();
    go.resolve();

    expect(await exited).toBe(0);
    const records = await readRecords(path.join(workspace.folder, '.bailiwick/audit'));
    const outcomes = records.filter(({ type }) => type === 'call.outcome');
    expect(outcomes).toMatchObject([{ result: { status: 'ok' } }]);
  },
);
