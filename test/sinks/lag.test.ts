import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SinkFault } from '../../src/audit/sinks/sink.ts';
import { CHAIN, temporaryDirectory } from '../audit/support.ts';
import { bailiwick } from '../support/command-line.ts';
import { createMemorySink, intents, leaveChain, openTestSinks, toSettings } from './support.ts';

test('`audit sinks` says how far each sink is behind, and what was put aside', async () => {
  const folder = await temporaryDirectory();
  const dir = join(folder, 'audit');
  await leaveChain(dir, CHAIN, intents(5));
  await leaveChain(dir, 'left', intents(3));
  let head = 3;
  const sink = createMemorySink((records) =>
    records.some(({ seq, chain }) => chain === CHAIN && seq === 2)
      ? new SinkFault('refused', 'no')
      : undefined,
  );
  const { clock } = openTestSinks(dir, sink, { seq: () => head, settings: [toSettings({ name: 'siem' })] });
  await clock.advance(10_000);
  head = 5;
  await appendFile(join(dir, 'left', '000000000001.jsonl'), '{"torn');
  await writeFile(
    join(folder, 'bailiwick.yaml'),
    'sources: {}\naudit: { dir: audit, sinks: [{ name: siem, stdout: true }, { name: new, required: true, otlp: { url: "http://127.0.0.1:1" } }] }\n',
  );
  const { status, out } = await bailiwick(folder, ['audit', 'sinks']);
  expect(status).toBe(0);
  expect(out.split('\n').map((line) => line.trim().split(/\s{2,}/))).toEqual(
    expect.arrayContaining([
      ['SINK', 'KIND', 'REQUIRED', 'BEHIND', 'IN CHAINS', 'PUT ASIDE'],
      ['siem', 'stdout', 'no', '2', '1', '1'],
      ['new', 'otlp', 'yes', '8', '2', '0'],
      [`siem: has 3 of 5 records of ${CHAIN}`],
    ]),
  );
  const absent = await bailiwick(folder, ['audit', 'sinks', '--dir', 'absent']);
  expect([absent.status, absent.err]).toEqual([2, 'bailiwick: --dir: there is no directory absent\n']);
  const json = JSON.parse((await bailiwick(folder, ['audit', 'sinks', '--json'])).out);
  expect(json.sinks[1]).toMatchObject({
    name: 'new',
    records: 8,
    chains: [{ chain: CHAIN, passed: 0, last: 5 }, { chain: 'left' }],
  });
});

test('files that are not the chain’s own cost no record', async () => {
  const dir = await temporaryDirectory();
  await leaveChain(dir, CHAIN, intents(2));
  for (const name of ['0000000000001.jsonl', '000000000001.jsonl.bak', 'note.txt']) {
    await writeFile(join(dir, CHAIN, name), 'x\n');
  }
  const sink = createMemorySink();
  const { clock } = openTestSinks(dir, sink, { seq: () => 2 });
  await clock.advance(10_000);
  expect(sink.taken.map(({ seq }) => seq)).toEqual([1, 2]);
});
