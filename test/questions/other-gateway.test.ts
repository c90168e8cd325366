import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSqlite } from '../../src/state/sqlite/open-sqlite.ts';
import type { Store } from '../../src/state/store.ts';
import { createLog } from '../ledger/support.ts';
import { createFolder } from '../support/gateway.ts';
import { askedBy, call } from './raw-modern.ts';
import { answersOf, FORM, ROOTS, serveAskingGateway } from './support.ts';

const secret = 'what both gateways of the deployment seal with';

/** Two gateways, each with its own connection to one SQLite file. */
async function startTwo() {
  const { folder, ...rest } = await createFolder({});
  const stores: Store[] = [];
  const gateways = [];
  for (const _gateway of [1, 2]) {
    const { logger } = createLog();
    const store = await openSqlite({ file: path.join(folder, 'state.db'), logger, now: Date.now });
    stores.push(store);
    gateways.push(await serveAskingGateway({ store, secret }));
  }
  onTestFinished(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await rest[Symbol.asyncDispose]();
  });
  const [one, two] = gateways;
  if (!one || !two) throw new Error('two gateways');
  return { one, two };
}

test('a client may come back to another gateway of the deployment: its answers are handed to the one that holds the call', async () => {
  const { one, two } = await startTwo();
  const args = { questions: [FORM, ROOTS] };
  const first = askedBy(await call(one.endpoint, 'helpdesk_ask', args));

  const answer = { action: 'accept', content: { id: '7' } };
  const second = askedBy(
    await call(two.endpoint, 'helpdesk_ask', args, {
      requestState: first.requestState,
      inputResponses: { [first.keys[0] ?? '']: answer },
    }),
  );
  const third = await call(two.endpoint, 'helpdesk_ask', args, {
    requestState: second.requestState,
    inputResponses: { [second.keys[0] ?? '']: { roots: [] } },
  });

  expect(answersOf(third.result)).toEqual([answer, { roots: [] }]);
  expect(two.reached[0]?.contexts).toEqual([]);
  expect(one.records.map(({ type }) => type)).toEqual(['call.intent', 'call.outcome']);
  const late = await call(two.endpoint, 'helpdesk_ask', args, { requestState: second.requestState });
  expect(late.error).toMatchObject({ code: -32_602, message: expect.stringContaining('requestState') });
});

test('a client that goes away from the other gateway ends the call', async () => {
  const { one, two } = await startTwo();
  const args = { questions: [ROOTS], wait: true };
  const { keys, requestState } = askedBy(await call(one.endpoint, 'helpdesk_ask', args));
  const giveUp = new AbortController();
  const round = { requestState, inputResponses: { [keys[0] ?? '']: { roots: [] } } };
  const closed = call(two.endpoint, 'helpdesk_ask', args, round, { signal: giveUp.signal }).catch(
    () => 'closed',
  );
  await one.reached[0]?.waiting;

  giveUp.abort();

  expect(await closed).toBe('closed');
  await one.reached[0]?.cancelled;
});

test('where the gateway that holds the call is gone, the client is told so in time', async () => {
  const gone = await serveAskingGateway({ secret });
  const other = await serveAskingGateway({ secret });
  const args = { questions: [ROOTS] };
  const { requestState } = askedBy(await call(gone.endpoint, 'helpdesk_ask', args));

  const refused = call(other.endpoint, 'helpdesk_ask', args, { requestState });
  const isAnswered = refused.then(() => true);
  await expect
    .poll(async () => Promise.race([isAnswered, other.clock.pass(1_000).then(() => false)]))
    .toBe(true);

  expect((await refused).error).toMatchObject({
    code: -32_602,
    message: expect.stringContaining('requestState'),
  });
  expect(other.records.at(-1)).toMatchObject({ type: 'call.refused', result: { code: 'INVALID_PARAMS' } });
});
