import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSink } from '../../src/audit/sinks/create-sink.ts';
import { readSegments, keptLog, temporaryDirectory, toRecord } from '../audit/support.ts';
import { keysOf, openTestSinks, startReceiver, toSettings, type Received } from './support.ts';

const CHILD = join(import.meta.dirname, 'deliver.child.ts');
const SECRET = `whsec_${'a'.repeat(32)}`;

test('a process that is killed while it delivers loses nothing: the next one sends the rest, in the order of each chain', async () => {
  const dir = await temporaryDirectory();
  let look: (() => void) | undefined;
  let count = 0;
  const { url, received } = await startReceiver((_, response) => {
    count += 1;
    // Some deliveries are taken and never answered, some are refused for now.
    if (count % 7 === 3) return void response.destroy();
    if (count % 7 === 5) return void response.writeHead(503, { 'retry-after': '0' }).end();
    response.end();
    look?.();
  });

  for (const chain of ['first', 'second', 'third']) {
    const child = spawn(process.execPath, [CHILD, dir, chain, url, SECRET], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    look = () => {
      if (received.filter(({ body }) => body.includes(`"chain":"${chain}"`)).length > 10) resolve();
    };
    await promise;
    child.kill('SIGKILL');
    await once(child, 'close');
  }

  const settings = toSettings({ name: 'hook', stdout: undefined, webhook: { url, secret: SECRET } });
  const sink = createSink(settings, { files: new Map(), logger: keptLog(), now: Date.now });
  const { sinks, clock } = openTestSinks(dir, sink, {
    settings: [settings],
    own: { chain: 'mine', headSeq: () => 0 },
  });
  await clock.advance(60_000);
  await sinks.close(10_000);

  const sent = received.flatMap(toKeys);
  for (const chain of ['first', 'second', 'third']) {
    const lines = (await readSegments(dir, chain)).flatMap(({ text }) => text.split('\n').slice(0, -1));
    const onDisk = keysOf(lines.map(toRecord));
    const firstTimes = [...new Set(sent.filter((key) => key.startsWith(`${chain}:`)))];
    expect(firstTimes).toEqual(onDisk);
  }
  expect((await readdir(join(dir, '.sinks', 'hook'))).toSorted()).toEqual(
    expect.arrayContaining(['first.json', 'second.json', 'third.json']),
  );
});

function toKeys({ body }: Received): string[] {
  return keysOf(JSON.parse(body));
}
