import { expect, test } from 'vitest';
import { CLIENT_KINDS, connect, type AnyClient } from '../support/clients.ts';
import { startGateway } from '../support/gateway.ts';
import { clusterFiles, KEY_OF, startCluster } from './cluster.ts';

type Result = Awaited<ReturnType<AnyClient['callTool']>>;

/** The text of a result, all blocks in one. */
function textOf({ content }: Result): string {
  return (content as { text?: string }[]).map(({ text = '' }) => text).join('\n');
}

test.each(CLIENT_KINDS)(
  'what is pinned is filled in before the schema is checked, and the record names it (%s)',
  async (kind) => {
    await using api = await startCluster();
    await using gateway = await startGateway(clusterFiles(api.url));
    await using client = await connect(kind, gateway.endpoint, KEY_OF.pinned);
    const result = await client.callTool({ name: 'cluster_list_pods', arguments: {} });
    expect(result.isError).toBeFalsy();
    expect(api.received.map(({ url }) => url)).toEqual(['/namespaces/team-a/pods?limit=20']);
    // The projection, and neither the node nor the next page's address in the answer.
    expect(JSON.parse(textOf(result).split('\n')[0] ?? '')).toEqual([{ name: 'web' }]);
    const same = await client.callTool({
      name: 'cluster_list_pods',
      arguments: { namespace: 'team-a', limit: 5 },
    });
    expect(same.isError).toBeFalsy();
    const other = await client.callTool({ name: 'cluster_list_pods', arguments: { namespace: 'prod' } });
    expect(other.structuredContent).toMatchObject({ error: { code: 'POLICY_DENIED' } });
    expect(api.received.map(({ url }) => url).slice(1)).toEqual(['/namespaces/team-a/pods?limit=5']);
    await gateway.close();
    const [intent, , second] = (await gateway.calls()).filter(({ args }) => args !== undefined);
    expect(intent).toMatchObject({ args: { full: {} } });
    expect(intent?.detail).toEqual({ set: ['/namespace', '/limit'], select: 'items[].{name: name}' });
    expect(second?.decision).toMatchObject({ effect: 'deny', reason: 'no-rule' });
  },
);

test.each(CLIENT_KINDS)(
  'the call that gets the next page has what the caller sent, and nothing of what policy set (%s)',
  async (kind) => {
    await using api = await startCluster();
    await using gateway = await startGateway(clusterFiles(api.url));
    await using client = await connect(kind, gateway.endpoint, KEY_OF.pinned);
    const first = await client.callTool({
      name: 'cluster_list_pods',
      arguments: { select: '[].name' },
    });
    expect(first.structuredContent).toEqual({ result: ['web'] });
    const next = first._meta?.['io.bailiwick/next'] as { arguments: Record<string, unknown> };
    expect(next.arguments).toEqual({ select: '[].name', page: '2' });
    expect(textOf(first)).toContain('More: call again with {"select":"[].name","page":"2"}');
    expect(textOf(first)).not.toContain('team-a');
    const second = await client.callTool({ name: 'cluster_list_pods', arguments: next.arguments });
    expect(second.structuredContent).toEqual({ result: ['web'] });
    expect(api.received.at(-1)?.url).toBe('/namespaces/team-a/pods?limit=20&page=2');
  },
);

test.each(CLIENT_KINDS)(
  'masked values are nowhere: not in structure, text, errors, or what the caller selects (%s)',
  async (kind) => {
    await using api = await startCluster();
    await using gateway = await startGateway(clusterFiles(api.url));
    await using client = await connect(kind, gateway.endpoint, KEY_OF.dev);
    const read = (name: string, select?: string): Promise<Result> =>
      client.callTool({ name: 'cluster_read_secret', arguments: { name, ...(select && { select }) } });
    const masked = { name: 'db', data: { password: '***', port: '***' } };
    const whole = await read('db');
    expect(whole.structuredContent).toEqual(masked);
    expect(JSON.parse(textOf(whole))).toEqual(masked);
    expect((await read('db', '{moved: data.password, name: name}')).structuredContent).toEqual({
      result: { moved: '***', name: 'db' },
    });
    const missing = await read('missing');
    expect(missing).toMatchObject({
      isError: true,
      structuredContent: { error: { status: 404, body: { data: { hint: '***' }, why: 'gone' } } },
    });
    for (const name of ['odd', 'plain', 'missing', 'moved']) {
      const result = await read(name);
      expect(result.isError).toBe(true);
      expect(JSON.stringify(result)).not.toContain('hunter2');
    }
    expect((await read('moved')).structuredContent).toMatchObject({ error: { status: 302 } });
    expect((await read('plain')).structuredContent).toMatchObject({ error: { code: 'RESULT_WITHHELD' } });
    await gateway.close();
    const outcomes = (await gateway.calls()).filter(({ type }) => type === 'call.outcome');
    expect(outcomes.map(({ result }) => [result?.status, result?.code])).toEqual([
      ['ok', 200],
      ['ok', 200],
      ['tool-error', 404],
      ['tool-error', 500],
      ['tool-error', 'RESULT_WITHHELD'],
      ['tool-error', 404],
      ['tool-error', 302],
      ['tool-error', 302],
      ['tool-error', 'RESULT_WITHHELD'],
    ]);
    expect(JSON.stringify(await gateway.records())).not.toContain('hunter2');
  },
);

test('a dry run says so, in the result and in the record', async () => {
  const policy = `
policy: dry
rules: [ { id: dry, effect: permit, who: { scopes: [dev] }, what: { tool: scale }, obligations: { dryRun: true } } ]`;
  await using api = await startCluster();
  await using gateway = await startGateway(clusterFiles(api.url, '', policy));
  await using client = await connect('v2 modern', gateway.endpoint, KEY_OF.dev);
  const result = await client.callTool({
    name: 'cluster_scale',
    arguments: { metadata: { namespace: 'prod' }, replicas: 9 },
  });
  expect(result._meta).toMatchObject({ 'io.bailiwick/dryRun': true });
  expect(JSON.parse(api.received[0]?.body ?? '')).toMatchObject({ replicas: 9, dryRun: true });
  await gateway.close();
  const [intent] = await gateway.calls();
  expect(intent?.detail).toMatchObject({ dryRun: true, set: ['/dryRun'] });
});

test('what is sent is decided as well: a pin opens nothing that is denied', async () => {
  const policy = `
policy: p
rules:
  - { id: pin, effect: permit, who: { scopes: [dev] }, what: { tool: list_pods }, obligations: { set: { limit: 500 } } }
  - { id: few, effect: deny, what: { tool: list_pods }, when: 'has(args.limit) && args.limit > 100' }`;
  await using api = await startCluster();
  await using gateway = await startGateway(clusterFiles(api.url, '', policy));
  await using client = await connect('v2 modern', gateway.endpoint, KEY_OF.dev);
  const result = await client.callTool({ name: 'cluster_list_pods', arguments: { namespace: 'a' } });
  expect(result.structuredContent).toMatchObject({
    error: { code: 'POLICY_DENIED', rules: ['p/few'] },
  });
  expect(api.received).toEqual([]);
});
