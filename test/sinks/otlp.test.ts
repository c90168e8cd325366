import { expect, onTestFinished, test } from 'vitest';
import type { RecordEntry } from '../../src/audit/record.ts';
import { createSink } from '../../src/audit/sinks/create-sink.ts';
import { toLogRecord } from '../../src/audit/sinks/otlp-log-record.ts';
import type { Sink } from '../../src/audit/sinks/sink.ts';
import { CHAIN, START, intent, keptLog } from '../audit/support.ts';
import { intents, sent, startReceiver, toSettings } from './support.ts';

function open(otlp: object): { sink: Sink; log: string[] } {
  const logger = keptLog();
  const settings = toSettings({ stdout: undefined, otlp });
  const sink = createSink(settings, { files: new Map(), logger, now: () => START });
  onTestFinished(() => sink.close());
  return { sink, log: logger.messages };
}

const { signal } = new AbortController();

function attributesOf(entry: RecordEntry): Record<string, unknown> {
  const [one] = sent([entry]);
  return Object.fromEntries(toLogRecord(one!).attributes.map(({ key, value }) => [key, value]));
}

test('records go to /v1/logs as OTLP in the JSON mapping of proto3, compressed', async () => {
  const { url, received } = await startReceiver((_, response) => response.end('{}'));
  const { sink } = open({
    url: `${url}/otlp/`,
    headers: { 'api-key': 'hush' },
    resource: { 'deployment.environment.name': 'test' },
  });
  const entry = intent('a', {
    via: { face: 'http', trace: '0af7651916cd43dd8448eb211c80319c', span: 'b7ad6b7169203331' },
  });
  const [one] = sent([entry]);
  await sink.deliver([one!], signal);
  const [{ url: path, method, headers, body }] = received as [(typeof received)[0]];
  expect([method, path]).toEqual(['POST', '/otlp/v1/logs']);
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'content-encoding': 'gzip',
    'api-key': 'hush',
  });
  const { resourceLogs } = JSON.parse(body);
  expect(resourceLogs).toHaveLength(1);
  expect(resourceLogs[0].resource.attributes).toEqual([
    { key: 'service.name', value: { stringValue: 'bailiwick' } },
    { key: 'deployment.environment.name', value: { stringValue: 'test' } },
  ]);
  const [scopeLogs] = resourceLogs[0].scopeLogs;
  expect(scopeLogs.scope).toEqual({ name: 'bailiwick.audit' });
  expect(scopeLogs.logRecords).toEqual([
    {
      timeUnixNano: `${START}000000`,
      observedTimeUnixNano: `${START}000000`,
      severityNumber: 9,
      severityText: 'INFO',
      eventName: 'bailiwick.call.intent',
      body: { stringValue: one!.line },
      attributes: expect.arrayContaining([
        { key: 'log.record.uid', value: { stringValue: `${CHAIN}:1` } },
        { key: 'bailiwick.seq', value: { intValue: '1' } },
        { key: 'user.id', value: { stringValue: 'agent' } },
        { key: 'user.roles', value: { arrayValue: { values: [{ stringValue: 'ops' }] } } },
        { key: 'gen_ai.tool.name', value: { stringValue: 'getTicket' } },
        { key: 'bailiwick.decision.effect', value: { stringValue: 'permit' } },
      ]),
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
    },
  ]);
});

test.each([
  ['call.outcome', 'ok', 'INFO', 9],
  ['call.outcome', 'tool-error', 'ERROR', 17],
  ['call.outcome', 'upstream-error', 'ERROR', 17],
  ['call.outcome', 'cancelled', 'WARN', 13],
  ['call.refused', 'refused', 'WARN', 13],
  ['signin', undefined, 'INFO', 9],
  ['drift', undefined, 'WARN', 13],
] as const)('%s with status %s is %s', (type, status, severityText, severityNumber) => {
  const [one] = sent([{ type, ...(status && { result: { status } }) }]);
  expect(toLogRecord(one!)).toMatchObject({ severityText, severityNumber });
});

test('what a caller sends for a trace is only passed on when it is one', () => {
  for (const trace of ['0'.repeat(32), 'x'.repeat(32), 'abc', '0AF7651916CD43DD8448EB211C80319C']) {
    const [one] = sent([intent('a', { via: { face: 'http', trace, span: 'b7ad6b7169203331' } })]);
    expect(Object.keys(toLogRecord(one!))).not.toContain('traceId');
    expect(Object.keys(toLogRecord(one!))).not.toContain('spanId');
  }
});

test('a record that somebody has changed in the file still becomes a log record', () => {
  const [one] = sent(intents(1));
  const strange = {
    ...one!.record,
    principal: 5,
    target: { kind: [], name: {} },
    decision: null,
    result: { ms: 'x' },
  };
  const { attributes } = toLogRecord({ ...one!, record: strange as never });
  expect(attributes.map(({ key }) => key)).not.toContain('user.id');
});

test('whole numbers beyond 32 bits are texts, others are numbers', () => {
  const attributes = attributesOf({
    type: 'call.outcome',
    result: { status: 'ok', ms: 1.5 },
    cost: { nanoUsd: 9_007_199_254_740_991 },
  });
  expect(attributes).toMatchObject({
    'bailiwick.cost.nano_usd': { intValue: '9007199254740991' },
    'bailiwick.result.duration_ms': { doubleValue: 1.5 },
  });
});

test('log records that a receiver rejects are refused, and a warning is logged', async () => {
  const answers = [
    { partialSuccess: { rejectedLogRecords: '2', errorMessage: 'too old' } },
    { partialSuccess: { errorMessage: 'slow down a little' } },
    { partialSuccess: {} },
    'no JSON',
  ];
  const { url } = await startReceiver((_, response) => {
    const answer = answers.shift();
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  const { sink, log } = open({ url });
  await expect(sink.deliver(sent(intents(3)), signal)).rejects.toMatchObject({
    kind: 'refused',
    message: 'it rejected 2 log records: too old',
  });
  await sink.deliver(sent(intents(1)), signal);
  expect(log).toEqual(['the OTLP receiver says: slow down a little']);
  await sink.deliver(sent(intents(1)), signal);
  await sink.deliver(sent(intents(1)), signal);
  expect(log).toHaveLength(1);
});
