import { expect } from 'vitest';
import { listAll, textOf, WAIT, type Pair, type Proven } from './promises.ts';

/** What holds for each pair of what a server asks and tells its client. */
export const BACK_CHANNEL: readonly Proven[] = [
  ['asks the client for a form', (pair) => answers(pair, 'ask', 'accept {"name":"Ada"}')],
  ['asks the client’s model', (pair) => answers(pair, 'sample', '{"type":"text","text":"hello"}')],
  ['asks for the client’s roots', (pair) => answers(pair, 'roots', 'file:///no-such-folder')],
  ['sends log messages as severe as wanted', logs],
  ['tells of a changed resource and of changed tools', follows],
];

async function answers({ client, shown }: Pair, tool: string, expected: string): Promise<void> {
  expect(textOf(await client.call(shown(tool)))).toBe(expected);
}

async function logs({ client, shown }: Pair): Promise<void> {
  const before = client.told.length;
  await client.wantLogs('error');
  await client.call(shown('log'));
  const logged = (): string[] => client.told.slice(before).filter((line) => line.startsWith('log:'));
  await expect.poll(logged, WAIT).toEqual(['log:loud']);
}

async function follows({ client, shown, uri, isShared }: Pair): Promise<void> {
  // Calls of a modern client have no session in common, so they may come to another process.
  if (!isShared && client.isModern) return;
  await client.follow(uri('test://note'));
  await client.call(shown('touch'));
  await expect.poll(() => client.told, WAIT).toContain(`updated:${uri('test://note')}`);
  if (!isShared) return;
  const before = client.told.length;
  const grown = textOf(await client.call(shown('grow')));
  await expect.poll(() => client.told.slice(before), WAIT).toContain('tools');
  await expect
    .poll(async () => (await listAll(client)).map(({ name }) => name), WAIT)
    .toContain(shown(grown));
  expect(textOf(await client.call(shown(grown)))).toBe(grown);
}
