import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/catalog/json.ts';
import { CLIENT_KINDS } from '../support/clients.ts';
import { connectAsked, type Place } from './asked-clients.ts';
import { answersOf, FORM, ROOTS, SAMPLING, serveAskingGateway, URL_QUESTION } from './support.ts';

const PLACES: readonly (readonly [string, () => Promise<Place>])[] = [
  ['HTTP', async () => ({ url: (await serveAskingGateway()).endpoint })],
  [
    'stdio',
    async () => ({
      command: [process.execPath, fileURLToPath(new URL('stdio-gateway.ts', import.meta.url))],
    }),
  ],
];
const WAYS = CLIENT_KINDS.flatMap((kind) => PLACES.map(([name, open]) => [kind, name, open] as const));
const META = { 'io.bailiwick/source': 'helpdesk' };

describe.each(WAYS)('a client (%s, %s)', (kind, _name, open) => {
  test('is asked what the upstream of its call asks, and its answers reach the upstream', async () => {
    const { client, asked } = await connectAsked(kind, await open());

    const result = await client.callTool({
      name: 'helpdesk_ask',
      arguments: { questions: [FORM, URL_QUESTION, SAMPLING, ROOTS] },
    });

    expect(asked).toMatchObject([
      { method: 'elicitation/create', params: { message: 'helpdesk asks: Which ticket?' } },
      {
        method: 'elicitation/create',
        params: {
          mode: 'url',
          url: 'https://login.example.com/x',
          message: 'helpdesk asks to open a page at login.example.com: Sign in',
        },
      },
      { method: 'sampling/createMessage', params: { ...SAMPLING.params } },
      { method: 'roots/list' },
    ]);
    expect(asked[0]?.params['requestedSchema']).toMatchObject({ properties: { id: { title: 'Id' } } });
    // What SDK v2 shows of `_meta` in the modern era depends on the kind of question; these two it shows.
    for (const index of [0, 3]) expect(asked[index]?.params['_meta']).toMatchObject(META);
    expect(answersOf(result)).toMatchObject([
      { action: 'accept', content: { id: '7' } },
      { action: 'accept' },
      // SDK v2 in the modern era sends no member that it does not know.
      { role: 'assistant', model: 'm', ...(kind !== 'v2 modern' && { 'x-extra': 1 }) },
      { roots: [{ uri: 'file:///work', name: 'work' }] },
    ]);
  });

  test('that declines, or cannot answer, is believed', async () => {
    const { client } = await connectAsked(kind, await open(), {
      answers: {
        'elicitation/create': () => ({ action: 'decline' }),
        'sampling/createMessage': () => {
          throw new Error('no model today');
        },
      },
    });
    const declined = await client.callTool({ name: 'helpdesk_ask', arguments: { questions: [FORM] } });
    expect(answersOf(declined)).toEqual([{ action: 'decline' }]);
    if (kind === 'v2 modern') return;
    const failed = await client.callTool({ name: 'helpdesk_ask', arguments: { questions: [SAMPLING] } });
    expect(answersOf(failed)).toMatchObject([
      { refused: 'CLIENT_REFUSED', data: { client: { code: -32_603, message: 'no model today' } } },
    ]);
  });
});

const QUESTION = (kind: JsonObject, params: JsonObject = {}) => ({
  ...kind,
  params: { ...(kind['params'] as JsonObject), ...params },
});

describe.each(CLIENT_KINDS)('what a client does not offer it is not asked (%s)', (kind) => {
  test.each([
    ['sampling', {}, SAMPLING],
    ['sampling with tools', { sampling: {} }, QUESTION(SAMPLING, { tools: [] })],
    [
      'sampling with context',
      { sampling: { tools: {} } },
      QUESTION(SAMPLING, { includeContext: 'allServers' }),
    ],
    ['a form', {}, FORM],
    ['a form, where it opens pages only', { elicitation: { url: {} } }, FORM],
    ['a page to open', { elicitation: {} }, URL_QUESTION],
    ['roots', {}, ROOTS],
    ['what MCP does not know', {}, { method: 'x/ask' }],
  ])('%s', async (_what, capabilities, question) => {
    const { endpoint } = await serveAskingGateway();
    const { client, asked } = await connectAsked(kind, { url: endpoint }, { capabilities });
    const result = await client.callTool({ name: 'helpdesk_ask', arguments: { questions: [question] } });
    const [answer] = answersOf(result);
    expect(answer?.['refused']).toMatch(/CLIENT_REFUSED|nobody can be asked/);
    expect(asked).toEqual([]);
  });
});

test.each(CLIENT_KINDS)(
  'clients that call at once are each asked the questions of their own calls (%s)',
  async (kind) => {
    const { endpoint } = await serveAskingGateway();
    const names = ['dana', 'dana', 'eve', 'eve'];
    const clients = await Promise.all(names.map((as) => connectAsked(kind, { url: endpoint, as })));

    await Promise.all(
      clients.flatMap(({ client }, index) =>
        [1, 2, 3].map(async (round) => {
          const message = `for client ${index}, call ${round}`;
          const questions = [QUESTION(FORM, { message }), QUESTION(FORM, { message: `${message} again` })];
          const result = await client.callTool({ name: 'helpdesk_ask', arguments: { questions } });
          expect(answersOf(result)).toHaveLength(2);
        }),
      ),
    );

    for (const [index, { asked }] of clients.entries()) {
      expect(asked).toHaveLength(6);
      for (const { params } of asked) expect(params['message']).toContain(`for client ${index},`);
    }
  },
);
