import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isLive } from '../../src/audit/live-chains.ts';
import { CHAIN, intent, openTestChain, temporaryDirectory } from './support.ts';

test('a chain is live from its first moment until it is closed, and never again', async () => {
  const dir = await temporaryDirectory();
  const writer = await openTestChain({ dir });
  expect(await isLive(dir, CHAIN)).toBe(true);
  await writer.append(intent('a'), { durable: true });
  expect(await isLive(dir, CHAIN)).toBe(true);
  await writer.close();
  expect(await isLive(dir, CHAIN)).toBe(false);
  expect(await isLive(dir, 'a-chain-of-long-ago')).toBe(false);
});

test('a chain is not live once its process was killed', async () => {
  const dir = await temporaryDirectory();
  const child = spawn(process.execPath, [join(import.meta.dirname, 'durable-writer.child.ts'), dir, CHAIN], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  expect(await isLive(dir, CHAIN)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(await isLive(dir, CHAIN)).toBe(false);
  expect(await readdir(join(dir, '.live')), 'the mark stays until the chain was put in order').toEqual([
    CHAIN,
  ]);
});
