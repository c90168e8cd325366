import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { verifyDirectory } from '../../src/audit/verify.ts';
import { toRecord } from './support.ts';

/** A chain that Bailiwick 0.1.0 wrote, before chains were signed. It is never written anew. */
const DIRECTORY = path.join(import.meta.dirname, 'fixtures/release-0.1.0');

test('records of an earlier release are records of the published schema, and their chain verifies', async () => {
  const [chain = ''] = await readdir(DIRECTORY);
  const text = await readFile(path.join(DIRECTORY, chain, '000000000001.jsonl'), 'utf8');
  const records = text.trimEnd().split('\n').map(toRecord);
  expect(new Set(records.map(({ type }) => type))).toEqual(
    new Set(['config', 'call.intent', 'call.outcome', 'call.refused']),
  );
  expect(records.every(({ v }) => v === 1)).toBe(true);

  const report = await verifyDirectory(DIRECTORY);
  expect(report).toMatchObject({ ok: true, chains: [{ chain, records: records.length }] });
});
