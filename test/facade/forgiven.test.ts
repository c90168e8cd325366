import { describe, expect, test } from 'vitest';
import { ARGUMENT_RULES } from '../../src/search/facade/forgive/arguments.ts';
import { meaningOf, NAME_RULES } from '../../src/search/facade/forgive/names.ts';
import { catalogOf } from '../policy/fixtures.ts';
import { CODE, createWorld, DESK, errorOf, NUMBER, TEXT, textOf, toolOf } from './world.ts';

/** A tool with an argument of each plain type, and with some that are called as wrappers are. */
const KIT = catalogOf('kit', {
  tools: [
    toolOf('kit', 'typed', {
      properties: {
        count: NUMBER,
        share: { type: 'number' },
        sure: { type: 'boolean' },
        text: TEXT,
        list: { type: 'array', items: {} },
        object: { type: 'object' },
        either: { type: ['string', 'integer'] },
        anything: {},
      },
    }),
    toolOf('kit', 'with_input', { properties: { input: { type: 'object' }, args: { type: 'object' } } }),
    toolOf('kit', 'open'),
  ],
});

const called = async (args: unknown): Promise<unknown> => {
  const world = createWorld({ offers: [DESK, CODE, KIT] });
  await world.ask('call_tool', args);
  return world.road;
};

describe('a name is forgiven', () => {
  const world = createWorld();
  const mistakes = NAME_RULES.flatMap((one) => one.mistakes.map((mistake) => [one.rule, mistake] as const));

  test.each(mistakes)('%s: %s', (rule, mistake) => {
    const meaning = meaningOf(mistake, world.sight);
    expect(meaning).toMatchObject({ kind: 'one', entry: { shown: 'helpdesk_get_ticket' }, rule });
  });

  test.each(['tool', 'tool_name', 'toolName'])('under %s', async (member) => {
    expect(await called({ [member]: 'helpdesk_get_ticket', arguments: { id: 7 } })).toEqual([
      { name: 'helpdesk_get_ticket', args: { id: 7 } },
    ]);
  });

  test.each([['helpdesk_get_ticket'], ['get_ticket'], ['mcp__x__get_ticket'], ['helpdesk.getTicket']])(
    'at the endpoint of its source, where it is bare: %s',
    (name) => {
      const { sight } = createWorld({ endpoint: { kind: 'source', source: 'helpdesk' } });
      expect(meaningOf(name, sight)).toMatchObject({ kind: 'one', entry: { shown: 'get_ticket' } });
    },
  );

  test('of a prompt, and where a virtual catalog renames it', () => {
    expect(meaningOf('review-change', world.sight)).toMatchObject({
      entry: { kind: 'prompt', shown: 'code_review_change' },
    });
    const renamed = createWorld({
      endpoint: { kind: 'catalog', name: 'team' },
      team: {
        include: [{ source: 'helpdesk' }],
        rename: { helpdesk_get_ticket: 'ticket', helpdesk_list_agents: 'list_agents' },
      },
    });
    const { sight } = renamed;
    expect(meaningOf('Ticket', sight)).toMatchObject({ entry: { shown: 'ticket', own: 'get_ticket' } });
    expect(meaningOf('create_ticket', sight)).toMatchObject({ entry: { own: 'create_ticket' } });
    // The names that it had are unknown, as they are to `tools/call`.
    for (const name of ['helpdesk_get_ticket', 'get_ticket', 'helpdesk.getTicket', 'helpdesk_list_agents'])
      expect([name, meaningOf(name, sight).kind]).toEqual([name, 'unclear']);
  });

  test.each([
    'github_get_ticket',
    'github.get_ticket',
    'github/get_ticket',
    'get',
    'ticket',
    'delete_get_ticket',
  ])('but not the source of another, or a part of it: %s', (name) => {
    expect(meaningOf(name, world.sight).kind).toBe('unclear');
  });

  test('and nothing is guessed where two things fit: both are named', async () => {
    const twins = createWorld({
      offers: [
        catalogOf('a', { tools: [toolOf('a', 'open_door')] }),
        catalogOf('b', { tools: [toolOf('b', 'open_door')] }),
      ],
    });
    const answer = await twins.ask('call_tool', { name: 'open_door' });
    expect(errorOf(answer)).toMatchObject({
      code: 'UNKNOWN_TOOL',
      suggestions: ['a_open_door', 'b_open_door'],
    });
    expect(twins.road).toEqual([{ name: 'open_door', args: {} }]);
  });
});

describe('arguments are forgiven', () => {
  const mistakes = ARGUMENT_RULES.flatMap(({ rule, mistakes: all }) =>
    all.map((mistake) => [rule, mistake] as const),
  );

  test.each(mistakes)('%s: %j', async (_rule, mistake) => {
    expect(await called({ name: 'helpdesk_get_ticket', ...mistake })).toEqual([
      { name: 'helpdesk_get_ticket', args: { id: 7 } },
    ]);
  });

  test.each([
    { arguments: { name: 'helpdesk_get_ticket', arguments: { id: 7 } } },
    { input: '{"name":"helpdesk_get_ticket","arguments":{"id":7}}' },
    { params: { name: 'helpdesk_get_ticket', arguments: '{"id":7}' } },
    { name: 'call_tool', arguments: { name: 'helpdesk_get_ticket', arguments: { id: 7 } } },
    { name: 'mcp__bailiwick__call_tool', arguments: { tool: 'get_ticket', args: { id: '7' } } },
  ])('with the name among them: %j', async (args) => {
    expect(await called(args)).toEqual([{ name: 'helpdesk_get_ticket', args: { id: 7 } }]);
  });

  test.each([
    [
      { count: '12', share: '1.5', sure: 'true', text: 5 },
      { count: 12, share: 1.5, sure: true, text: '5' },
    ],
    [
      { list: '[1,2]', object: '{"a":1}' },
      { list: [1, 2], object: { a: 1 } },
    ],
    // No exact text of such a value, or the schema leaves it open.
    [{ count: '012', share: '1e3', sure: 'yes', text: 1.5, list: '{}', object: 'x' }, undefined],
    [{ count: '1.5', either: '5', anything: '5', unknown: '5' }, undefined],
  ])('that are the text of what the schema plainly says: %j', async (args, meant) => {
    expect(await called({ name: 'kit_typed', arguments: args })).toEqual([
      { name: 'kit_typed', args: meant ?? args },
    ]);
  });

  test.each([
    ['kit_with_input', { arguments: { input: { a: 1 } } }, { input: { a: 1 } }],
    ['kit_with_input', { input: { a: 1 } }, { input: { a: 1 } }],
    ['kit_open', { arguments: { input: { a: 1 } } }, { input: { a: 1 } }],
    ['helpdesk_create_ticket', { arguments: { subject: 'x' }, note: 'y' }, { subject: 'x', note: 'y' }],
    ['helpdesk_create_ticket', { arguments: { subject: 'x' }, subject: 'y' }, { subject: 'x' }],
    [
      'helpdesk_create_ticket',
      { arguments: { subject: 'x' }, dry_run: true },
      { subject: 'x', dry_run: true },
    ],
  ])(
    'but nothing that the tool declares is unpacked, and nothing is dropped: %s %j',
    async (name, given, args) => {
      expect(await called({ name, ...given })).toEqual([{ name, args }]);
    },
  );

  test.each([[[1, 2]], [7], ['no object'], [true]])(
    'what is no object by any rule is told so: %j',
    async (given) => {
      const world = createWorld();
      const answer = await world.ask('call_tool', { name: 'helpdesk_get_ticket', arguments: given });
      expect(errorOf(answer)).toMatchObject({
        code: 'INVALID_ARGUMENTS',
        pointer: '/arguments',
        example: { name: 'helpdesk_get_ticket', arguments: { id: '…' } },
      });
      expect(world.road).toEqual([]);
    },
  );
});

describe('the three call each other', () => {
  test('find_tools and describe_tool by call_tool, in any spelling', async () => {
    const world = createWorld();
    expect(
      textOf(await world.ask('call_tool', { name: 'find_tools', arguments: { query: 'read a ticket' } })),
    ).toContain('helpdesk_get_ticket(');
    expect(
      textOf(
        await world.ask('call_tool', { name: 'describeTool', name_: 1, arguments: { name: 'get_ticket' } }),
      ),
    ).toContain('helpdesk_get_ticket (read)');
    expect(world.road).toEqual([]);
  });

  test('but a tool of a source that is called like one of them is meant by its own name', async () => {
    const offers = [catalogOf('own', { tools: [toolOf('own', 'find_tools')] })];
    const world = createWorld({ offers, endpoint: { kind: 'source', source: 'own' } });
    await world.ask('call_tool', { name: 'find_tools', arguments: { query: 'x' } });
    expect(world.road).toEqual([{ name: 'find_tools', args: { query: 'x' } }]);
    const all = createWorld({ offers });
    await all.ask('call_tool', { name: 'find_tools', arguments: { query: 'x' } });
    expect(all.road).toEqual([]);
  });

  test('not without end', async () => {
    const world = createWorld();
    let args: object = { name: 'helpdesk_get_ticket', arguments: { id: 1 } };
    for (let layer = 0; layer < 10; layer += 1) args = { name: 'call_tool', arguments: args };
    expect(errorOf(await world.ask('call_tool', args))).toMatchObject({ code: 'INVALID_ARGUMENTS' });
  });
});

describe('resources and prompts are called, too', () => {
  test('a resource by its URI: what is read comes as embedded resources', async () => {
    const world = createWorld();
    const contents = [{ uri: 'helpdesk+file:///handbook.md', mimeType: 'text/markdown', text: '# Help' }];
    world.answers.set('helpdesk+file:///handbook.md', { contents, _meta: { a: 1 } });
    for (const name of ['helpdesk+file:///handbook.md', 'resource helpdesk+file:///handbook.md']) {
      expect(await world.ask('call_tool', { name })).toEqual({
        content: [{ type: 'resource', resource: contents[0] }],
        _meta: { a: 1 },
      });
    }
    expect(world.road[0]).toEqual({ name: 'helpdesk+file:///handbook.md' });
  });

  test('a URI that only a template stands for; the template itself wants its braces filled', async () => {
    const world = createWorld();
    world.answers.set('helpdesk+ticket://7', {
      contents: [{ uri: 'helpdesk+ticket://7', text: 'It is open.' }],
    });
    expect(textOf(await world.ask('call_tool', { name: 'helpdesk+ticket://{id}' }))).toContain(
      'is a template',
    );
    expect(await world.ask('call_tool', { uri: 'helpdesk+ticket://7' })).toMatchObject({
      content: [{ type: 'resource' }],
    });
    expect(errorOf(await world.ask('call_tool', { name: 'helpdesk+ticket://8' }))).toMatchObject({
      code: 'UNKNOWN_RESOURCE',
    });
  });

  test('a URI without an authority at the endpoint of its source', async () => {
    const offers = [catalogOf('desk', { templates: ['urn:ticket:{id}'], tools: [toolOf('desk', 'get')] })];
    const world = createWorld({ offers, endpoint: { kind: 'source', source: 'desk' } });
    world.answers.set('urn:ticket:7', { contents: [{ uri: 'urn:ticket:7', text: 'It is open.' }] });
    expect(await world.ask('call_tool', { name: 'urn:ticket:7' })).toMatchObject({
      content: [{ type: 'resource' }],
    });
    await world.ask('call_tool', { name: 'urn:other:7' });
    expect(world.road.at(-1)).toEqual({ name: 'urn:other:7', args: {} });
  });

  test('a template without a variable is read as the URI that it is', async () => {
    const world = createWorld({ offers: [catalogOf('desk', { templates: ['desk://all'] })] });
    world.answers.set('desk+desk://all', { contents: [{ uri: 'desk+desk://all', text: 'All.' }] });
    expect(await world.ask('call_tool', { name: 'desk+desk://all' })).toMatchObject({
      content: [{ type: 'resource' }],
    });
  });

  test('a prompt by its name: its messages come as text and blocks, with who speaks', async () => {
    const world = createWorld();
    const image = { type: 'image', data: '', mimeType: 'image/png' };
    world.answers.set('code_review_change', {
      description: 'A review',
      messages: [
        { role: 'user', content: { type: 'text', text: 'Look at 5.' } },
        { role: 'assistant', content: image },
      ],
    });
    expect(await world.ask('call_tool', { name: 'review_change', arguments: { change: 5 } })).toEqual({
      content: [
        { type: 'text', text: 'A review' },
        { type: 'text', text: 'user: Look at 5.' },
        { type: 'text', text: 'assistant:' },
        image,
      ],
    });
    expect(world.road).toEqual([{ name: 'code_review_change', args: { change: '5' } }]);
  });

  test('what an upstream asks before it answers is passed on as it is', async () => {
    const world = createWorld();
    const question = { resultType: 'input_required', inputRequests: {} };
    for (const name of ['helpdesk_list_agents', 'helpdesk+file:///handbook.md', 'code_review_change']) {
      world.answers.set(name, question);
      expect(await world.ask('call_tool', { name })).toBe(question);
    }
  });
});

test('the result of a tool is passed on untouched: the same object', async () => {
  const world = createWorld();
  const result = { content: [], structuredContent: { a: 1 }, isError: true, _meta: { b: 2 } };
  world.answers.set('helpdesk_list_agents', result);
  expect(await world.ask('call_tool', { name: 'helpdesk_list_agents', arguments: {} })).toBe(result);
});
