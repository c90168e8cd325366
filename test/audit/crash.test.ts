import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verifyDirectory } from '../../src/audit/verify.ts';
import { readSegments, temporaryDirectory, toRecord } from './support.ts';

const CHILD = join(import.meta.dirname, 'durable-writer.child.ts');

test('a process that is killed loses no acknowledged record, and leaves a chain that verifies', async () => {
  const dir = await temporaryDirectory();
  for (const [chain, enough] of [
    ['first', 1],
    ['second', 150],
    ['third', 700],
  ] as const) {
    const child = spawn(process.execPath, [CHILD, dir, chain], { stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (printed.split('\n').length > enough) child.kill('SIGKILL');
    });
    await once(child, 'close');
    expect(child.signalCode).toBe('SIGKILL');

    const acknowledged = printed.split('\n').slice(0, -1);
    const segments = await readSegments(dir, chain);
    // What stands after the last line feed was never acknowledged.
    const lines = segments.flatMap(({ text }) => text.split('\n').slice(0, -1));
    const onDisk = new Set(lines.map((line) => toRecord(line).call));
    expect(acknowledged.length).toBeGreaterThanOrEqual(enough);
    expect(acknowledged.filter((call) => !onDisk.has(call))).toEqual([]);
    const report = await verifyDirectory(dir);
    expect(report.chains.find((one) => one.chain === chain)).toMatchObject({
      ok: true,
      records: lines.length,
    });
  }
});
