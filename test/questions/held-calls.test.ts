import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/catalog/json.ts';
import { createHeldCalls } from '../../src/gateway/questions/held-calls.ts';
import { createClock, settled } from '../ledger/support.ts';
import { askedBy, call, send } from './raw-modern.ts';
import { answersOf, FORM, ROOTS, SAMPLING, serveAskingGateway, URL_QUESTION } from './support.ts';

const ACCEPTED = { action: 'accept', content: { id: '7' } };

test('a modern client gets the questions of a held call, and the result when it comes back with the answers', async () => {
  const { endpoint, records } = await serveAskingGateway();
  const args = { questions: [FORM, URL_QUESTION] };

  const first = askedBy(await call(endpoint, 'helpdesk_ask', args));
  const [key = ''] = first.keys;
  expect(Object.values(first.requests)).toEqual([
    {
      method: 'elicitation/create',
      params: {
        message: 'helpdesk asks: Which ticket?',
        requestedSchema: { type: 'object', properties: { id: { type: 'string', title: 'Id' } } },
        _meta: { 'io.bailiwick/source': 'helpdesk' },
      },
    },
  ]);
  const { requestState } = first;
  const second = askedBy(
    await call(endpoint, 'helpdesk_ask', args, { requestState, inputResponses: { [key]: ACCEPTED } }),
  );
  expect(second.keys).not.toContain(key);
  expect(Object.values(second.requests)[0]).not.toHaveProperty('params.elicitationId');
  const third = await call(endpoint, 'helpdesk_ask', args, {
    requestState: second.requestState,
    inputResponses: { [second.keys[0] ?? '']: { action: 'decline', 'x-more': [1] } },
  });

  expect(answersOf(third.result)).toEqual([ACCEPTED, { action: 'decline', 'x-more': [1] }]);
  expect(records.map(({ type }) => type)).toEqual(['call.intent', 'call.outcome']);
  expect(records[1]).toMatchObject({
    result: { status: 'ok' },
    detail: { questions: { 'elicitation/create': { accept: 1, decline: 1 } } },
  });
});

test('questions that are asked together go out together, under keys that cannot be guessed', async () => {
  const { endpoint } = await serveAskingGateway();
  const args = { questions: [FORM, SAMPLING, ROOTS] };

  const { keys, requests, requestState } = askedBy(await call(endpoint, 'helpdesk_ask_at_once', args));

  expect(Object.values(requests).map((request) => (request as JsonObject)['method'])).toEqual([
    'elicitation/create',
    'sampling/createMessage',
    'roots/list',
  ]);
  for (const key of keys) expect(key.length).toBeGreaterThan(20);
  const answers = [
    ACCEPTED,
    { role: 'assistant', model: 'm', content: { type: 'text', text: 'x' } },
    { roots: [] },
  ];
  const inputResponses = Object.fromEntries(keys.map((key, index) => [key, answers[index] ?? {}]));
  const done = await call(endpoint, 'helpdesk_ask_at_once', args, { requestState, inputResponses });
  expect(answersOf(done.result)).toEqual(answers);
});

test.each([
  ['none at all', {}],
  ['under keys that nobody asked under', { other: ACCEPTED }],
  ['that are no answers', 'malformed'],
])('a client that brings answers %s is asked again, under the same keys', async (_what, given) => {
  const { endpoint } = await serveAskingGateway();
  const args = { questions: [FORM] };
  const { keys, requestState } = askedBy(await call(endpoint, 'helpdesk_ask', args));
  const [key = ''] = keys;

  const inputResponses = given === 'malformed' ? { [key]: { action: 'perhaps' } } : (given as JsonObject);
  const again = askedBy(await call(endpoint, 'helpdesk_ask', args, { requestState, inputResponses }));

  expect(again.keys).toEqual(keys);
  const done = await call(endpoint, 'helpdesk_ask', args, {
    requestState: again.requestState,
    inputResponses: { [key]: ACCEPTED },
  });
  expect(answersOf(done.result)).toEqual([ACCEPTED]);
});

test('prompts and resources can be held as well', async () => {
  const { endpoint } = await serveAskingGateway();
  for (const [method, params] of [
    ['prompts/get', { name: 'helpdesk_ask', arguments: { questions: JSON.stringify([ROOTS]) } }],
    ['resources/read', { uri: 'helpdesk+helpdesk://a' }],
  ] as const) {
    const { keys, requestState } = askedBy((await send(endpoint, method, params)).last);
    const inputResponses = { [keys[0] ?? '']: { roots: [{ uri: 'file:///here' }] } };
    const { last } = await send(endpoint, method, { ...params, requestState, inputResponses });
    expect(JSON.stringify(last.result)).toContain('file:///here');
  }
});

test('what the upstream tells in a later round reaches the response that is open then', async () => {
  const { endpoint } = await serveAskingGateway();
  const args = { questions: [ROOTS] };
  const meta = { progressToken: 'one', 'io.modelcontextprotocol/logLevel': 'info' };
  const first = await call(endpoint, 'helpdesk_tell', args, {}, { meta });
  const { keys, requestState } = askedBy(first);

  const second = await call(
    endpoint,
    'helpdesk_tell',
    args,
    { requestState, inputResponses: { [keys[0] ?? '']: { roots: [] } } },
    { meta: { ...meta, progressToken: 'two' } },
  );

  const told = ({ messages }: typeof first) =>
    messages.flatMap(({ method, params }) =>
      method === undefined ? [] : [[method, params?.['progressToken'] ?? params?.['data']]],
    );
  expect(told(first)).toEqual([
    ['notifications/progress', 'one'],
    ['notifications/message', 'step 1'],
  ]);
  expect(told(second)).toEqual([
    ['notifications/progress', 'two'],
    ['notifications/message', 'step 2'],
  ]);
});

test('a client that names no log level is told no messages', async () => {
  const { endpoint } = await serveAskingGateway();
  const { messages } = await call(endpoint, 'helpdesk_tell', { questions: [] });
  expect(messages).toHaveLength(1);
});

type Changed = [state: string, name: string, more: JsonObject, options: { as?: string }, path?: string];

const CHANGES: readonly (readonly [string, (state: string) => Changed])[] = [
  ['another caller', (state) => [state, 'helpdesk_ask', {}, { as: 'eve' }]],
  ['another tool', (state) => [state, 'helpdesk_ask_at_once', {}, {}]],
  ['other arguments', (state) => [state, 'helpdesk_ask', { more: 1 }, {}]],
  ['another endpoint', (state) => [state, 'ask', {}, {}, '/helpdesk']],
  [
    'a changed byte',
    (state) => [
      `${state.slice(0, 40)}${state[40] === 'A' ? 'B' : 'A'}${state.slice(41)}`,
      'helpdesk_ask',
      {},
      {},
    ],
  ],
  ['rubbish', () => ['rubbish', 'helpdesk_ask', {}, {}]],
];

test.each(CHANGES)(
  'a requestState is refused with %s, and the call goes on waiting',
  async (_what, change) => {
    const { endpoint, records } = await serveAskingGateway();
    const args = { questions: [ROOTS] };
    const { keys, requestState } = askedBy(await call(endpoint, 'helpdesk_ask', args));
    const inputResponses = { [keys[0] ?? '']: { roots: [] } };

    const [state, name, more, options, path = ''] = change(requestState);
    const refused = await call(
      `${endpoint}${path}`,
      name,
      { ...args, ...more },
      { requestState: state, inputResponses },
      options,
    );

    expect(refused.error).toMatchObject({ code: -32_602, message: expect.stringContaining('requestState') });
    expect(records.at(-1)).toMatchObject({ type: 'call.refused', result: { code: 'INVALID_PARAMS' } });
    const done = await call(endpoint, 'helpdesk_ask', args, { requestState, inputResponses });
    expect(answersOf(done.result)).toEqual([{ roots: [] }]);
    const late = await call(endpoint, 'helpdesk_ask', args, { requestState, inputResponses });
    expect(late.error).toMatchObject({ code: -32_602 });
  },
);

test('a client that does not come back loses its call, and the upstream hears that it is over', async () => {
  const { endpoint, clock, reached, records } = await serveAskingGateway();
  const args = { questions: [ROOTS] };
  const { keys, requestState } = askedBy(await call(endpoint, 'helpdesk_ask', args));

  await clock.pass(600_000);

  await reached[0]?.cancelled;
  await settled();
  expect(records.at(-1)).toMatchObject({
    type: 'call.outcome',
    result: { status: 'cancelled' },
    detail: { questions: { 'roots/list': { error: 1 } } },
  });
  const inputResponses = { [keys[0] ?? '']: { roots: [] } };
  const late = await call(endpoint, 'helpdesk_ask', args, { requestState, inputResponses });
  expect(late.error).toMatchObject({ code: -32_602 });
});

test('a client that comes back with nothing gains no time', async () => {
  const { endpoint, clock, reached } = await serveAskingGateway();
  const args = { questions: [ROOTS] };
  let { requestState } = askedBy(await call(endpoint, 'helpdesk_ask', args));
  await clock.pass(599_000);
  ({ requestState } = askedBy(await call(endpoint, 'helpdesk_ask', args, { requestState })));
  await clock.pass(1_000);
  await reached[0]?.cancelled;
  expect((await call(endpoint, 'helpdesk_ask', args, { requestState })).error?.code).toBe(-32_602);
});

test('a stop ends what waits for clients that are away, at once', async () => {
  const { endpoint, gateway, reached, records } = await serveAskingGateway();
  askedBy(await call(endpoint, 'helpdesk_ask', { questions: [ROOTS] }));

  gateway.rounds.close();

  await reached[0]?.cancelled;
  expect(await gateway.road.inFlight.drain(60_000)).toEqual({ cancelled: 0 });
  expect(records.at(-1)).toMatchObject({ result: { status: 'cancelled' } });
});

test('a client that closes the response before it is answered ends the call', async () => {
  const { endpoint, reached } = await serveAskingGateway();
  const giveUp = new AbortController();
  const args = { questions: [], wait: true };
  const closed = call(endpoint, 'helpdesk_ask', args, {}, { signal: giveUp.signal }).catch(() => 'closed');
  await expect.poll(() => reached[0]?.contexts.length).toBe(1);
  giveUp.abort();
  expect(await closed).toBe('closed');
  await reached[0]?.cancelled;
});

test('one caller cannot hold so many calls that others cannot be asked', async () => {
  const { endpoint } = await serveAskingGateway({ limits: { timeToLiveMs: 600_000, most: 3, mostOfOne: 2 } });
  const args = { questions: [ROOTS] };
  const first = askedBy(await call(endpoint, 'helpdesk_ask', args));
  askedBy(await call(endpoint, 'helpdesk_ask', args));

  const third = await call(endpoint, 'helpdesk_ask', args);

  expect(answersOf(third.result)).toMatchObject([
    { refused: 'CLIENT_REFUSED', message: expect.stringContaining('2 calls of this caller') },
  ]);
  askedBy(await call(endpoint, 'helpdesk_ask', args, {}, { as: 'eve' }));
  const other = await call(endpoint, 'helpdesk_ask', args, {}, { as: 'mallory' });
  expect(answersOf(other.result)).toMatchObject([{ message: expect.stringContaining('3 calls already') }]);
  const { keys, requestState } = first;
  await call(endpoint, 'helpdesk_ask', args, {
    requestState,
    inputResponses: { [keys[0] ?? '']: { roots: [] } },
  });
  askedBy(await call(endpoint, 'helpdesk_ask', args));
});

test('of two requests with one requestState, one is answered', async () => {
  const { endpoint } = await serveAskingGateway();
  const args = { questions: [ROOTS], wait: true };
  const { keys, requestState } = askedBy(await call(endpoint, 'helpdesk_ask', args));
  const round = { requestState, inputResponses: { [keys[0] ?? '']: { roots: [] } } };
  const giveUp = new AbortController();
  const first = call(endpoint, 'helpdesk_ask', args, round, { signal: giveUp.signal }).catch(() => 'closed');
  const second = await call(endpoint, 'helpdesk_ask', args, round, { signal: giveUp.signal });
  expect(second.error).toMatchObject({ code: -32_602, message: expect.stringContaining('another request') });
  giveUp.abort();
  expect(await first).toBe('closed');
});

test('a call that ends while its client is away keeps the result for it, for as long as it would have waited', async () => {
  const clock = createClock();
  const limits = { timeToLiveMs: 60_000, most: 10, mostOfOne: 10 };
  const held = createHeldCalls({ newId: randomUUID, ...clock, ...limits });
  const withdrawn = new AbortController();
  const round = { signal: new AbortController().signal };
  const begin = () =>
    held
      .create('dana', (id) => id)
      .start(round, async ({ ask }) => {
        await ask(ROOTS, withdrawn.signal).catch(() => {});
        return { content: [] };
      });
  const [first, second] = await Promise.all([begin(), begin()]);
  withdrawn.abort();
  await settled();

  expect(await held.resume(first['requestState'] as string, round)).toEqual({ content: [] });
  await clock.pass(60_000);

  for (const { requestState } of [first, second])
    await expect(held.resume(requestState as string, round)).rejects.toMatchObject({
      code: 'INVALID_PARAMS',
    });
});
