import { expect, test } from 'vitest';
import { createLog } from '../ledger/support.ts';
import { principal } from '../policy/fixtures.ts';
import { CLIENT_KINDS, connect, rejection, type AnyClient } from '../support/clients.ts';
import { createFolder, startGateway } from '../support/gateway.ts';
import { runWith } from '../support/in-process.ts';
import { connectOverStdio } from '../support/stdio.ts';
import { CLUSTER_POLICY, clusterFiles, KEY_OF, startCluster } from './cluster.ts';

const MORNING = Date.UTC(2026, 10, 20, 9);
const NIGHT = Date.UTC(2026, 10, 20, 3);

/** What a call comes to: the code of its refusal, or `ok`. */
async function outcomeOf(client: AnyClient, name: string, args: Record<string, unknown>): Promise<string> {
  const result = await client.callTool({ name, arguments: args });
  if (result.isError !== true) return 'ok';
  return (result.structuredContent as { error: { code: string } }).error.code;
}

const CALLS: readonly [tool: string, args: Record<string, unknown>, expected: string, rules: string[]][] = [
  ['list_pods', { namespace: 'team-a' }, 'ok', ['cluster/own']],
  ['list_pods', { namespace: 'prod' }, 'POLICY_DENIED', []],
  ['list_pods', { namespace: 'TEAM-A' }, 'POLICY_DENIED', []],
  ['scale', { metadata: { namespace: 'team-a' }, replicas: 3 }, 'ok', ['cluster/few']],
  ['scale', { metadata: { namespace: 'team-a' }, replicas: 4 }, 'POLICY_DENIED', []],
  ['scale', { metadata: { namespace: 'team-b' }, replicas: 1 }, 'POLICY_DENIED', []],
  ['scale', { metadata: 'team-a', replicas: 1 }, 'INVALID_ARGUMENTS', []],
  ['read_secret', { name: 'db' }, 'ok', ['cluster/secrets']],
  ['read_secret', { name: 'kube-root' }, 'POLICY_DENIED', ['cluster/no-kube']],
];

test('the same policy gives the same answers in both eras, and a record of each decision with its rules', async () => {
  await using api = await startCluster();
  await using gateway = await startGateway(clusterFiles(api.url), {}, [], { now: () => MORNING });
  for (const kind of CLIENT_KINDS) {
    await using client = await connect(kind, gateway.endpoint, KEY_OF.dev);
    for (const [tool, args, expected] of CALLS) {
      expect([kind, tool, args, await outcomeOf(client, `cluster_${tool}`, args)]).toEqual([
        kind,
        tool,
        args,
        expected,
      ]);
    }
  }
  expect(api.received).toHaveLength(3 * CALLS.filter(([, , expected]) => expected === 'ok').length);
  await gateway.close();
  const decided = (await gateway.calls()).filter(({ type }) => type !== 'call.outcome');
  const expected = CALLS.map(([name, args, code, rules]) => [
    name,
    args,
    code === 'INVALID_ARGUMENTS' ? undefined : rules,
  ]);
  expect(
    decided.map(({ target, args, decision }) => [target?.name, args?.full ?? args?.masked, decision?.rules]),
  ).toEqual([...expected, ...expected, ...expected]);
});

test.each(CLIENT_KINDS)('a client over stdio gets the same answers (%s)', async (kind) => {
  await using api = await startCluster();
  await using gateway = await startGateway(clusterFiles(api.url), {}, [], { now: () => MORNING });
  const served = { gateway: gateway.app.gateway, principal: principal({ scopes: ['dev'] }) };
  await using client = await connectOverStdio(kind, { ...served, logger: createLog().logger });
  for (const [tool, args, expected] of CALLS) {
    expect([tool, args, await outcomeOf(client, `cluster_${tool}`, args)]).toEqual([tool, args, expected]);
  }
});

test('the command line takes the same road', async () => {
  await using api = await startCluster();
  // It has no clock but the machine's.
  const policy = CLUSTER_POLICY.replace(/.*id: night.*\n/, '');
  await using workspace = await createFolder(clusterFiles(api.url, '', policy));
  for (const [tool, args, expected] of CALLS) {
    const words = ['call', `cluster_${tool}`, '--as', 'dev', '--json', '--args', JSON.stringify(args)];
    const { status, out } = await runWith(workspace.folder, words);
    expect([tool, args, status]).toEqual([tool, args, expected === 'ok' ? 0 : 1]);
    if (expected !== 'ok') expect(out).toContain(expected);
  }
});

test('plan shows the request with what policy sets, and refuses as the call would be', async () => {
  await using api = await startCluster();
  await using workspace = await createFolder(clusterFiles(api.url));
  const plan = (...words: string[]) => runWith(workspace.folder, ['plan', 'cluster_list_pods', ...words]);
  expect((await plan('--as', 'pinned')).out).toContain('/namespaces/team-a/pods?limit=20');
  const other = await plan('--as', 'pinned', '--args', '{"namespace":"prod"}');
  expect(other).toMatchObject({ status: 1, err: expect.stringContaining('policy does not permit') });
  expect((await plan('--args', '{"namespace":"prod"}')).out).toContain('/namespaces/prod/pods');
  expect(api.received).toEqual([]);
});

test('time is the clock of the road', async () => {
  await using api = await startCluster();
  let now = NIGHT;
  await using gateway = await startGateway(clusterFiles(api.url), {}, [], { now: () => now });
  await using client = await connect('v2 modern', gateway.endpoint, KEY_OF.dev);
  const args = { metadata: { namespace: 'team-a' }, replicas: 1 };
  expect(await outcomeOf(client, 'cluster_scale', args)).toBe('POLICY_DENIED');
  now = MORNING;
  expect(await outcomeOf(client, 'cluster_scale', args)).toBe('ok');
});

test.each(CLIENT_KINDS)('a condition sees the endpoint that a call came to (%s)', async (kind) => {
  await using api = await startCluster();
  await using gateway = await startGateway(clusterFiles(api.url));
  await using all = await connect(kind, gateway.endpoint, KEY_OF.dev);
  await using one = await connect(kind, `${gateway.endpoint}/cluster`, KEY_OF.dev);
  expect(await outcomeOf(all, 'cluster_list_pods', { namespace: 'team-b' })).toBe('ok');
  expect(await outcomeOf(one, 'list_pods', { namespace: 'team-b' })).toBe('POLICY_DENIED');
  expect(await outcomeOf(one, 'list_pods', { namespace: 'team-a' })).toBe('ok');
});

test.each(CLIENT_KINDS)(
  'a refusal says what would be permitted, and where the fault is (%s)',
  async (kind) => {
    await using api = await startCluster();
    await using gateway = await startGateway(clusterFiles(api.url), {}, [], { now: () => MORNING });
    await using client = await connect(kind, gateway.endpoint, KEY_OF.dev);
    const { structuredContent, content } = await client.callTool({
      name: 'cluster_list_pods',
      arguments: { namespace: 'prod' },
    });
    expect(structuredContent).toEqual({
      error: {
        code: 'POLICY_DENIED',
        message: expect.stringContaining('namespace must be one of "team-a", "team-b"'),
        rules: [],
        pointer: '/namespace',
      },
    });
    expect(JSON.stringify(content)).toContain('must be one of');
    const scaled = await client.callTool({
      name: 'cluster_scale',
      arguments: { metadata: { namespace: 'team-b' }, replicas: 9 },
    });
    const { error } = scaled.structuredContent as { error: { message: string; pointer?: string } };
    expect(error.message).toContain('metadata.namespace must be "team-a"');
    expect(error.message).toContain('replicas must be at most 3');
    expect(error.pointer).toBeUndefined();
  },
);

test('which scope is missing is told on the command line, and to nobody where policy says nothing of it', async () => {
  await using api = await startCluster();
  const rule = '{ id: all, effect: permit, who: { scopes: [all] }, what: { tool: list_pods } }';
  const policy = CLUSTER_POLICY.replace('rules:', `rules:\n  - ${rule}`);
  await using gateway = await startGateway(clusterFiles(api.url, '', policy));
  await using client = await connect('v2 modern', gateway.endpoint, KEY_OF.dev);
  const args = { namespace: 'prod' };
  const { structuredContent } = await client.callTool({ name: 'cluster_list_pods', arguments: args });
  expect((structuredContent as { error: object }).error).not.toHaveProperty('missingScopes');
  const words = ['call', 'cluster_list_pods', '--as', 'dev', '--json', '--args', JSON.stringify(args)];
  const { out } = await runWith(gateway.folder, words);
  expect(JSON.parse(out)).toMatchObject({ structuredContent: { error: { missingScopes: ['all'] } } });
});

test.each(CLIENT_KINDS)('two principals are shown what each may call, narrowed (%s)', async (kind) => {
  await using api = await startCluster();
  await using gateway = await startGateway(clusterFiles(api.url), {}, [], { now: () => MORNING });
  await using dev = await connect(kind, gateway.endpoint, KEY_OF.dev);
  await using pinned = await connect(kind, gateway.endpoint, KEY_OF.pinned);
  const [devs, others] = [(await dev.listTools()).tools, (await pinned.listTools()).tools];
  expect(devs.map(({ name }) => name)).toEqual(['cluster_list_pods', 'cluster_read_secret', 'cluster_scale']);
  expect(others.map(({ name }) => name)).toEqual(['cluster_list_pods']);
  const [list, secret, scale] = devs;
  expect(list?.inputSchema.properties?.['namespace']).toMatchObject({ enum: ['team-a', 'team-b'] });
  expect(scale?.inputSchema.properties).toMatchObject({
    metadata: { properties: { namespace: { const: 'team-a' } } },
    replicas: { maximum: 3 },
  });
  // What is masked fits no schema that was written for the whole.
  expect([list?.outputSchema !== undefined, secret?.outputSchema]).toEqual([true, undefined]);
});

test('a hidden tool and an absent one are told apart by nothing, whatever is sent', async () => {
  await using api = await startCluster();
  await using gateway = await startGateway(clusterFiles(api.url));
  await using client = await connect('v2 modern', gateway.endpoint, KEY_OF.dev);
  for (const args of [{}, { a: 1 }, { namespace: { $ref: 'x' } }, { metadata: [[[]]] }]) {
    const hidden = await rejection(client.callTool({ name: 'cluster_wipe', arguments: args }));
    const absent = await rejection(client.callTool({ name: 'cluster_wipf', arguments: args }));
    expect([absent.message.replace('wipf', 'wipe'), absent.code, absent.data]).toEqual([
      hidden.message,
      hidden.code,
      hidden.data,
    ]);
  }
});
