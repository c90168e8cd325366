import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/catalog/json.ts';
import { rejection } from '../support/clients.ts';
import { ACCEPT, INITIALIZE, post } from '../support/raw-http.ts';
import { ALL_CAPABILITIES, connectAsked } from './asked-clients.ts';
import { answersOf, FORM, ROOTS, serveAskingGateway, URL_QUESTION } from './support.ts';

const LEGACY = ['v2 legacy', 'v1'] as const;

test('a question of the legacy era comes in the answer to the very request that caused it, and keeps its unknown members', async () => {
  const { endpoint } = await serveAskingGateway();
  const as = { authorization: 'Bearer dana' };
  const hello = { ...INITIALIZE, params: { ...INITIALIZE.params, capabilities: ALL_CAPABILITIES } };
  const opened = await post(endpoint, JSON.stringify(hello), as);
  const session = { ...as, 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' };
  await post(endpoint, '{"jsonrpc":"2.0","method":"notifications/initialized"}', session);
  const question = { ...FORM, params: { ...FORM.params, 'x-unknown': { deep: [1] } } };
  const params = { name: 'helpdesk_ask', arguments: { questions: [question] } };

  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { ...ACCEPT, ...session, 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params }),
  });
  const messages = readMessages(response);

  const asked = (await messages.next()).value as JsonObject;
  expect(asked).toMatchObject({ method: 'elicitation/create', params: { 'x-unknown': { deep: [1] } } });
  const result = { action: 'accept', content: {}, 'y-unknown': true };
  await post(endpoint, JSON.stringify({ jsonrpc: '2.0', id: asked['id'], result }), session);
  const done = (await messages.next()).value as JsonObject;
  expect(done['id']).toBe(7);
  expect(answersOf(done['result'])).toEqual([result]);
});

test.each(LEGACY)(
  'a page of a server of 2026-07-28, which has no id, is given one for a client that needs it (%s)',
  async (kind) => {
    const { endpoint } = await serveAskingGateway();
    const { client, asked } = await connectAsked(kind, { url: endpoint });
    const { elicitationId: _none, ...params } = URL_QUESTION.params;
    const questions = [{ ...URL_QUESTION, params }];
    const result = await client.callTool({ name: 'helpdesk_ask', arguments: { questions } });
    expect(answersOf(result)).toEqual([{ action: 'accept' }]);
    expect(asked[0]?.params['elicitationId']).toMatch(/^[0-9a-f-]{36}$/);
  },
);

test.each(LEGACY)(
  'a caller that gives up while it is asked ends the call upstream, and its question is withdrawn (%s)',
  async (kind) => {
    const { endpoint, reached, records } = await serveAskingGateway();
    const asked = Promise.withResolvers<void>();
    const { client } = await connectAsked(
      kind,
      { url: endpoint },
      { answers: { 'roots/list': () => (asked.resolve(), new Promise(() => {})) } },
    );
    const giveUp = new AbortController();
    const params = { name: 'helpdesk_ask', arguments: { questions: [ROOTS] } };
    const options = { signal: giveUp.signal };
    const call =
      kind === 'v1'
        ? (client.callTool as (...args: unknown[]) => Promise<unknown>)(params, undefined, options)
        : client.callTool(params, options);
    const rejected = rejection(call);
    await asked.promise;

    giveUp.abort();

    await rejected;
    await reached[0]?.cancelled;
    await expect
      .poll(() => records.at(-1))
      .toMatchObject({
        type: 'call.outcome',
        result: { status: 'cancelled' },
        detail: { questions: { 'roots/list': { error: 1 } } },
      });
  },
);

test.each(LEGACY)(
  'the connection of a client can be asked and told between its calls, and says when it changes and ends (%s)',
  async (kind) => {
    const { endpoint, reached } = await serveAskingGateway();
    const { client, asked } = await connectAsked(kind, { url: endpoint });
    await client.callTool({ name: 'helpdesk_ask', arguments: { questions: [] } });
    await client.callTool({ name: 'helpdesk_ask', arguments: { questions: [] } });
    const [session, again] = (reached[0]?.contexts ?? []).map(({ caller }) => caller?.session);
    expect(session?.id).toBe(again?.id);
    const changed = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    session?.onRootsChanged(changed.resolve);
    session?.onClose(ended.resolve);

    expect(await session?.ask(ROOTS, new AbortController().signal)).toMatchObject({
      roots: [{ name: 'work' }],
    });
    expect(asked[0]?.params['_meta']).toMatchObject({ 'io.bailiwick/source': 'helpdesk' });
    await (client as unknown as { sendRootsListChanged(): Promise<void> }).sendRootsListChanged();
    await changed.promise;
    await (
      client as unknown as { transport: { terminateSession(): Promise<void> } }
    ).transport.terminateSession();
    await ended.promise;
  },
);

test('a client that keeps no stream open is not waited for, one that does is', async () => {
  const { endpoint, reached } = await serveAskingGateway({}, { askPatienceMs: 300 });
  const open = async () => {
    const as = { authorization: 'Bearer dana' };
    const hello = { ...INITIALIZE, params: { ...INITIALIZE.params, capabilities: ALL_CAPABILITIES } };
    const opened = await post(endpoint, JSON.stringify(hello), as);
    const headers = { ...as, 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' };
    await post(endpoint, '{"jsonrpc":"2.0","method":"notifications/initialized"}', headers);
    const params = { name: 'helpdesk_ask', arguments: { questions: [] } };
    await post(endpoint, JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/call', params }), headers);
    const session = reached[0]?.contexts.at(-1)?.caller?.session;
    if (!session) throw new Error('no session');
    return { headers, ask: () => session.ask(ROOTS, new AbortController().signal) };
  };
  const listening = await open();
  const deaf = await open();
  const stream = await fetch(endpoint, { headers: { ...listening.headers, accept: 'text/event-stream' } });
  const asked = listening.ask();
  const question = (await readMessages(stream).next()).value as JsonObject;

  expect(await rejection(deaf.ask())).toMatchObject({
    code: 'CLIENT_REFUSED',
    message: expect.stringContaining('keeps no stream open') as string,
  });

  const result = { roots: [{ uri: 'file:///work' }] };
  const answer = { jsonrpc: '2.0', id: question['id'], result };
  await post(endpoint, JSON.stringify(answer), listening.headers);
  expect(await asked).toEqual(result);
});

test('who calls is told apart by principal and connection; a credential is handed on by a function only', async () => {
  const { endpoint, reached } = await serveAskingGateway();
  for (const kind of [...LEGACY, 'v2 modern'] as const) {
    const { client } = await connectAsked(kind, { url: endpoint, as: kind === 'v1' ? 'eve' : 'dana' });
    await client.callTool({ name: 'helpdesk_ask', arguments: { questions: [] } });
  }
  const callers = (reached[0]?.contexts ?? []).map(({ caller }) => caller);
  expect(callers.map((caller) => caller?.principal.subject)).toEqual(['dana', 'eve', 'dana']);
  expect(callers.map((caller) => caller?.credential?.())).toEqual(['dana', 'eve', 'dana']);
  expect(callers[0]?.session?.id).not.toBe(callers[1]?.session?.id);
  expect(callers[2]?.session).toBeUndefined();
  expect(JSON.stringify(callers.map((caller) => ({ ...caller, principal: 0 })))).not.toContain('dana');
});

async function* readMessages(response: Response): AsyncGenerator<JsonObject> {
  let text = '';
  for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const data = /^data: (.+)$/m.exec(text.slice(0, end))?.[1];
      text = text.slice(end + 2);
      if (data !== undefined) yield JSON.parse(data) as JsonObject;
    }
  }
}
