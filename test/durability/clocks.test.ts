import path from 'node:path';
import { expect, test } from 'vitest';
import { verifyDirectory } from '../../src/audit/verify.ts';
import { connect } from '../support/clients.ts';
import { startApi, startGateway } from '../support/gateway.ts';
import { durabilityFiles, WRITER_KEY } from './notes.ts';

const HOUR = 3_600_000;

test('a clock that jumps, hours back and days ahead, spoils neither the chain nor its order', async () => {
  const clock = { time: Date.UTC(2026, 10, 21, 12) };
  const jumps = [-5 * HOUR, 30 * 24 * HOUR, 1, -40 * 24 * HOUR, 0, 2 * HOUR];
  await using api = await startApi((_request, response) => {
    // In the middle of a call.
    clock.time += jumps[api.received.length - 1] ?? 0;
    response.writeHead(201, { 'content-type': 'application/json' }).end('{}');
  });
  await using gateway = await startGateway(durabilityFiles(api.url), {}, [], { now: () => clock.time });
  await using client = await connect('v2 legacy', gateway.endpoint, WRITER_KEY);
  for (const [index] of jumps.entries()) {
    const name = `n-${index}`;
    const result = await client.callTool({ name: 'notes_create_note', arguments: { name } });
    expect(result.isError ?? false, JSON.stringify(result)).toBe(false);
  }
  await client.close();
  await gateway.close();

  const report = await verifyDirectory(path.join(gateway.folder, '.bailiwick/audit'));
  expect(report).toMatchObject({ ok: true });
  const calls = (await gateway.calls()).toSorted((a, b) => a.seq - b.seq);
  const told = calls.map(({ type, args }) => `${type} ${JSON.stringify(args?.masked ?? '')}`);
  expect(told).toHaveLength(2 * jumps.length);
  for (const index of jumps.keys()) {
    expect(told[2 * index]).toContain(`n-${index}`);
    expect(calls[2 * index + 1]).toMatchObject({ type: 'call.outcome', call: calls[2 * index]?.call });
    expect(calls[2 * index + 1]?.result?.ms).toBe(Math.max(0, jumps[index] ?? 0));
  }
  // Times are what the clock said: the order is in `seq`.
  expect(calls.map(({ time }) => time)).not.toEqual(calls.map(({ time }) => time).toSorted());
});
