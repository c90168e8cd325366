import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { removeOld } from '../../src/audit/retention.ts';
import { SinkFault } from '../../src/audit/sinks/sink.ts';
import { CHAIN, keptLog, temporaryDirectory } from '../audit/support.ts';
import {
  createMemorySink,
  intents,
  leaveChain,
  openTestSinks,
  range,
  seqsOf,
  toSettings,
} from './support.ts';

test('no file is removed before every required sink has it; one that is not required is not waited for', async () => {
  const dir = await temporaryDirectory();
  await leaveChain(dir, 'left', intents(9), 1500);
  let isAway = true;
  const siem = createMemorySink(() => (isAway ? new SinkFault('retry', 'away') : undefined));
  const dead = createMemorySink(() => new SinkFault('retry', 'away'));
  const settings = [toSettings({ name: 'siem', required: true }), toSettings({ name: 'dead' })];
  const { sinks, clock } = openTestSinks(dir, ({ name }) => (name === 'siem' ? siem : dead), { settings });
  clock.followers = 2;
  const remove = async (): Promise<string[]> => {
    await removeOld({
      dir,
      ownChain: CHAIN,
      keep: { bytes: 1 },
      isPassed: sinks.isPassed,
      record: () => Promise.resolve(),
      now: clock.now,
      logger: keptLog(),
    });
    return (await readdir(dir)).filter((name) => !name.startsWith('.'));
  };

  await clock.advance(10_000);
  expect(await remove()).toEqual(['left']);
  isAway = false;
  await clock.advance(60_000);
  expect(seqsOf(siem.taken)).toEqual(expect.arrayContaining(range(1, 9)));
  expect(await remove()).toEqual([]);
});
