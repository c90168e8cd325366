import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createSink } from '../../src/audit/sinks/create-sink.ts';
import type { Sink } from '../../src/audit/sinks/sink.ts';
import { CHAIN, START, intent, keptLog, temporaryDirectory } from '../audit/support.ts';
import { intents, leaveChain, openTestSinks, range, sent, startReceiver, toSettings } from './support.ts';

const RULE = `dcr-${'0123456789abcdef'.repeat(2)}`;
const TENANT = '11111111-2222-3333-4444-555555555555';
const PATH = `/dataCollectionRules/${RULE}/streams/Custom-Bailiwick?api-version=2023-01-01`;

const { signal } = new AbortController();

/** Azure as its documentation has it: an authority that gives tokens, and an endpoint that takes nothing without one. */
async function startAzure(
  faults: (rows: unknown[]) => { status: number; headers?: Record<string, string> } | undefined = () =>
    undefined,
) {
  const rows: Record<string, unknown>[] = [];
  const forms: URLSearchParams[] = [];
  const state = { valid: 'token-1', lifetime: 3600 };
  const { url, received } = await startReceiver((request, response) => {
    if (request.url === `/${TENANT}/oauth2/v2.0/token`) {
      const form = new URLSearchParams(request.body);
      forms.push(form);
      const isProven =
        form.get('client_secret') === 'shh-client' || form.get('client_assertion') === 'federated';
      if (form.get('scope') !== 'https://monitor.azure.com//.default' || !isProven) {
        response
          .writeHead(401)
          .end(JSON.stringify({ error: 'invalid_client', error_description: 'AADSTS7000215: no' }));
        return;
      }
      state.valid = `token-${forms.length}`;
      response.end(
        JSON.stringify({ token_type: 'Bearer', access_token: state.valid, expires_in: state.lifetime }),
      );
      return;
    }
    const { 'content-type': type, 'content-encoding': coding, authorization } = request.headers;
    if (request.url !== PATH || type !== 'application/json' || coding !== 'gzip')
      return void response.writeHead(404).end();
    if (authorization !== `Bearer ${state.valid}`) return void response.writeHead(401).end();
    if (Buffer.byteLength(request.body) > 1_000_000) return void response.writeHead(413).end();
    const batch = JSON.parse(request.body);
    const fault = faults(batch);
    if (fault) return void response.writeHead(fault.status, fault.headers).end('{"error":{"code":"no"}}');
    rows.push(...batch);
    response.writeHead(204).end();
  });
  return { url, rows, forms, received, state };
}

function open(url: string, more: object = {}, now: () => number = () => START): Sink {
  const settings = toSettings({
    stdout: undefined,
    logAnalytics: {
      endpoint: url,
      ruleId: RULE,
      stream: 'Custom-Bailiwick',
      tenantId: TENANT,
      clientId: 'app',
      clientSecret: 'shh-client',
      authority: url,
      ...more,
    },
  });
  const sink = createSink(settings, { files: new Map(), logger: keptLog(), now });
  onTestFinished(() => sink.close());
  return sink;
}

test('records become rows of the stream, with the columns that the documentation lists', async () => {
  const azure = await startAzure();
  const records = sent(intents(2));
  await open(azure.url).deliver(records, signal);
  expect(azure.rows).toEqual(
    records.map(({ seq, line, record }) => ({
      TimeGenerated: record.time,
      Chain: CHAIN,
      Seq: seq,
      RecordType: 'call.intent',
      Hash: record.hash,
      Call: `c${seq}`,
      Issuer: 'config',
      Subject: 'agent',
      Groups: ['ops'],
      ClientAddress: '127.0.0.1',
      TargetKind: 'tool',
      SourceName: 'helpdesk',
      TargetName: 'getTicket',
      Access: 'read',
      Effect: 'permit',
      Rules: ['main/read'],
      RecordLine: line,
    })),
  );
});

test('an access token is asked for once, renewed before it expires, and anew when it is refused', async () => {
  const azure = await startAzure();
  let time = START;
  const sink = open(azure.url, {}, () => time);
  await sink.deliver(sent(intents(1)), signal);
  await sink.deliver(sent(intents(1)), signal);
  expect(azure.forms).toHaveLength(1);
  expect(Object.fromEntries(azure.forms[0]!)).toEqual({
    grant_type: 'client_credentials',
    client_id: 'app',
    client_secret: 'shh-client',
    scope: 'https://monitor.azure.com//.default',
  });
  time += 3_400_000;
  await sink.deliver(sent(intents(1)), signal);
  expect(azure.forms).toHaveLength(2);
  azure.state.valid = 'revoked';
  await expect(sink.deliver(sent(intents(1)), signal)).rejects.toMatchObject({ kind: 'retry' });
  await sink.deliver(sent(intents(1)), signal);
  expect(azure.forms).toHaveLength(3);
});

test('a workload proves itself by the federated token in a file, read anew each time', async () => {
  const azure = await startAzure();
  const tokenFile = join(await temporaryDirectory(), 'token');
  const sink = open(azure.url, { clientSecret: undefined, tokenFile });
  await expect(sink.deliver(sent(intents(1)), signal)).rejects.toMatchObject({
    kind: 'retry',
    message: expect.stringContaining('the federated token cannot be read'),
  });
  await writeFile(tokenFile, 'federated\n');
  await sink.deliver(sent(intents(1)), signal);
  expect(Object.fromEntries(azure.forms[0]!)).toMatchObject({
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: 'federated',
  });
});

test('a client that Entra does not accept is said so, without its secret', async () => {
  const azure = await startAzure();
  const sink = open(azure.url, { clientSecret: 'wrong-secret' });
  const error = await sink.deliver(sent(intents(1)), signal).catch((fault: unknown) => fault);
  expect(error).toMatchObject({
    kind: 'retry',
    message: expect.stringContaining('invalid_client: AADSTS7000215'),
  });
  expect(String(error)).not.toContain('wrong-secret');
  expect(azure.rows).toEqual([]);
});

test('more than one call takes goes in several calls, in order', async () => {
  const azure = await startAzure();
  const dir = await temporaryDirectory();
  const large = range(1, 60).map((index) =>
    intent(`c${index}`, { args: { digest: 'd', full: 'ä'.repeat(15_000) } }),
  );
  await leaveChain(dir, CHAIN, large);
  const settings = [toSettings({ batch: { bytes: 16_000_000 } })];
  const { sinks } = openTestSinks(dir, open(azure.url), { seq: () => 60, settings });
  await sinks.close(20_000);
  expect(azure.rows.map(({ Seq }) => Seq)).toEqual(range(1, 60));
});

test('a call that is throttled is sent again when Azure says', async () => {
  let isBusy = true;
  const azure = await startAzure(() =>
    isBusy ? { status: 429, headers: { 'retry-after': '77' } } : undefined,
  );
  const dir = await temporaryDirectory();
  await leaveChain(dir, CHAIN, intents(2));
  const { clock } = openTestSinks(dir, open(azure.url), { seq: () => 2 });
  await clock.advance(0);
  expect(clock.waiting()).toEqual([77_000]);
  isBusy = false;
  await clock.advance(77_000);
  expect(azure.rows).toHaveLength(2);
});

test('a record that is too long for a column is sent without its line, and says how long it is', async () => {
  const azure = await startAzure();
  const [huge] = sent([intent('a', { args: { digest: 'd', full: 'x'.repeat(2_000_000) } })]);
  await open(azure.url).deliver([huge!], signal);
  expect(azure.rows).toEqual([expect.objectContaining({ Seq: 1, RecordBytes: huge!.line.length })]);
  expect(azure.rows[0]).not.toHaveProperty('RecordLine');
});
