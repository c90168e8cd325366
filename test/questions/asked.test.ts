import { describe, expect, test } from 'vitest';
import { CLIENT_KINDS } from '../support/clients.ts';
import { connectAsked } from './asked-clients.ts';
import { answersOf, FORM, ROOTS, SAMPLING, serveAskingGateway, URL_QUESTION } from './support.ts';

const META = { 'io.bailiwick/source': 'helpdesk' };

describe.each(CLIENT_KINDS)('a client over HTTP (%s)', (kind) => {
  test('is asked what the upstream of its call asks, and its answer reaches the upstream', async () => {
    const gateway = await serveAskingGateway();
    const { client, asked } = await connectAsked(kind, { url: gateway.endpoint });

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
});
