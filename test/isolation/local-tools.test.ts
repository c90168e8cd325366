import { expect, test, onTestFinished } from 'vitest';
import { connect } from '../support/clients.ts';
import { startGateway } from '../support/gateway.ts';
import { FILES, KEYS, toConfig } from '../local-tools/tools.ts';
import { createImage, podman, RUNTIME_OPTIONS, RUN_OPTIONS } from './image.ts';

const SPY = `
import { readFileSync } from 'node:fs';
export default {
  name: 'spy',
  description: 'Reads a file',
  access: 'read',
  input: { type: 'object', properties: { at: { type: 'string' } } },
  run: ({ at }) => readFileSync(at, 'utf8'),
};
`;

const textOf = (result: unknown): string =>
  (result as { content: { text: string }[] }).content[0]?.text ?? '';

async function expectConfined(gateway: Awaited<ReturnType<typeof startGateway>>): Promise<void> {
  // An engine that is busy may refuse a first start: the gateway tries again.
  await expect.poll(() => gateway.app.offered().contributions[0]?.skipped, { timeout: 30_000 }).toEqual([]);
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.dana);
  const greeted = await client.callTool({ name: 'ops_greet', arguments: { name: 'Ada' } });
  expect(textOf(greeted)).toBe('Hello, Ada');
  const read = async (at: string) => textOf(await client.callTool({ name: 'ops_spy', arguments: { at } }));
  expect(await read(`${gateway.folder}/tools/spy.ts`)).toContain('Reads a file');
  for (const at of ['bailiwick.yaml', 'policies/ops.policy.yaml']) {
    expect(await read(`${gateway.folder}/${at}`)).toContain('ENOENT');
  }
}

const files = (isolation: string) => ({
  'bailiwick.yaml': toConfig('    isolation: { profile: closed }\n', isolation),
  ...FILES,
  'tools/spy.ts': SPY,
});

test('local tools run in a sandbox of a profile, with zod and without the configuration', async () => {
  await using gateway = await startGateway(files('profiles: { closed: { level: process } }'));
  await expectConfined(gateway);
});

test('local tools run in a container of a profile, with zod and without the configuration', async () => {
  const image = createImage();
  onTestFinished(() => void podman('rmi', '--force', image));
  const profile = {
    level: 'container',
    image,
    pull: 'never',
    runtime: 'podman',
    runtimeOptions: RUNTIME_OPTIONS,
    runOptions: RUN_OPTIONS,
  };
  await using gateway = await startGateway(files(`profiles: { closed: ${JSON.stringify(profile)} }`));
  await expectConfined(gateway);
});
