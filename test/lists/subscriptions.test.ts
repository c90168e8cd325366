import { expect, test } from 'vitest';
import { BailiwickError } from '../../src/errors.ts';
import { catalogOf } from '../policy/fixtures.ts';
import { scriptUpstream, serveScripted, type ScriptedUpstream } from './scripted.ts';
import { askModern, gather, openSession, sendModern, type Message } from './wire.ts';

const NOTES = ['note://open', 'note://secret', 'note://other'];

const notes = (script: Parameters<typeof scriptUpstream>[1] = {}): ScriptedUpstream =>
  scriptUpstream(catalogOf('notes', { resources: NOTES }), script);

/** Everyone reads what is not secret. */
const POLICY = `
policy: notes
rules:
  - { id: all, effect: permit, what: { source: notes } }
  - { id: secret, effect: deny, what: { resource: 'note://secret' } }
`;

const CLOSED = `${POLICY}  - { id: closed, effect: deny, what: { resource: 'note://open' } }\n`;

const uriAt = (path: string, uri: string): string => (path === '' ? `notes+${uri}` : uri);

const updates = (messages: readonly Message[]): unknown[] =>
  messages
    .filter(({ method }) => method === 'notifications/resources/updated')
    .map(({ params }) => params?.['uri']);

const listen = (uris: string[]) => ({ notifications: { resourceSubscriptions: uris } });

test.each([[''], ['/notes']])(
  'a session is told of what it subscribed to, and no other is (/mcp%s)',
  async (path) => {
    const upstream = notes();
    await using gateway = await serveScripted({ upstreams: [upstream], policy: POLICY });
    const [first, second] = [
      await openSession(`${gateway.endpoint}${path}`, 'ann'),
      await openSession(`${gateway.endpoint}${path}`, 'ann'),
    ];
    const [told, others] = [gather(await first.listen()), gather(await second.listen())];
    const uri = uriAt(path, 'note://open');
    expect((await first.ask('resources/subscribe', { uri })).result).toEqual({});
    expect((await first.ask('resources/subscribe', { uri })).result).toEqual({});
    expect((await second.ask('resources/subscribe', { uri: uriAt(path, 'note://other') })).result).toEqual(
      {},
    );
    expect(upstream.subscribed).toEqual(['note://open', 'note://other']);

    upstream.update('note://open');
    await expect.poll(() => updates(told.messages)).toEqual([uri]);

    await first.ask('resources/unsubscribe', { uri });
    expect(upstream.subscribed).toEqual(['note://other']);
    upstream.update('note://other');
    await expect.poll(() => updates(others.messages)).toEqual([uriAt(path, 'note://other')]);
    expect(updates(told.messages)).toEqual([uri]);

    await second.end();
    await others.ended;
    expect(upstream.subscribed).toEqual([]);
    await told.stop();
  },
);

test('a stream of a modern client is told of what it asked for and may read, and is told so first', async () => {
  const upstream = notes();
  await using gateway = await serveScripted({ upstreams: [upstream], policy: POLICY });
  const asked = ['notes+note://open', 'notes+note://secret', 'elsewhere+note://open', 'notes+note://open'];
  const stream = gather(await sendModern(gateway.endpoint, 'ann', 'subscriptions/listen', listen(asked)));
  const other = gather(
    await sendModern(
      gateway.endpoint,
      'ann',
      'subscriptions/listen',
      listen(['notes+note://open', 'notes+note://other']),
    ),
  );
  await expect
    .poll(() => stream.messages[0]?.params?.['notifications'])
    .toEqual({
      resourceSubscriptions: ['notes+note://open'],
    });
  expect(upstream.subscribed.toSorted()).toEqual(['note://open', 'note://open', 'note://other']);
  upstream.update('note://open', {
    uri: 'note://open',
    _meta: { 'io.modelcontextprotocol/subscriptionId': 77, trace: 'kept' },
  });
  upstream.update('note://other');
  await expect.poll(() => updates(other.messages)).toEqual(['notes+note://open', 'notes+note://other']);
  expect(updates(stream.messages)).toEqual(['notes+note://open']);
  expect(stream.messages.at(-1)?.params?.['_meta']).toEqual({
    'io.modelcontextprotocol/subscriptionId': 1,
    trace: 'kept',
  });
  await stream.stop();
  await expect.poll(() => upstream.subscribed.toSorted()).toEqual(['note://open', 'note://other']);
  upstream.update('note://open');
  await expect.poll(() => updates(other.messages)).toHaveLength(3);
  await other.stop();
  await expect.poll(() => upstream.subscribed).toEqual([]);
});

test('a stream that may have nothing of what it asked for ends at once', async () => {
  await using gateway = await serveScripted({ upstreams: [notes()], policy: POLICY });
  const stream = gather(
    await sendModern(gateway.endpoint, 'ann', 'subscriptions/listen', listen(['notes+note://secret'])),
  );
  await stream.ended;
  expect(
    stream.messages.map(({ params, result }) => params?.['notifications'] ?? result?.['resultType']),
  ).toEqual([{}, 'complete']);
});

test('what may not be read and what is not there are refused in the same words', async () => {
  const upstream = notes({
    onSubscribe(uri) {
      if (uri === 'note://gone') throw new BailiwickError('UNKNOWN_RESOURCE', 'its own words');
    },
  });
  await using gateway = await serveScripted({ upstreams: [upstream], policy: POLICY });
  const client = await openSession(gateway.endpoint, 'ann');
  const refusals = await Promise.all(
    ['notes+note://secret', 'nobody+note://open', 'notes+note://gone', 'nothing'].map(async (uri) => {
      const { error } = await client.ask('resources/subscribe', { uri });
      return { ...error, message: error?.message.replace(uri, 'URI'), data: undefined };
    }),
  );
  expect(new Set(refusals.map((one) => JSON.stringify(one)))).toEqual(
    new Set([JSON.stringify({ code: -32_602, message: 'Unknown resource: URI' })]),
  );
});

test.each([['legacy'], ['modern']])(
  'a subscription is decided and recorded as reading is (%s)',
  async (era) => {
    await using gateway = await serveScripted({ upstreams: [notes()], policy: POLICY });
    const uris = ['notes+note://open', 'notes+note://secret'];
    if (era === 'legacy') {
      const client = await openSession(gateway.endpoint, 'ann');
      for (const uri of uris) await client.ask('resources/subscribe', { uri });
    } else {
      const stream = gather(await sendModern(gateway.endpoint, 'ann', 'subscriptions/listen', listen(uris)));
      await expect.poll(() => stream.messages.length).toBeGreaterThan(0);
      await stream.stop();
    }
    const about = gateway.records.map(({ type, target, decision, detail, result, via }) => [
      type,
      target?.name,
      decision?.effect,
      detail?.['method'],
      result?.status,
      via?.era,
    ]);
    expect(about.toSorted(([a], [b]) => ((a ?? '') < (b ?? '') ? -1 : 1))).toEqual([
      ['call.intent', 'note://open', 'permit', 'resources/subscribe', undefined, era],
      ['call.outcome', undefined, undefined, undefined, 'ok', undefined],
      ['call.refused', 'note://secret', 'deny', 'resources/subscribe', 'refused', era],
    ]);
  },
);

test.each([['legacy'], ['modern']])(
  'a policy that takes the resource away ends the subscription (%s)',
  async (era) => {
    const upstream = notes();
    await using gateway = await serveScripted({ upstreams: [upstream], policy: POLICY });
    const uri = 'notes+note://open';
    if (era === 'legacy') {
      const client = await openSession(gateway.endpoint, 'ann');
      await client.ask('resources/subscribe', { uri });
    } else {
      await sendModern(gateway.endpoint, 'ann', 'subscriptions/listen', listen([uri]));
    }
    expect(upstream.subscribed).toEqual(['note://open']);
    await gateway.swap({ upstreams: [upstream], policy: CLOSED });
    expect(upstream.subscribed).toEqual([]);
  },
);

test('a source that is configured anew goes on telling, from where it is now', async () => {
  const [before, after] = [notes(), notes()];
  await using gateway = await serveScripted({ upstreams: [before], policy: POLICY });
  const client = await openSession(gateway.endpoint, 'ann');
  const told = gather(await client.listen());
  await client.ask('resources/subscribe', { uri: 'notes+note://open' });
  await gateway.swap({ upstreams: [after], policy: POLICY });
  await expect.poll(() => [before.subscribed, after.subscribed]).toEqual([[], ['note://open']]);
  after.update('note://open');
  await expect.poll(() => updates(told.messages)).toEqual(['notes+note://open']);
  await told.stop();
});

test('a session may hold so many subscriptions, and is told when there is room for no more', async () => {
  const upstream = notes();
  await using gateway = await serveScripted({ upstreams: [upstream] });
  const client = await openSession(gateway.endpoint, 'ann');
  for (let n = 0; n < 256; n += 1) await client.ask('resources/subscribe', { uri: `notes+note://${n}` });
  const { error } = await client.ask('resources/subscribe', { uri: 'notes+note://256' });
  expect(error).toMatchObject({ code: -32_602 });
  expect(error?.message).toContain('256 subscriptions are open');
  await client.ask('resources/unsubscribe', { uri: 'notes+note://0' });
  expect((await client.ask('resources/subscribe', { uri: 'notes+note://256' })).result).toEqual({});
});

test('a modern client has no resources/subscribe, and a legacy one no subscriptions/listen', async () => {
  await using gateway = await serveScripted({ upstreams: [notes()] });
  const legacy = await openSession(gateway.endpoint, 'ann');
  expect((await legacy.ask('subscriptions/listen', listen([]))).error?.code).toBe(-32_601);
  expect(
    (await askModern(gateway.endpoint, 'ann', 'resources/subscribe', { uri: 'notes+note://open' })).error
      ?.code,
  ).toBe(-32_601);
});
