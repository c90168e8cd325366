import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { verifyDirectory } from '../../src/audit/verify.ts';
import { freePort, startNode, type Child } from '../support/child-process.ts';
import { connect } from '../support/clients.ts';
import { createFolder, REPOSITORY, startApi } from '../support/gateway.ts';
import { untilReady } from '../support/gateway-process.ts';
import { createRandom, seedOf } from '../support/random.ts';
import { durabilityFiles, intentsOnDisk, WRITER_KEY } from './notes.ts';

/** `ROUNDS=50 npx vitest run test/durability` kills more often. */
const ROUNDS = Number(process.env['ROUNDS'] ?? 3);

const CALLERS = 8;

/**
 * A read may leave before its intent is on disk, by at most the writer's delay (50 ms), the write itself, and what a busy
 * machine adds between the request's arrival and the kill.
 */
const READS_MAY_MISS_MS = 1_000;

test(`of every request that the API received from a gateway that is killed ${ROUNDS} times there is an intent`, async () => {
  /** Names of requests with the moment in which they arrived. */
  const arrived = new Map<string, { at: number; method: string }>();
  const acknowledged: string[] = [];
  let killAt = Number.POSITIVE_INFINITY;
  let child: Child | undefined;
  const deaths: number[] = [];
  const random = createRandom(seedOf('kill'));
  await using api = await startApi(({ method, url, body }, response) => {
    const name = method === 'POST' ? (JSON.parse(body) as { name: string }).name : url.split('name=')[1];
    arrived.set(name ?? '', { at: performance.now(), method });
    response.setHeader('content-type', 'application/json');
    response.writeHead(method === 'POST' ? 201 : 200).end('{"ok":true}');
    if (arrived.size !== killAt) return;
    deaths.push(performance.now());
    child?.process.kill('SIGKILL');
  });
  const port = await freePort();
  await using workspace = await createFolder(durabilityFiles(api.url, { listen: `127.0.0.1:${port}` }));
  const { folder } = workspace;
  const audit = path.join(folder, '.bailiwick/audit');
  await mkdir(audit, { recursive: true });

  const start = async (): Promise<Child> => {
    const started = startNode([path.join(REPOSITORY, 'src/main.ts'), 'serve', '--log-level', 'error'], {
      cwd: folder,
    });
    started.process.stdout?.resume();
    await untilReady(`http://127.0.0.1:${port}`, started);
    return started;
  };
  /** Writes and reads by turns, until the gateway answers no more. */
  const callOn = async (round: number, caller: number): Promise<void> => {
    await using client = await connect('v2 modern', `http://127.0.0.1:${port}/mcp`, WRITER_KEY);
    for (let count = 0; ; count += 1) {
      const name = `n-${round}-${caller}-${count}`;
      const tool = count % 3 === 2 ? 'notes_find_notes' : 'notes_create_note';
      const result = await client.callTool({ name: tool, arguments: { name } });
      expect(result.isError ?? false, JSON.stringify(result)).toBe(false);
      acknowledged.push(name);
    }
  };

  for (let round = 0; round < ROUNDS; round += 1) {
    killAt = arrived.size + 5 + Math.floor(random() * 100);
    child = await start();
    const gone = new Promise((resolve) => child?.process.once('exit', resolve));
    const calls = await Promise.allSettled(
      Array.from({ length: CALLERS }, (_, caller) => callOn(round, caller)),
    );
    expect(calls.every(({ status }) => status === 'rejected')).toBe(true);
    await gone;
    expect(child.process.signalCode).toBe('SIGKILL');
  }
  const last = await start();
  await last.stop();

  const intents = await intentsOnDisk(audit);
  const missing = [...arrived].filter(([name]) => !intents.has(name));
  expect(missing.filter(([, { method }]) => method === 'POST')).toEqual([]);
  const early = missing.filter(
    ([, { at }]) => !deaths.some((death) => Math.abs(death - at) < READS_MAY_MISS_MS),
  );
  expect(early).toEqual([]);
  const writes = acknowledged.filter((name) => arrived.get(name)?.method === 'POST');
  expect(writes.filter((name) => !intents.has(name))).toEqual([]);
  expect(writes.length).toBeGreaterThan(ROUNDS * 5);

  const report = await verifyDirectory(audit);
  expect(report.chains.filter(({ ok }) => !ok)).toEqual([]);
  expect(report.chains).toHaveLength(ROUNDS + 1);
});
