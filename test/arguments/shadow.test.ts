import path from 'node:path';
import { expect, test } from 'vitest';
import type { createGateway } from '../../src/gateway/gateway.ts';
import { CLIENT_KINDS, connect } from '../support/clients.ts';
import { startGateway } from '../support/gateway.ts';
import { runHere, runWith } from '../support/in-process.ts';
import { CLUSTER_POLICY, clusterFiles, KEY_OF, startCluster } from './cluster.ts';

const NEXT = CLUSTER_POLICY.replace('["team-a", "team-b"]', '["team-a"]')
  .replace('{ tool: read_secret }, obligations: { mask: [/data/*] } }', '{ tool: wipe } }')
  .replace(/.*id: night.*\n/, '');

const MORE = 'shadow: { policies: next.policy.yaml }';

const shadowed = (url: string, next = NEXT) => ({ ...clusterFiles(url, MORE), 'next.policy.yaml': next });

test.each(CLIENT_KINDS)(
  'what shadow policies decide changes nothing, and is recorded where it differs (%s)',
  async (kind) => {
    await using api = await startCluster();
    await using gateway = await startGateway(shadowed(api.url));
    await using client = await connect(kind, gateway.endpoint, KEY_OF.dev);
    const list = async (namespace: string) =>
      (await client.callTool({ name: 'cluster_list_pods', arguments: { namespace } })).isError ?? false;
    expect([await list('team-a'), await list('team-b'), await list('prod')]).toEqual([false, false, true]);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('cluster_read_secret');
    await gateway.close();
    const records = await gateway.records();
    const decided = records.filter(({ decision }) => decision !== undefined);
    expect(decided.map(({ detail }) => detail?.['shadow'])).toEqual([
      undefined,
      { effect: 'deny', rules: [], reason: 'no-rule', policy: expect.stringMatching(/^sha256:/) },
      undefined,
    ]);
    expect(records.find(({ type }) => type === 'list')?.detail).toMatchObject({
      shadow: {
        gains: ['cluster_wipe'],
        losses: ['cluster_read_secret'],
        changes: ['cluster_list_pods', 'cluster_scale'],
      },
    });
    const told = gateway.log.filter((line) => line.includes('the shadow policies decide'));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('1 of 2 calls otherwise (permit → deny 1)');
  },
);

test('the readers of the record show what would have been decided', async () => {
  await using api = await startCluster();
  await using gateway = await startGateway(shadowed(api.url));
  await using client = await connect('v2 modern', gateway.endpoint, KEY_OF.dev);
  for (const namespace of ['team-a', 'team-b']) {
    await client.callTool({ name: 'cluster_list_pods', arguments: { namespace } });
  }
  await gateway.close();
  const directory = path.join(gateway.folder, '.bailiwick/audit');
  const query = await runHere(['audit', 'query', directory, '--shadow', '--json']);
  const { calls } = JSON.parse(query.out) as { calls: { call: string; args: unknown }[] };
  expect(calls).toMatchObject([{ args: { full: { namespace: 'team-b' } } }]);
  const table = await runHere(['audit', 'query', directory, '--shadow']);
  expect(table.out).toMatch(/TOOL +SHADOW +SHADOW RULES +STATUS/);
  expect(table.out).toMatch(/cluster_list_pods +permit → deny +no-rule +ok/);
  const all = await runHere(['audit', 'query', directory]);
  expect(all.out).not.toContain('SHADOW');
  for (const { out } of [table, all]) expect(out).toContain('in the shadow 0 gained, 1 lost');
  const show = await runHere(['audit', 'show', calls[0]?.call ?? '', directory]);
  expect(show.out).toMatch(/shadow +would be deny {2}no-rule/);
});

test('a shadow policy that does not load keeps a gateway from starting, and changes nothing on a reload', async () => {
  await using api = await startCluster();
  await expect(startGateway(shadowed(api.url, 'policy: next\nrules: [ { id: x } ]'))).rejects.toThrow(
    'next.policy.yaml:2:',
  );
  await using gateway = await startGateway(shadowed(api.url));
  const before = gateway.app.gateway.current().shadow?.policy.digest;
  await gateway.write('next.policy.yaml', 'policy: next\nrules: [ { id: x } ]');
  await gateway.write('policies/cluster.policy.yaml', 'policy: closed');
  await gateway.reload();
  expect(gateway.app.gateway.current().shadow?.policy.digest).toBe(before);
  expect(gateway.app.policy().rules).toEqual([]);
  expect(gateway.log.some((line) => line.includes('the shadow policies stay as they were'))).toBe(true);
  const check = await runWith(gateway.folder, ['check']);
  expect(check).toMatchObject({ status: 2 });
});

function fail(): never {
  throw new Error('broken');
}

test('shadow policies that fail fail nobody, neither in calls nor in lists', async () => {
  await using api = await startCluster();
  await using gateway = await startGateway(shadowed(api.url));
  const inner = gateway.app.gateway as ReturnType<typeof createGateway>;
  const { shadow, ...enforced } = inner.current();
  if (!shadow) throw new Error('there are shadow policies');
  const broken = { policy: Object.defineProperty({ ...shadow.policy }, 'rules', { get: fail }), view: fail };
  inner.swap({ ...enforced, shadow: broken });
  await using client = await connect('v2 modern', gateway.endpoint, KEY_OF.dev);
  expect((await client.listTools()).tools).not.toEqual([]);
  const call = { name: 'cluster_list_pods', arguments: { namespace: 'team-a' } };
  expect((await client.callTool(call)).isError).toBeFalsy();
});
