import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Contribution } from '../../src/catalog/entries.ts';
import { catalogOf } from '../policy/fixtures.ts';
import { createWorld, errorOf, toolOf } from './world.ts';

const SOURCES = ['desk', 'code', 'mail'];
const WORDS = ['get', 'list', 'delete', 'ticket', 'issue', 'message', 'All'];

const names = fc.uniqueArray(
  fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 3 }).map((words) => words.join('_')),
  { minLength: 1, maxLength: 5 },
);

/** Sources with tools, and which of the tools the caller may see. */
const offers = fc.record({
  tools: fc
    .tuple(names, names, names)
    .map((lists) => lists.map((list, at) => ({ source: SOURCES[at]!, list }))),
  seen: fc.array(fc.boolean(), { minLength: 15, maxLength: 15 }),
});

interface One {
  readonly source: string;
  readonly name: string;
}

function contributions(tools: readonly One[]): Contribution[] {
  return SOURCES.map((source) =>
    catalogOf(source, {
      tools: tools.filter((one) => one.source === source).map(({ name }) => toolOf(source, name)),
    }),
  );
}

const permit = ({ source, name }: One, at: number): string =>
  `  - { id: r${at}, effect: permit, what: { source: ${source}, tool: ${name} } }`;

const messages: readonly ((name: string) => [tool: string, args: object])[] = [
  (name: string) => ['call_tool', { name, arguments: { id: 1 } }],
  (name: string) => ['describe_tool', { name }],
  (name: string) => ['describe_tool', { names: [name, 'x'], pointer: '/properties/a' }],
  (name: string) => ['find_tools', { query: 'x', source: name }],
];

test('a name is told the same where it is hidden and where there is no such thing', async () => {
  await fc.assert(
    fc.asyncProperty(
      offers,
      fc.constantFrom('plain', 'bare', 'dotted', 'capital'),
      async ({ tools, seen }, spelling) => {
        const all = tools.flatMap(({ source, list }) => list.map((name) => ({ source, name })));
        const visible = all.filter((_, at) => seen[at] === true);
        const policy = `policy: p\nrules:\n${[...visible.map(permit), '  - { id: n, effect: deny, when: "false" }'].join('\n')}`;
        const hiding = createWorld({ offers: contributions(all), policy });
        const lacking = createWorld({ offers: contributions(visible), policy });
        for (const { source, name } of all) {
          const asked = {
            plain: `${source}_${name}`,
            bare: name,
            dotted: `${source}.${name}`,
            capital: name.toUpperCase(),
          }[spelling];
          for (const message of messages) {
            const [tool, args] = message(asked);
            expect(JSON.stringify(await hiding.ask(tool, args))).toBe(
              JSON.stringify(await lacking.ask(tool, args)),
            );
          }
        }
        expect(hiding.road).toEqual(lacking.road);
      },
    ),
    { numRuns: 20 },
  );
});

const world = createWorld();

test('a name that means nothing goes down the road as it was sent, to be refused and recorded there', async () => {
  world.road.length = 0;
  await world.ask('call_tool', { name: 'helpdesk_close_ticket', arguments: { id: 1 } });
  expect(world.road).toEqual([{ name: 'helpdesk_close_ticket', args: { id: 1 } }]);
});

test.each([
  ['helpdesk_get_tickte', 'helpdesk_get_ticket'],
  ['fetch_ticket', 'helpdesk_get_ticket'],
  ['code_issue_list', 'code_list_issues'],
  ['list_agent_duty', 'helpdesk_list_agents'],
])('of %s near ones are suggested', async (name, suggestion) => {
  const answer = await world.ask('call_tool', { name });
  const error = errorOf(answer);
  expect(error).toMatchObject({ code: 'UNKNOWN_TOOL' });
  expect(error['suggestions']).toContain(suggestion);
  expect(answer).toMatchObject({
    isError: true,
    content: [{ type: 'text', text: `UNKNOWN_TOOL: ${error['message'] as string}` }],
  });
});

test('what is like nothing is told how tools are found', async () => {
  const error = errorOf(await world.ask('call_tool', { name: 'zzz' }));
  expect(error).toEqual({
    code: 'UNKNOWN_TOOL',
    message: 'Unknown tool: zzz. find_tools finds tools by what they do.',
    suggestions: [],
  });
});

test('a name of a megabyte is repeated in part', async () => {
  const error = errorOf(await world.ask('describe_tool', { name: 'x'.repeat(1_000_000) }));
  expect((error['message'] as string).length).toBeLessThan(400);
});

test('half a character of a name is not repeated, so that every client can read the answer', async () => {
  for (const name of ['x\uD800', `${'x'.repeat(199)}😀`]) {
    const { message } = errorOf(await world.ask('call_tool', { name }));
    expect((message as string).isWellFormed()).toBe(true);
  }
});

test('it is the words of a name that count, verbs by what they do, and each source has a say', async () => {
  const { ask } = createWorld({
    offers: [
      catalogOf('forge', {
        tools: [
          'repos_get_clones',
          'issues_list',
          'issues_update',
          'issues_get',
          'repos_create_deployment',
          'repos_create_deployment_status',
          'repos_list_deployments',
        ].map((name) => toolOf('forge', name)),
      }),
      catalogOf('cluster', {
        tools: ['createAppsV1NamespacedDeployment', 'listNode'].map((name) => toolOf('cluster', name)),
      }),
    ],
  });
  const suggested = async (name: string) => errorOf(await ask('call_tool', { name }))['suggestions'];
  expect(await suggested('close_issue')).toEqual([
    'forge_issues_update',
    'forge_issues_get',
    'forge_issues_list',
  ]);
  expect(await suggested('edit_issue')).toMatchObject({ 0: 'forge_issues_update' });
  expect(await suggested('create_deploymnt')).toEqual([
    'forge_repos_create_deployment',
    'cluster_createAppsV1NamespacedDeployment',
    'forge_repos_create_deployment_status',
  ]);
});

test.each(['find_tool', 'findtool', 'describe_tols', 'call_tols'])(
  'a name near a built-in one is told so: %s',
  async (name) => {
    const { suggestions } = errorOf(await world.ask('describe_tool', { name }));
    expect(suggestions).toHaveLength(1);
    expect(suggestions).toMatchObject([expect.stringMatching(/^(?:find_tools|describe_tool|call_tool)$/)]);
  },
);

test('describe_tool knows the built-in ones', async () => {
  const answer = await world.ask('describe_tool', { name: 'find_tools' });
  expect(JSON.stringify(answer)).toMatch(/find_tools \(built in\).*queries/);
});
