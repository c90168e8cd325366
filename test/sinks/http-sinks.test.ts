import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { createHmac, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createSink } from '../../src/audit/sinks/create-sink.ts';
import { SinkFault, type SentRecord, type Sink } from '../../src/audit/sinks/sink.ts';
import { CHAIN, START, intent, keptLog, temporaryDirectory } from '../audit/support.ts';
import {
  createMemorySink,
  intents,
  leaveChain,
  openTestSinks,
  sent,
  startReceiver,
  toSettings,
  type Received,
} from './support.ts';

const SECRET = `whsec_${randomBytes(32).toString('base64')}`;

function open(kind: object): { sink: Sink; log: string[] } {
  const logger = keptLog();
  const settings = toSettings({ stdout: undefined, ...kind });
  const sink = createSink(settings, { files: new Map(), logger, now: () => START });
  onTestFinished(() => sink.close());
  return { sink, log: logger.messages };
}

const webhook = (url: string, more: object = {}): Sink =>
  open({ webhook: { url, secret: SECRET, ...more } }).sink;

async function faultOf(
  sink: Sink,
  records: readonly SentRecord[],
  signal = new AbortController().signal,
): Promise<SinkFault> {
  try {
    await sink.deliver(records, signal);
  } catch (error) {
    if (error instanceof SinkFault) return error;
    throw error;
  }
  throw new Error('it was delivered');
}

const send = (sink: Sink, records: readonly SentRecord[]): Promise<void> =>
  sink.deliver(records, new AbortController().signal);

/** What a receiver does, written from the specification of Standard Webhooks and not from our code. */
function verify({ headers, body }: Received, secret: string, now: number): boolean {
  const id = String(headers['webhook-id']);
  const timestamp = Number(headers['webhook-timestamp']);
  if (Math.abs(now / 1000 - timestamp) > 300) return false;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
  return String(headers['webhook-signature'])
    .split(' ')
    .some((signature) => signature === `v1,${expected}`);
}

test('a webhook gets a batch as an array, signed so that its receiver can tell', async () => {
  const { url, received } = await startReceiver((_, response) => response.end());
  const records = sent(intents(3));
  await send(webhook(url), records);
  const [request] = received;
  expect(JSON.parse(request!.body)).toEqual(records.map(({ record }) => record));
  expect(request!.body, 'records are sent as they stand in the chain').toContain(records[1]!.line);
  expect(verify(request!, SECRET, START)).toBe(true);
  expect(verify({ ...request!, body: request!.body.replace('c1', 'c9') }, SECRET, START)).toBe(false);
  expect(verify(request!, SECRET, START + 600_000)).toBe(false);
});

test('the function that the documentation gives to receivers tells what is from us', async () => {
  const page = await readFile(join(import.meta.dirname, '../../docs/audit.md'), 'utf8');
  const code = /```js\n(.*?)```/s.exec(page)?.[1] ?? '';
  const { isFromBailiwick } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  const { url, received } = await startReceiver((_, response) => response.end());
  await send(webhook(url), sent(intents(2)));
  const { headers, body } = received[0]!;
  const other = `whsec_${randomBytes(32).toString('base64')}`;
  expect(isFromBailiwick(headers, Buffer.from(body), SECRET, START)).toBe(true);
  expect(isFromBailiwick(headers, Buffer.from(`${body} `), SECRET, START)).toBe(false);
  expect(isFromBailiwick(headers, Buffer.from(body), other, START)).toBe(false);
  expect(isFromBailiwick(headers, Buffer.from(body), SECRET, START + 301_000)).toBe(false);
});

test('while a secret is rotated, receivers with the old and with the new one accept', async () => {
  const { url, received } = await startReceiver((_, response) => response.end());
  const next = `whsec_${randomBytes(24).toString('base64')}`;
  await send(webhook(url, { secret: [next, SECRET] }), sent(intents(1)));
  expect([SECRET, next].map((secret) => verify(received[0]!, secret, START))).toEqual([true, true]);
});

test('the same records sent again have the same id, others another', async () => {
  const { url, received } = await startReceiver((_, response) => response.end());
  const sink = webhook(url);
  const records = sent(intents(2));
  await send(sink, records);
  await send(sink, records);
  await send(sink, records.slice(1));
  const ids = received.map(({ headers }) => headers['webhook-id']);
  expect(ids[0]).toBe(ids[1]);
  expect(ids[2]).not.toBe(ids[0]);
});

test('a template says what is sent; values of a caller stay values', async () => {
  const { url, received } = await startReceiver((_, response) => response.end());
  const template = {
    text: '{{/principal/subject}} calls {{/target/name}} {{/nothing/there}}',
    groups: '{{/principal/groups}}',
    seq: '{{/seq}}',
    absent: '{{/detail/none}}',
    fixed: [1, true, null],
  };
  const hostile = intent('a', { target: { kind: 'tool', name: '","admin":true,"x":"{{/seq}}\n' } });
  await send(webhook(url, { template }), sent([hostile]));
  expect(JSON.parse(received[0]!.body)).toEqual([
    {
      text: 'agent calls ","admin":true,"x":"{{/seq}}\n ',
      groups: ['ops'],
      seq: 1,
      absent: null,
      fixed: [1, true, null],
    },
  ]);
});

test('through a template go messages, and a checkpoint is none', async () => {
  const dir = await temporaryDirectory();
  await leaveChain(dir, CHAIN, [intent('a'), { type: 'checkpoint' }, { type: 'list' }]);
  const sink = createMemorySink();
  const chat = { url: 'http://127.0.0.1:9', secret: SECRET, template: '{{/type}}' };
  const settings = [toSettings({ name: 'chat', stdout: undefined, webhook: chat })];
  const { clock } = openTestSinks(dir, sink, { seq: () => 3, settings });
  await clock.advance(10_000);
  expect(sink.taken.map(({ record }) => record.type)).toEqual(['call.intent', 'list']);
});

test.each([
  [
    'that is away is told about in one line',
    new SinkFault('retry', 'nobody there', { cause: new Error('x') }),
    false,
  ],
  ['that is broken by a mistake is told about with its stack', new TypeError('mistake'), true],
])('a sink %s', async (_, fault, hasStack) => {
  const dir = await temporaryDirectory();
  await leaveChain(dir, CHAIN, intents(1));
  const fields: object[] = [];
  const logger = { ...keptLog(), warn: (more: object) => void fields.push(more) };
  const sink: Sink = { deliver: () => Promise.reject(fault), close: () => Promise.resolve() };
  const { clock } = openTestSinks(dir, sink, { seq: () => 1, logger });
  await clock.advance(0);
  expect(fields).toEqual([{ sink: 'siem', records: 1, ...(hasStack && { err: fault }) }]);
});

test('with `each` a receiver gets one object a request, and none again that it has taken', async () => {
  let calls = 0;
  const { url, received } = await startReceiver((_, response) => {
    calls += 1;
    response.writeHead(calls === 3 ? 503 : 204).end();
  });
  const sink = webhook(url, { each: true, template: { call: '{{/call}}' } });
  const records = sent(intents(4));
  expect(await faultOf(sink, records)).toMatchObject({ kind: 'retry' });
  await send(sink, records);
  expect(received.map(({ body }) => JSON.parse(body).call)).toEqual(['c1', 'c2', 'c3', 'c3', 'c4']);
});

test.each([
  [400, 'refused'],
  [422, 'refused'],
  [413, 'too-large'],
  [301, 'retry'],
  [401, 'retry'],
  [403, 'retry'],
  [404, 'retry'],
  [408, 'retry'],
  [429, 'retry'],
  [500, 'retry'],
  [503, 'retry'],
])('the answer %i means: %s', async (status, kind) => {
  const { url, received } = await startReceiver((_, response) =>
    response.writeHead(status, { location: '/elsewhere' }).end('because'),
  );
  expect(await faultOf(webhook(url), sent(intents(1)))).toMatchObject({
    kind,
    message: `it answered ${status}: because`,
  });
  expect(received, 'a redirect is not followed').toHaveLength(1);
});

test.each([
  ['120', 120_000],
  [new Date(START + 30_000).toUTCString(), 30_000],
  ['soon', undefined],
  ['-5', undefined],
])('Retry-After: %s', async (value, retryAfterMs) => {
  const { url } = await startReceiver((_, response) =>
    response.writeHead(429, { 'retry-after': value }).end(),
  );
  const fault = await faultOf(webhook(url), sent(intents(1)));
  expect(fault.retryAfterMs).toBe(retryAfterMs);
});

test('a sink that is not there, that never answers, or that breaks off is tried again later', async () => {
  const gone = await startReceiver((_, response) => response.destroy());
  const silent = await startReceiver(() => {});
  const endless = await startReceiver((_, response) => void response.writeHead(200).write('x'));
  const half = await startReceiver((_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('half');
    setImmediate(() => response.destroy());
  });
  const broken = createTcpServer((socket) => socket.end('this is no HTTP\r\n\r\n'));
  await new Promise<void>((resolve) => void broken.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void broken.close());
  const urls = [
    'http://127.0.0.1:1/',
    gone.url,
    silent.url,
    endless.url,
    half.url,
    `http://127.0.0.1:${(broken.address() as AddressInfo).port}`,
  ];
  const faults = await Promise.all(
    urls.map((url) => faultOf(webhook(url, { timeout: 300 }), sent(intents(1)))),
  );
  expect(faults.map(({ kind }) => kind)).toEqual(urls.map(() => 'retry'));
  expect(faults[2]!.message).toContain('no answer within 300 ms');
});

test('an answer without end is read no further than it is of use', async () => {
  const { url } = await startReceiver((_, response) => {
    response.writeHead(400);
    const more = (): void => {
      while (response.write('y'.repeat(65_536)));
      response.once('drain', more);
    };
    more();
  });
  const fault = await faultOf(webhook(url), sent(intents(1)));
  expect(fault.kind).toBe('refused');
  expect(fault.message.length).toBeLessThan(300);
});

test('a delivery under way ends at once when it is called off', async () => {
  const { url } = await startReceiver(() => {});
  const abort = new AbortController();
  const delivered = faultOf(webhook(url), sent(intents(1)), abort.signal);
  abort.abort();
  expect(await delivered).toMatchObject({ kind: 'retry' });
});

test('a sink that repeats a credential does not bring it into the log', async () => {
  const { url } = await startReceiver(({ headers }, response) =>
    response.writeHead(401).end(`bad token ${headers['authorization']}`),
  );
  const fault = await faultOf(
    webhook(url, { headers: { authorization: 'Bearer hush-hush' } }),
    sent(intents(1)),
  );
  expect(fault.message).toBe('it answered 401: bad token ***');
});
