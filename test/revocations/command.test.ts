import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp, type App } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { RequestFacts } from '../../src/identity/request-facts.ts';
import { hashKey } from '../../src/identity/static-keys.ts';
import type { Outcome } from '../support/command-line.ts';
import { createFolder } from '../support/gateway.ts';
import { runHere } from '../support/in-process.ts';
import { toRecord } from '../support/record.ts';

/* Two gateways over one state file, and the command line beside them. */

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
const KEY = `bw_${'k'.repeat(43)}`;
const CONFIG = `
identity:
  principals: { agent: { scopes: [] }, robot: { scopes: [] } }
  keys:
    - { principal: agent, hash: "${hashKey(KEY)}" }
  issuers:
    - { issuer: https://login.example.com, audience: api }
sources: {}
`;
const REQUEST: RequestFacts = {
  method: 'POST',
  target: '/mcp',
  authorization: `Bearer ${KEY}`,
  headers: {},
  remoteAddress: '127.0.0.1',
  listenAddress: '127.0.0.1',
};

let workspace: Awaited<ReturnType<typeof createFolder>>;
let gateways: readonly App[];

beforeAll(async () => {
  workspace = await createFolder({
    'bailiwick.yaml': CONFIG,
    'memory.yaml': 'state: { memory: true }\nsources: {}\n',
  });
  const open = async (): Promise<App> => {
    const loaded = await loadConfig(path.join(workspace.folder, 'bailiwick.yaml'), {});
    const app = await createApp({ loaded, face: 'http', logger: SILENT, now: Date.now });
    app.serveAt('http://127.0.0.1:8808');
    return app;
  };
  gateways = await Promise.all([open(), open()]);
});
afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.close(0)));
  await workspace[Symbol.asyncDispose]();
});

const run = (...args: string[]): Promise<Outcome> =>
  runHere(['revoke', '--config', path.join(workspace.folder, 'bailiwick.yaml'), ...args]);

/** What was recorded of credentials, in the order of its time. */
async function keyRecords() {
  const records = [];
  for await (const file of glob(path.join(workspace.folder, '.bailiwick/audit/*/*.jsonl'))) {
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    records.push(...lines.map(toRecord).filter(({ type }) => type === 'key'));
  }
  return records.toSorted((a, b) => (a.time < b.time ? -1 : 1)).map(({ via, detail }) => ({ via, detail }));
}

/** What each gateway answers to the key: the subject, or the code of the refusal. */
const answers = (): Promise<string[]> =>
  Promise.all(
    gateways.map(async ({ identity }) => {
      try {
        return (await identity.identify(REQUEST)).principal.subject;
      } catch (error) {
        return (error as { code: string }).code;
      }
    }),
  );

describe('bailiwick revoke', () => {
  test('ends what a caller has open, and its credential, at every gateway of the state file', async () => {
    expect(await answers()).toEqual(['agent', 'agent']);
    const lost = gateways.map(async ({ identity }) => {
      const proof = await identity.identify(REQUEST);
      const { promise, resolve } = Promise.withResolvers<boolean>();
      identity.onLoss(() => resolve(identity.holds(proof)));
      return promise;
    });
    const { status, out, err } = await run('agent', '--issuer', 'config');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toContain('Revoked: "agent" of config.');
    expect(await Promise.all(lost)).toEqual([false, false]);
    expect(await answers()).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);

    const listed = await run('--list', '--json');
    expect(JSON.parse(listed.out)).toMatchObject({ revocations: [{ subject: 'agent', issuer: 'config' }] });
    expect((await run('--list')).out).toMatch(/^SUBJECT +ISSUER +ONLY +MADE BEFORE +UNTIL\nagent +config /);

    const undone = await run('agent', '--issuer', 'config', '--undo');
    expect(undone).toMatchObject({ status: 0, out: expect.stringContaining('not revoked any more') });
    await expect.poll(answers).toEqual(['agent', 'agent']);
    expect((await run('agent', '--issuer', 'config', '--undo')).status).toBe(1);

    expect(await keyRecords()).toMatchObject([
      { via: { face: 'cli' }, detail: { change: 'revoked', subject: 'agent', issuer: 'config' } },
      { via: { face: 'cli' }, detail: { change: 'revocation-undone', subject: 'agent', count: 1 } },
    ]);
  });

  test.each([
    [['dana', '--issuer', 'https://login.example.com/'], 'the slash at the end counts'],
    [
      ['dana', '--issuer', 'https://other.example'],
      'trusts no issuer https://other.example; there is https://login.example.com, keys, config',
    ],
    [['robot'], '--issuer https://login.example.com  ends all that was issued there to "robot"'],
    [['agent'], `--issuer config  ends the static key ${hashKey(KEY).slice(7, 19)}`],
    [['agnet', '--issuer', 'config'], 'identity.principals of'],
    [['agnet', '--issuer', 'config'], 'has no "agnet"; did you mean agent?'],
    [['agent', '--issuer', 'keys'], 'no virtual key has a principal "agent" of its own'],
    [['agent', '--issuer', 'config', '--key', 'k000000000000'], '"agent" has no key k000000000000; there is'],
    [['dana', '--issuer', 'local'], 'identity.local: false'],
    [['dana', '--before', '2999-01-01'], 'is still to come'],
    [['dana', '--before', 'yesterday'], 'is no time'],
    [['dana', '--for', 'ever'], 'is no span; say e.g. 12h, 30d'],
    [[], 'say whose credentials'],
  ])('%j is answered with what to do', async (args, message) => {
    const { status, err, out } = await run(...args);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(message);
  });

  test('without an issuer takes the only one that the subject is known under, and ends its keys of both kinds', async () => {
    await using own = await createFolder({
      'bailiwick.yaml': CONFIG.replace(/ {2}issuers:\n.*\n/, '  server: { login: { keys: true } }\n'),
    });
    const at = ['--config', path.join(own.folder, 'bailiwick.yaml')];
    const make = async (...args: string[]): Promise<string> =>
      (JSON.parse((await runHere(['keys', 'create', ...args, '--json', ...at])).out) as { name: string })
        .name;
    const [first, second] = [await make('agent'), await make('ci', '--scopes', 'a')];
    const fixed = hashKey(KEY).slice(7, 19);

    const shown = await runHere(['revoke', 'agent', ...at]);
    expect(shown).toMatchObject({ status: 0, err: '' });
    expect(shown.out).toContain('Revoked: "agent" of config.');
    expect(shown.out).toContain(
      `That ends the virtual key ${first}, and the static key ${fixed}, and what programs got that signed in`,
    );
    expect(shown.out).toContain('A static key stays in identity.keys, and counts no more until');
    expect(await runHere(['revoke', 'agent', '--undo', ...at])).toMatchObject({
      status: 0,
      out: expect.stringContaining('"agent" of config is not revoked any more'),
    });

    const json = await runHere(['revoke', 'ci', '--json', ...at]);
    expect(JSON.parse(json.out)).toMatchObject({
      revoked: { subject: 'ci', issuer: 'keys' },
      ends: { virtualKeys: [second], staticKeys: [] },
    });
    const unknown = await runHere(['revoke', 'agnet', ...at]);
    expect([unknown.status, unknown.err]).toEqual([2, expect.stringContaining('did you mean agent?')]);
  });

  test('says that nothing can be revoked in the memory of another process', async () => {
    const config = path.join(workspace.folder, 'memory.yaml');
    const { status, err } = await runHere(['revoke', 'dana', '--issuer', 'keys', '--config', config]);
    expect(status).toBe(2);
    expect(err).toContain('state.memory is on');
  });
});
