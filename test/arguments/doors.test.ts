import { expect, test } from 'vitest';
import { CLIENT_KINDS, connect, rejection, type AnyClient } from '../support/clients.ts';
import { ALL_SOURCES } from '../../src/gateway/endpoint.ts';
import { list } from '../../src/gateway/list.ts';
import { changedLists } from '../../src/server/list-changes.ts';
import { catalogOf, principal, tool } from '../policy/fixtures.ts';
import { scriptUpstream, serveScripted } from '../lists/scripted.ts';

const POLICY = `
policy: wiki
rules:
  - { id: tools, effect: permit, what: { tool: search } }
  - { id: essay, effect: permit, what: { prompt: essay }, when: 'args.topic in ["cats", "dogs"]', obligations: { defaults: { tone: plain } } }
  - { id: ann-only, effect: permit, who: { groups: [ann] }, what: { prompt: secret } }
  - { id: reviewed, effect: approve, what: { prompt: reviewed } }
  - { id: review, effect: permit, what: { prompt: reviewed } }
  - { id: pages, effect: permit, what: { resource: 'wiki://*' } }
  - { id: by-day, effect: deny, what: { resource: 'wiki://day' }, when: 'now >= timestamp("2100-01-01T00:00:00Z")' }
  - { id: mask, effect: permit, what: { resource: 'wiki://accounts' }, obligations: { mask: [/*/iban] } }
`;

const WIKI = catalogOf('wiki', {
  tools: [tool('wiki', 'search')],
  resources: ['wiki://day', 'wiki://accounts', 'wiki://text'],
  prompts: ['essay', 'secret', 'reviewed'],
});

const TEXTS: Record<string, string> = {
  'wiki://accounts': JSON.stringify([{ name: 'Ann', iban: 'DE00 1234' }]),
  'wiki://day': 'sunny',
};

async function serveWiki(policy = POLICY) {
  const asked: unknown[] = [];
  const upstream = scriptUpstream(WIKI, {
    request: async (method, params) => {
      asked.push([method, params]);
      if (method === 'prompts/get')
        return { messages: [{ role: 'user', content: { type: 'text', text: 'Write.' } }] };
      if (method === 'completion/complete') return { completion: { values: ['cats'] } };
      const uri = typeof params['uri'] === 'string' ? params['uri'] : '';
      return { contents: [{ uri, text: TEXTS[uri] ?? 'words' }] };
    },
  });
  const served = await serveScripted({ upstreams: [upstream], policy });
  return {
    ...served,
    upstream,
    asked,
    policy: (next: string) => served.swap({ upstreams: [upstream], policy: next }),
  };
}

const rule = (when: string) =>
  `policy: p\nrules: [ { id: r, effect: permit, what: { tool: search }, when: '${when}' } ]`;

const complete = (client: AnyClient, name: string) =>
  client.complete({ ref: { type: 'ref/prompt', name }, argument: { name: 'topic', value: 'c' } });

test.each(CLIENT_KINDS)(
  'a prompt is decided with its arguments, which policy may complete (%s)',
  async (kind) => {
    await using gateway = await serveWiki();
    await using client = await connect(kind, gateway.endpoint, 'bob');
    await client.getPrompt({ name: 'wiki_essay', arguments: { topic: 'cats' } });
    expect(gateway.asked).toEqual([
      ['prompts/get', { name: 'essay', arguments: { topic: 'cats', tone: 'plain' } }],
    ]);
    const denied = await rejection(client.getPrompt({ name: 'wiki_essay', arguments: { topic: 'birds' } }));
    expect(denied.message).toContain('topic must be one of "cats", "dogs"');
    const approve = await rejection(client.getPrompt({ name: 'wiki_reviewed', arguments: {} }));
    expect(approve.message).toContain('a person has to approve');
    expect(gateway.asked).toHaveLength(1);
    expect(
      gateway.records.flatMap(({ type, decision, detail }) =>
        decision ? [[type, decision.effect, decision.rules, detail]] : [],
      ),
    ).toEqual([
      ['call.intent', 'permit', ['wiki/essay'], { set: ['/tone'] }],
      ['call.refused', 'deny', [], undefined],
      ['call.refused', 'approve', ['wiki/review', 'wiki/reviewed'], undefined],
    ]);
  },
);

test.each(CLIENT_KINDS)(
  'a completion follows its reference: permitted where it is shown, whatever its arguments will be (%s)',
  async (kind) => {
    await using gateway = await serveWiki();
    await using client = await connect(kind, gateway.endpoint, 'bob');
    expect((await complete(client, 'wiki_essay')).completion.values).toEqual(['cats']);
    const approve = await rejection(complete(client, 'wiki_reviewed'));
    expect(approve.message).toContain('a person has to approve');
    const hidden = await rejection(complete(client, 'wiki_secret'));
    const absent = await rejection(complete(client, 'wiki_secrex'));
    expect([absent.message.replace('secrex', 'secret'), absent.code]).toEqual([hidden.message, hidden.code]);
    await using ann = await connect(kind, gateway.endpoint, 'ann');
    expect((await complete(ann, 'wiki_secret')).completion.values).toEqual(['cats']);
  },
);

test.each(CLIENT_KINDS)(
  'what is read is masked, or withheld where nobody can tell its parts (%s)',
  async (kind) => {
    await using gateway = await serveWiki();
    await using client = await connect(kind, gateway.endpoint, 'bob');
    const { contents } = await client.readResource({ uri: 'wiki+wiki://accounts' });
    expect(contents).toMatchObject([{ uri: 'wiki+wiki://accounts', text: '[{"name":"Ann","iban":"***"}]' }]);
    await gateway.policy(POLICY.replace("{ resource: 'wiki://accounts' }", "{ resource: 'wiki://text' }"));
    const withheld = await rejection(client.readResource({ uri: 'wiki+wiki://text' }));
    expect(withheld.message).toContain('its result is withheld');
    expect(gateway.records.at(-1)).toMatchObject({
      type: 'call.outcome',
      result: { status: 'tool-error', code: 'RESULT_WITHHELD' },
    });
  },
);

test('a subscription ends when a reload closes what it is about, by a condition', async () => {
  await using gateway = await serveWiki();
  await using client = await connect('v1', gateway.endpoint, 'bob');
  const { subscribeResource } = client as unknown as {
    subscribeResource(params: { uri: string }): Promise<unknown>;
  };
  await subscribeResource.call(client, { uri: 'wiki+wiki://day' });
  expect(gateway.upstream.subscribed).toEqual(['wiki://day']);
  await gateway.policy(POLICY.replace('now >= timestamp', 'now < timestamp'));
  expect(gateway.upstream.subscribed).toEqual([]);
});

test.each(CLIENT_KINDS)('a list that a reload narrows is announced, and is another (%s)', async (kind) => {
  await using gateway = await serveWiki(rule('args.limit <= 50'));
  await using client = await connect(kind, gateway.endpoint, 'bob');
  const shown = async () => (await client.listTools()).tools.map(({ inputSchema }) => inputSchema);
  const before = await shown();
  expect(before[0]?.properties?.['limit']).toMatchObject({ maximum: 50 });
  const listing = () =>
    list(gateway.gateway.current(), principal({ subject: 'bob', groups: ['bob'] }), ALL_SOURCES);
  const listed = listing();
  await gateway.policy(rule('args.limit <= 10'));
  expect(changedLists(listed, listing())).toEqual(['tools']);
  const [after] = await shown();
  expect(after?.properties?.['limit']).toMatchObject({ maximum: 10 });
});
