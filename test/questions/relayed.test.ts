import { expect, test } from 'vitest';
import { rejection } from '../support/clients.ts';
import { connectAsked } from './asked-clients.ts';
import { askedBy, call } from './raw-modern.ts';
import { answersOf, FORM, ROOTS, SAMPLING, serveAskingGateway, URL_QUESTION } from './support.ts';

const STATE = 'an upstream’s own state: ü\u0000"{}';

test('the questions of a modern upstream keep their keys and members, and say who asks; its state is sealed', async () => {
  const { endpoint, reached, records } = await serveAskingGateway();
  const args = {
    requests: { 'user name': { ...FORM, 'x-unknown': true }, url: URL_QUESTION, '': ROOTS },
    state: STATE,
  };

  const first = await call(endpoint, 'helpdesk_relay', args);

  const { requests, requestState } = askedBy(first);
  expect(requests).toEqual({
    'user name': {
      'x-unknown': true,
      method: 'elicitation/create',
      params: {
        message: 'helpdesk asks: Which ticket?',
        requestedSchema: { type: 'object', properties: { id: { type: 'string', title: 'Id' } } },
        _meta: { 'io.bailiwick/source': 'helpdesk' },
      },
    },
    url: {
      method: 'elicitation/create',
      params: {
        mode: 'url',
        message: 'helpdesk asks to open a page at login.example.com: Sign in',
        url: 'https://login.example.com/x',
        _meta: { 'io.bailiwick/source': 'helpdesk' },
      },
    },
    '': { method: 'roots/list', params: { _meta: { 'io.bailiwick/source': 'helpdesk' } } },
  });
  expect(requestState).not.toContain('state');
  const inputResponses = { 'user name': { action: 'accept', content: { id: '1' } }, x: { 'y-unknown': 2 } };
  const second = await call(endpoint, 'helpdesk_relay', args, { requestState, inputResponses });
  expect(answersOf(second.result)).toEqual({ inputResponses, requestState: STATE });
  expect(reached[0]?.contexts.map((context) => context.requestState)).toEqual([undefined, STATE]);
  expect(records.filter(({ type }) => type === 'call.outcome').map(({ detail }) => detail)).toEqual([
    { inputRequired: true, questions: { 'elicitation/create': { asked: 2 }, 'roots/list': { asked: 1 } } },
    { questions: { 'elicitation/create': { accept: 1 } } },
  ]);
});

test('and so do those of a tool that call_tool calls, however it is called', async () => {
  const { endpoint, reached, records } = await serveAskingGateway();
  const args = { name: 'helpdesk.relay', arguments: JSON.stringify({ requests: { a: FORM }, state: STATE }) };
  const { requestState, keys } = askedBy(await call(endpoint, 'call_tool', args));
  expect(keys).toEqual(['a']);
  const inputResponses = { a: { action: 'accept', content: { id: '1' } } };
  const second = await call(endpoint, 'call_tool', args, { requestState, inputResponses });
  expect(answersOf(second.result)).toEqual({ inputResponses, requestState: STATE });
  expect(reached[0]?.contexts.map((context) => context.requestState)).toEqual([undefined, STATE]);
  expect(records.map(({ type }) => type)).toEqual([
    'call.intent',
    'call.outcome',
    'call.intent',
    'call.outcome',
  ]);
});

test('a real modern client answers them by itself', async () => {
  const { endpoint } = await serveAskingGateway();
  const { client, asked } = await connectAsked('v2 modern', { url: endpoint });
  const result = await client.callTool({
    name: 'helpdesk_relay',
    arguments: { requests: { a: FORM, b: SAMPLING, c: ROOTS }, state: STATE },
  });
  expect(asked).toHaveLength(3);
  expect(answersOf(result)).toMatchObject({
    requestState: STATE,
    inputResponses: {
      a: { action: 'accept' },
      b: { role: 'assistant' },
      c: { roots: [{ uri: 'file:///work' }] },
    },
  });
});

test('no upstream gets the state of another, and none a state that is not sealed', async () => {
  const { endpoint, reached, records } = await serveAskingGateway();
  const args = { requests: { a: ROOTS }, state: STATE };
  const { requestState } = askedBy(await call(endpoint, 'helpdesk_relay', args));

  for (const state of [requestState, STATE]) {
    const refused = await call(endpoint, 'payroll_relay', args, { requestState: state, inputResponses: {} });
    expect(refused.error).toMatchObject({ code: -32_602 });
    expect(records.at(-1)).toMatchObject({ type: 'call.refused' });
  }

  expect(reached[1]?.contexts).toEqual([]);
});

test('a state goes back to the upstream that gave it, though its tool is now that of another', async () => {
  const { endpoint, gateway, snapshot, reached } = await serveAskingGateway();
  const args = { requests: { a: ROOTS }, state: STATE };
  const { requestState } = askedBy(await call(endpoint, 'helpdesk_relay', args));
  const moved = snapshot.catalog.toolByShownName('payroll_relay');
  gateway.current = () => ({
    ...snapshot,
    catalog: { ...snapshot.catalog, toolByShownName: () => moved },
  });

  const refused = await call(endpoint, 'helpdesk_relay', args, { requestState, inputResponses: {} });

  expect(refused.error).toMatchObject({ code: -32_602 });
  expect(reached[1]?.contexts).toEqual([]);
});

test('a round that only asks costs nothing; the one that answers costs what a call does', async () => {
  const { endpoint, records } = await serveAskingGateway();
  const args = { requests: { a: ROOTS }, state: STATE };
  const { requestState } = askedBy(await call(endpoint, 'payroll_relay', args));
  await call(endpoint, 'payroll_relay', args, { requestState, inputResponses: { a: { roots: [] } } });
  expect(records.filter(({ type }) => type === 'call.outcome').map(({ cost }) => cost?.nanoUsd)).toEqual([
    0, 500_000_000,
  ]);
});

test('what the client does not offer is told to it as MCP says, with HTTP 400', async () => {
  const { endpoint } = await serveAskingGateway();
  const refused = await call(
    endpoint,
    'helpdesk_relay',
    { requests: { a: SAMPLING } },
    {},
    { capabilities: { roots: {} } },
  );
  expect(refused).toMatchObject({
    status: 400,
    error: { code: -32_021, data: { requiredCapabilities: { sampling: {} } } },
  });
});

test.each([
  ['a kind that MCP does not know', { requests: { a: { method: 'x/ask' } } }],
  ['a question without a method', { requests: { a: 'what?' } }],
  ['a list of questions', { requests: [ROOTS] }],
  ['nothing', {}],
  [
    'a page that is no page',
    {
      requests: {
        a: { method: 'elicitation/create', params: { mode: 'url', message: '', url: 'javascript:alert(1)' } },
      },
    },
  ],
])('an upstream that asks for %s gets nowhere', async (_what, args) => {
  const { endpoint } = await serveAskingGateway();
  const { result } = await call(endpoint, 'helpdesk_relay', args);
  expect(result).toMatchObject({
    isError: true,
    structuredContent: { error: { code: 'UPSTREAM_PROTOCOL' } },
  });
});

test('a source that may not ask is shown no such capability, and what it asks nevertheless is refused', async () => {
  const refuse = { sampling: 'refuse', elicitation: 'refuse', roots: 'forward' } as const;
  const { endpoint, reached } = await serveAskingGateway({ questions: { helpdesk: refuse } });

  const { result } = await call(endpoint, 'helpdesk_relay', { requests: { a: SAMPLING } });
  const held = await call(endpoint, 'helpdesk_ask', { questions: [FORM, SAMPLING] });

  expect(result).toMatchObject({ isError: true });
  expect(JSON.stringify(result)).toContain('sources.helpdesk.questions.sampling');
  expect(answersOf(held.result)).toMatchObject([
    { refused: 'CLIENT_REFUSED' },
    { refused: 'CLIENT_REFUSED' },
  ]);
  for (const { clientCapabilities } of reached[0]?.contexts ?? [])
    expect(clientCapabilities).toEqual({ roots: { listChanged: true } });
  askedBy(await call(endpoint, 'payroll_ask', { questions: [SAMPLING] }));
});

test('pages that a legacy upstream wants opened first are asked of a modern client, and told to a legacy one as they are', async () => {
  const { endpoint } = await serveAskingGateway();
  const args = { elicitations: [URL_QUESTION.params] };
  const message = 'helpdesk asks to open a page at login.example.com: Sign in';

  const { keys, requests } = askedBy(await call(endpoint, 'helpdesk_page_first', args));
  expect(Object.values(requests)).toMatchObject([
    { method: 'elicitation/create', params: { mode: 'url', message } },
  ]);
  expect(JSON.stringify(requests)).not.toContain('elicitationId');
  const inputResponses = { [keys[0] ?? '']: { action: 'accept' } };
  const done = await call(endpoint, 'helpdesk_page_first', args, { inputResponses });
  expect(answersOf(done.result)).toEqual(inputResponses);

  for (const kind of ['v1', 'v2 legacy'] as const) {
    const { client } = await connectAsked(kind, { url: endpoint });
    const error = await rejection(client.callTool({ name: 'helpdesk_page_first', arguments: args }));
    expect(error).toMatchObject({
      code: -32_042,
      data: { elicitations: [{ elicitationId: 'e-1', message }] },
    });
  }
});

test('a call that fails for what its modern client does not offer says so as MCP does; one that does without goes on', async () => {
  const { endpoint, records } = await serveAskingGateway();
  for (const capabilities of [{}, { roots: {} }]) {
    const args = { questions: [SAMPLING] };
    const needed = await call(endpoint, 'helpdesk_ask', { ...args, strict: true }, {}, { capabilities });
    expect(needed).toMatchObject({
      status: 400,
      error: { code: -32_021, data: { requiredCapabilities: { sampling: {} } } },
    });
    expect(records.at(-1)).toMatchObject({ result: { status: 'upstream-error', code: -32_021 } });
    const done = await call(endpoint, 'helpdesk_ask', args, {}, { capabilities });
    expect(answersOf(done.result)).toMatchObject([{ refused: 'CLIENT_REFUSED' }]);
  }
});
