import { expect, test } from 'vitest';
import { openDesk } from './desk.ts';

test('two starts hold the same data', async () => {
  const [one, two] = [await openDesk(), await openDesk()];
  for (const path of [
    '/customers?limit=100',
    '/tickets?limit=100',
    '/articles?limit=100',
    '/refunds?limit=100',
  ]) {
    const { json } = await one.get(path);
    expect(json).toEqual((await two.get(path)).json);
    expect(json.items.length).toBeGreaterThan(4);
  }
});

test('following nextCursor shows every ticket once, in order', async () => {
  const desk = await openDesk();
  const whole = (await desk.get('/tickets?limit=100')).json.items;
  const seen = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: any = (await desk.get(`/tickets?limit=7${cursor && `&cursor=${cursor}`}`)).json;
    expect(page.items.length).toBeLessThanOrEqual(7);
    seen.push(...page.items);
    cursor = page.nextCursor;
  }
  expect(seen).toEqual(whole);
  expect(seen).toHaveLength(40);
});

test('a ticket deleted between two pages costs the next page nothing', async () => {
  const desk = await openDesk();
  const [first, second] = [await desk.get('/tickets?limit=3'), await desk.get('/tickets?limit=6')];
  await desk.delete(`/tickets/${first.json.items[2].id}`);
  const next = await desk.get(`/tickets?limit=3&cursor=${first.json.nextCursor}`);
  expect(next.json.items).toEqual(second.json.items.slice(3));
});

test('several states are alternatives, and filters of different names must all hold', async () => {
  const desk = await openDesk();
  const { items } = (await desk.get('/tickets?status=open&status=pending&priority=urgent&limit=100')).json;
  expect(items.map((ticket: any) => ticket.id)).toEqual(['T-1039', 'T-1023', 'T-1018']);
  expect(
    (await desk.get('/tickets?assignee=mara&customerId=C-104')).json.items.map((ticket: any) => ticket.id),
  ).toEqual(['T-1016', 'T-1011']);
});

test('what is created can be read, is stamped with the injected clock, and disappears when deleted', async () => {
  const desk = await openDesk();
  const made = await desk.post('/tickets', {
    customerId: 'C-101',
    subject: 'Tides',
    body: 'Wrong.',
    priority: 'urgent',
  });
  const path = made.headers.get('location')!;
  expect(path).toBe('/tickets/T-1041');
  expect(made.json).toMatchObject({
    createdAt: '2026-11-20T12:00:00Z',
    dueAt: '2026-11-20T13:00:00Z',
    status: 'open',
  });
  expect((await desk.get(path)).json).toEqual(made.json);
  expect((await desk.delete(path)).status).toBe(204);
  expect((await desk.get(path)).status).toBe(404);
  expect((await desk.delete(path)).status).toBe(404);
});

test('an update changes what was sent and nothing else', async () => {
  const desk = await openDesk();
  const before = (await desk.get('/tickets/T-1016')).json;
  const after = await desk.patch('/tickets/T-1016', { assignee: null, reply: 'We are on it.' });
  expect(after.json).toEqual({
    ...before,
    assignee: null,
    updatedAt: '2026-11-20T12:00:00Z',
    messages: [
      ...before.messages,
      { from: 'support', body: 'We are on it.', sentAt: '2026-11-20T12:00:00Z' },
    ],
  });
});

test('an attachment comes back byte for byte under its content type', async () => {
  const desk = await openDesk();
  const content = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7) % 256));
  const made = await desk.post('/tickets/T-1035/attachments', {
    fileName: 'noise.pdf',
    contentType: 'application/pdf',
    content: content.toString('base64'),
  });
  expect(made.json).toMatchObject({ fileName: 'noise.pdf', bytes: 5000 });
  const file = await desk.get(made.headers.get('location')!);
  expect(file.contentType).toBe('application/pdf');
  expect(file.bytes.equals(content)).toBe(true);
});

test('the seeded picture is a PNG and the seeded log is text', async () => {
  const desk = await openDesk();
  const picture = await desk.get('/tickets/T-1035/attachments/A-503');
  expect(picture.contentType).toBe('image/png');
  expect(picture.bytes.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
  const log = await desk.get('/tickets/T-1035/attachments/A-502');
  expect(log.contentType).toBe('text/plain; charset=utf-8');
  expect(log.bytes.toString()).toContain('window blocked');
});

test('a search shows the best match first and nothing that lacks a word', async () => {
  const desk = await openDesk();
  const ids = async (query: string) =>
    (await desk.get(`/articles?query=${query}`)).json.items.map((found: any) => found.id);
  expect(await ids('team')).toEqual(['KB-111', 'KB-102', 'KB-101', 'KB-114']);
  expect(await ids('sync+outage')).toEqual(['KB-108']);
  expect(await ids('zeppelin')).toEqual([]);
});

test('refunds of one payment together never exceed what was paid, and a cancelled one no longer counts', async () => {
  const desk = await openDesk();
  const refund = (amount: number) =>
    desk.post('/refunds', { ticketId: 'T-1016', paymentId: 'P-2005', amount, reason: 'duplicate_charge' });
  const first = await refund(1000);
  expect(first.status).toBe(201);
  const second = await refund(901);
  expect(second.status).toBe(409);
  expect(second.json.detail).toBe('Of P-2005 (1900 EUR) only 900 can still be refunded; 901 is more.');
  expect((await desk.delete(first.headers.get('location')!)).json.status).toBe('cancelled');
  expect((await refund(1900)).status).toBe(201);
  expect((await desk.get('/customers/C-104')).json.payments[1]).toMatchObject({
    amount: 1900,
    refunded: 1900,
  });
});

test('a refund names a payment of the customer of its ticket', async () => {
  const desk = await openDesk();
  const answer = await desk.post('/refunds', {
    ticketId: 'T-1016',
    paymentId: 'P-2009',
    amount: 1,
    reason: 'goodwill',
  });
  expect(answer.status).toBe(409);
  expect(answer.json.detail).toContain('P-2009 is not a payment of C-104');
});

test('the same Idempotency-Key with the same body refunds once', async () => {
  const desk = await openDesk();
  const body = { ticketId: 'T-1016', paymentId: 'P-2005', amount: 950, reason: 'duplicate_charge' };
  const key = { 'idempotency-key': 'only-once-please' };
  const first = await desk.post('/refunds', body, key);
  expect((await desk.post('/refunds', body, key)).json).toEqual(first.json);
  expect((await desk.get('/refunds?customerId=C-104')).json.items).toHaveLength(1);
  expect((await desk.post('/refunds', { ...body, amount: 951 }, key)).status).toBe(422);
});
