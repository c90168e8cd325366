import { expect, test } from 'vitest';
import { connect, rejection } from '../support/clients.ts';
import { KEYS, notesFiles, startApi, startGateway } from '../support/gateway.ts';

test('a stop lets calls in flight finish, records them, and takes no new ones', async () => {
  const arrived = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  await using api = await startApi(async (_request, response) => {
    arrived.resolve();
    await go.promise;
    response.setHeader('content-type', 'application/json');
    response.end('{"done":true}');
  });
  await using gateway = await startGateway(notesFiles(api.url));
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.reader);
  const call = client.callTool({ name: 'notes_list_notes', arguments: {} });
  await arrived.promise;

  const stopped = gateway.app.close(10_000);
  const late = await rejection(client.callTool({ name: 'notes_list_notes', arguments: {} }));
  go.resolve();

  expect((await call).structuredContent).toEqual({ done: true });
  expect(late.message).toContain('stopping');
  await stopped;
  expect((await gateway.calls()).at(-1)).toMatchObject({ type: 'call.outcome', result: { status: 'ok' } });
});

test('a call that outlasts the grace is cancelled, and the record says so', async () => {
  const arrived = Promise.withResolvers<void>();
  await using api = await startApi(() => arrived.resolve());
  await using gateway = await startGateway(notesFiles(api.url));
  await using client = await connect('v2 modern', gateway.endpoint, KEYS.reader);
  const call = rejection(client.callTool({ name: 'notes_list_notes', arguments: {} }));
  await arrived.promise;

  await gateway.app.close(20);

  expect((await call).message).toContain('stopped');
  expect((await gateway.calls()).at(-1)).toMatchObject({
    type: 'call.outcome',
    result: { status: 'cancelled' },
  });
});
