import path from 'node:path';
import { expect, test } from 'vitest';
import { hashKey } from '../../src/identity/static-keys.ts';
import { openSqlite } from '../../src/state/sqlite/open-sqlite.ts';
import { toNanoUsd } from '../../src/text/nano-usd.ts';
import { connect } from '../support/clients.ts';
import { createFolder, DOCUMENT, KEYS, startApi } from '../support/gateway.ts';
import { startGateway } from '../support/gateway-process.ts';
import { call, createClock, createLog, limits, openLedger, refusal, spend, usd } from './support.ts';

const BUDGET = '{ id: month, budget: { usd: 1, per: month } }';

test('a gateway that is killed loses no call: what was sent is charged, and nothing else', async () => {
  const seven = Promise.withResolvers<void>();
  await using api = await startApi((_request, response) => {
    // Four are answered, three are not.
    if (api.received.length <= 4) response.end('[]');
    if (api.received.length === 7) seven.resolve();
  });
  await using workspace = await createFolder({ 'notes.yaml': DOCUMENT });
  const file = path.join(workspace.folder, 'state.db');
  const gateway = await startGateway({
    identity: {
      local: false,
      principals: { reader: { scopes: ['notes:read'] } },
      keys: [{ principal: 'reader', hash: hashKey(KEYS.reader) }],
    },
    sources: { notes: { openapi: path.join(workspace.folder, 'notes.yaml'), url: api.url, price: 0.1 } },
    policy: {
      policy: 'team',
      scopes: { 'notes:read': { source: 'notes', access: 'read' } },
      limits: [{ id: 'month', budget: { usd: 1, per: 'month' } }],
    },
    state: { sqlite: file },
  });
  try {
    await using client = await connect('v2 modern', `${gateway.url}/mcp`, KEYS.reader);
    for (let index = 0; index < 4; index += 1) {
      await client.callTool({ name: 'notes_list_notes', arguments: {} });
    }
    for (let index = 0; index < 3; index += 1) {
      client.callTool({ name: 'notes_list_notes', arguments: {} }).catch(() => {});
    }
    await seven.promise;
    gateway.child.process.kill('SIGKILL');
  } finally {
    await gateway.stop();
  }

  // A minute later, another gateway on the same file.
  const clock = createClock(Date.now() + 61_000);
  await using store = Object.assign(await openSqlite({ file, logger: createLog().logger, now: clock.now }), {
    [Symbol.asyncDispose]: () => store.close(),
  });
  const { ledger, lost } = openLedger(store, { clock });
  const set = limits(BUDGET);
  expect((await refusal(ledger.reserve(call(set, { bound: usd(0.4) }))))?.code).toBe('LIMIT_EXCEEDED');
  expect(await refusal(ledger.reserve(call(set, { bound: usd(0.3) })))).toBeUndefined();
  expect(lost.length).toBeGreaterThanOrEqual(3);
  const today = new Date(clock.now() - 61_000).toISOString().slice(0, 10);
  expect(await spend(store, today, clock.now())).toMatchObject([
    { subject: 'reader', name: 'list_notes', calls: 7, nanoUsd: toNanoUsd(0.7), lost: lost.length },
  ]);
});
