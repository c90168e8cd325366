import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEventStores, type SessionEvents } from '../../src/server/event-store.ts';

const message = (text: string) => ({ jsonrpc: '2.0' as const, method: 'note', params: { text } });

async function replay(events: SessionEvents, eventId: string): Promise<unknown[]> {
  const sent: unknown[] = [];
  await events.replayEventsAfter(eventId, {
    send: async (_id, one) => void sent.push('params' in one ? one.params?.['text'] : one),
  });
  return sent;
}

const LIMITS = { events: 5, bytes: 2_000, totalBytes: 3_000 };

test('what is replayed is what came on that stream after that event, as far as it is kept', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(1), fc.constantFrom('a', 'b', '_GET_stream'), fc.nat(900)), { maxLength: 40 }),
      fc.nat(),
      async (stored, pick) => {
        const stores = createEventStores(LIMITS);
        const sessions = [stores.open(), stores.open()];
        const all: { session: number; stream: string; id: string; text: string }[] = [];
        for (const [index, [session, stream, length]] of stored.entries()) {
          const text = `${index}${'x'.repeat(length)}`;
          const id = await sessions[session]!.storeEvent(stream, message(text));
          all.push({ session, stream, id, text });
        }
        const from = all[pick % Math.max(1, all.length)];
        if (!from) return;
        const own = all.filter((one) => one.session === from.session && one.stream === from.stream);
        const after = own.slice(own.indexOf(from) + 1).map(({ text }) => text);
        const store = sessions[from.session]!;
        if (!store.canResume(from.id)) return;
        const replayed = await replay(store, from.id);
        expect(replayed).toEqual(after.slice(after.length - replayed.length));
        expect(replayed.length).toBeLessThanOrEqual(LIMITS.events);
        expect(replayed.join('').length).toBeLessThanOrEqual(LIMITS.bytes);
      },
    ),
  );
});

test('the oldest goes first: of a session by number and by size, of all by size', async () => {
  const stores = createEventStores(LIMITS);
  const [first, second] = [stores.open(), stores.open()];
  const start = await first.storeEvent('a', message('0'));
  for (let n = 1; n <= 5; n += 1) await first.storeEvent('a', message(String(n)));
  expect(await replay(first, start)).toEqual(['1', '2', '3', '4', '5']);
  await first.storeEvent('a', message('y'.repeat(1_500)));
  expect(await replay(first, start)).not.toContain('1');
  await first.storeEvent('a', message('too large to be kept'.repeat(200)));
  expect(first.canResume(start)).toBe(false);

  const kept = await first.storeEvent('a', message('z'.repeat(1_700)));
  expect(first.canResume(kept)).toBe(true);
  await second.storeEvent('a', message('z'.repeat(1_700)));
  expect(first.canResume(kept)).toBe(false);
});

test('a session that has ended keeps nothing, and leaves its room to others', async () => {
  const stores = createEventStores(LIMITS);
  const [first, second] = [stores.open(), stores.open()];
  const before = await second.storeEvent('a', message('z'.repeat(1_200)));
  const gone = await first.storeEvent('a', message('z'.repeat(1_200)));
  first.close();
  expect(first.canResume(gone)).toBe(false);
  await first.storeEvent('a', message('after the end'));
  await stores.open().storeEvent('a', message('z'.repeat(1_200)));
  expect(second.canResume(before)).toBe(true);
});

test('no text is taken for an event of a session but those it gave out', async () => {
  const stores = createEventStores();
  const events = stores.open();
  const own = await events.storeEvent('a', message('1'));
  const others = await stores.open().storeEvent('b', message('1'));
  expect([own, others].map((id) => events.canResume(id))).toEqual([true, false]);
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string().map((text) => `a/${text}`),
      ),
      (text) => {
        expect(events.canResume(text)).toBe(text === own);
      },
    ),
  );
});
