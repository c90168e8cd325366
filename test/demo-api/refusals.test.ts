import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { BailiwickError } from '../../src/errors.ts';
import { startDemoApi } from '../../src/cli/demo-api/server.ts';
import { NOON, openDesk } from './desk.ts';
import { documentedOperations, errorsOf } from './document.ts';

const TICKET = { customerId: 'C-101', subject: 'Help', body: 'Please.' };

test('with a key, every operation answers 401 without it and with another one', async () => {
  const desk = await openDesk({ apiKey: 'brass-lantern' });
  for (const { id, method, path } of documentedOperations) {
    for (const headers of [{}, { 'x-api-key': 'brass-lanterN' }]) {
      const answer = await fetch(desk.url + path, { method, headers });
      expect({ id, status: answer.status }).toEqual({ id, status: 401 });
      expect(errorsOf({ $ref: '#/components/schemas/Problem' }, await answer.json())).toEqual([]);
    }
  }
  expect((await desk.get('/customers', { 'x-api-key': 'brass-lantern' })).status).toBe(200);
});

test('the key is in no answer', async () => {
  const desk = await openDesk({ apiKey: 'brass-lantern' });
  const answer = await desk.get('/customers', { 'x-api-key': 'wrong' });
  expect(answer.bytes.toString() + JSON.stringify([...answer.headers])).not.toContain('brass');
});

test('a refusal names every fault by parameter or JSON pointer, and says it again in words', async () => {
  const desk = await openDesk();
  const { status, json } = await desk.post('/articles', {
    title: '',
    category: 'poetry',
    sections: [{ heading: 'A', text: 'a', sections: [{ heading: 'B' }] }],
    author: 'me',
  });
  expect(status).toBe(400);
  expect(json.errors.map((fault: any) => fault.at).toSorted()).toEqual([
    '',
    '/category',
    '/sections/0/sections/0/text',
    '/title',
  ]);
  expect(json.detail).toContain('/title: must have 1 to 200 characters');
  expect(json.requestId).toBe('desk-1');
  const query = await desk.get('/tickets?limit=many&limti=3&sort=newest&sort=oldest');
  expect(query.json.errors.map((fault: any) => fault.at).toSorted()).toEqual(['limit', 'limti', 'sort']);
});

test('a request id that was sent comes back, unless it is odd', async () => {
  const desk = await openDesk();
  expect((await desk.get('/refunds', { 'x-request-id': 'mine-7' })).headers.get('x-request-id')).toBe(
    'mine-7',
  );
  expect((await desk.get('/refunds', { 'x-request-id': 'a b' })).headers.get('x-request-id')).toBe('desk-2');
});

test('another method is answered 405 with the methods there are', async () => {
  const desk = await openDesk();
  const answer = await fetch(`${desk.url}/tickets/T-1001`, { method: 'PUT' });
  expect(answer.status).toBe(405);
  expect(answer.headers.get('allow')).toBe('GET, PATCH, DELETE');
});

test('a body that is not JSON, not UTF-8 or not application/json is refused in words', async () => {
  const desk = await openDesk();
  const post = (body: string | Uint8Array<ArrayBuffer>, type: string) =>
    fetch(`${desk.url}/tickets`, { method: 'POST', body, headers: { 'content-type': type } });
  const garbage = await post('{"customerId": "C-1', 'application/json');
  expect(garbage.status).toBe(400);
  expect(await garbage.text()).toMatch(/"detail":"body \(whole body\): not JSON: /);
  expect((await post(new Uint8Array([0x22, 0xff, 0x22]), 'application/json')).status).toBe(400);
  expect((await post(JSON.stringify(TICKET), 'text/plain')).status).toBe(415);
  expect((await post(JSON.stringify(TICKET), 'application/json; charset=utf-8')).status).toBe(201);
});

test('a body of 10 MB is answered 413, with and without its length', async () => {
  const desk = await openDesk();
  const chunk = Buffer.alloc(1024 * 1024, 0x20);
  const stream = () =>
    new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (let count = 0; count < 10; count += 1) controller.enqueue(chunk);
        controller.close();
      },
    });
  const headers = { 'content-type': 'application/json' };
  const whole = await fetch(`${desk.url}/tickets`, {
    method: 'POST',
    headers,
    body: Buffer.concat(Array(10).fill(chunk)),
  });
  expect(whole.status).toBe(413);
  const streamed = await fetch(`${desk.url}/tickets`, {
    method: 'POST',
    headers,
    body: stream(),
    duplex: 'half',
  });
  expect(streamed.status).toBe(413);
  expect(errorsOf({ $ref: '#/components/schemas/Problem' }, await streamed.json())).toEqual([]);
  expect((await desk.get('/customers')).status).toBe(200);
});

test('JSON nested 200000 levels deep is refused, not walked', async () => {
  const desk = await openDesk();
  const depth = 200_000;
  const answer = await fetch(`${desk.url}/articles`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '['.repeat(depth) + ']'.repeat(depth),
  });
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain('nested deeper than 32 levels');
});

test('a sender that goes away in the middle of its body harms nobody', async () => {
  const desk = await openDesk();
  const { promise, resolve } = Promise.withResolvers<void>();
  const socket = connect(Number(new URL(desk.url).port), '127.0.0.1', () => {
    socket.write(
      'POST /tickets HTTP/1.1\r\nhost: desk\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"a"',
      () => socket.destroy(),
    );
  });
  socket.on('close', () => resolve());
  await promise;
  expect((await desk.get('/customers')).status).toBe(200);
});

test('a full desk refuses with 409 and goes on answering', async () => {
  const desk = await openDesk();
  const article = { title: 'A', category: 'policy', sections: [{ heading: 'H', text: '' }] };
  const answers = new Map<number, number>();
  for (let round = 0; round < 20; round += 1) {
    const statuses = await Promise.all(
      Array.from({ length: 50 }, async () => (await desk.post('/articles', article)).status),
    );
    for (const status of statuses) answers.set(status, (answers.get(status) ?? 0) + 1);
  }
  expect(Object.fromEntries(answers)).toEqual({ 201: 985, 409: 15 });
  expect((await desk.get('/articles/KB-1085')).status).toBe(200);
});

test('a port in use is named in the error, with what to do', async () => {
  const desk = await openDesk();
  const port = Number(new URL(desk.url).port);
  const error = await startDemoApi({ host: '127.0.0.1', port, now: () => NOON }).catch(
    (fault: unknown) => fault,
  );
  expect(error).toBeInstanceOf(BailiwickError);
  expect(error).toMatchObject({
    code: 'PORT_IN_USE',
    message: expect.stringContaining(`127.0.0.1:${port} is in use by another program`),
  });
});

test('an address that is not of this machine is a configuration error', async () => {
  const error = await startDemoApi({ host: '192.0.2.1', port: 0, now: () => NOON }).catch(
    (fault: unknown) => fault,
  );
  expect(error).toMatchObject({
    code: 'CONFIGURATION',
    message: 'The help desk cannot listen on 192.0.2.1:0 (EADDRNOTAVAIL).',
  });
});

test('a closed desk gives its port back', async () => {
  const first = await startDemoApi({ host: '127.0.0.1', port: 0, now: () => NOON });
  await (await fetch(`${first.url}/customers`)).text();
  await first.close();
  const port = Number(new URL(first.url).port);
  const second = await startDemoApi({ host: '127.0.0.1', port, now: () => NOON });
  expect(second.url).toBe(first.url);
  await second.close();
});
