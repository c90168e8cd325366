import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { readAuthorization } from '../../src/cli/whoami/read-token.ts';
import { readTokenFacts } from '../../src/cli/whoami/token-facts.ts';
import { createKey, hashKey } from '../../src/identity/static-keys.ts';
import { bailiwick } from '../support/command-line.ts';
import { createFolder } from '../support/gateway.ts';
import { runWith } from '../support/in-process.ts';

const KEY = createKey(new Uint8Array(32).fill(7));
const EXPIRED = createKey(new Uint8Array(32).fill(8));

const POLICY = stringify({
  policy: 'notes',
  scopes: { 'notes:read': { source: 'notes', access: 'read' } },
  rules: [{ id: 'staff-only', effect: 'deny', who: { groups: ['guests'] }, what: { source: 'notes' } }],
});

function filesFor(identity: object, server: object = {}): Record<string, string> {
  return {
    'bailiwick.yaml': stringify({ server, identity, sources: {}, state: { memory: true } }),
    'policies/notes.policy.yaml': POLICY,
  };
}

const IDENTITY = {
  principals: { agent: { scopes: ['notes:read'], team: 'care' } },
  keys: [
    { principal: 'agent', hash: hashKey(KEY), expires: '2099-01-01T00:00:00Z' },
    { principal: 'agent', hash: hashKey(EXPIRED), expires: '2020-01-01T00:00:00Z' },
  ],
};

test('a key from standard input is told step by step, whose it is and what opens for it, and never shown', async () => {
  await using workspace = await createFolder(filesFor(IDENTITY));
  const { status, out, err } = await bailiwick(workspace.folder, ['whoami', '--token', '-', '--json'], {
    input: `${KEY}\n`,
  });
  expect(JSON.parse(out)).toMatchObject({
    known: true,
    principal: { issuer: 'config', subject: 'agent', scopes: ['notes:read'], team: 'care' },
    credential: { kind: 'static-key', expires: '2099-01-01T00:00:00.000Z' },
    steps: expect.arrayContaining([
      { name: 'static key', ok: true, detail: 'identity.keys[0] is a key of agent' },
    ]),
    rules: [{ id: 'notes/scope:notes:read', effect: 'permit' }],
  });
  expect([status, err]).toEqual([0, '']);
  expect(out).not.toContain(KEY);
});

test('a key that is refused is told with the reason, what to do, and 1', async () => {
  await using workspace = await createFolder(filesFor(IDENTITY));
  const { status, out, err } = await bailiwick(workspace.folder, ['whoami', '--key', '-'], {
    input: `Authorization: Bearer ${EXPIRED}`,
  });
  expect([status, err]).toEqual([1, '']);
  expect(out).toMatch(
    /^✗ .*the key of principal "agent" \(identity\.keys\[1\]\) expired at 2020-01-01[\s\S]*This is nobody\.[\s\S]*What to do: make a new key/,
  );
  expect(out).not.toContain(EXPIRED);
});

test.each([
  ['on loopback', {}, true, /requests to 127\.0\.0\.1:8808 from this machine/],
  [
    'on every address',
    { listen: '0.0.0.0:8808' },
    false,
    /`server\.listen` is 0\.0\.0\.0:8808, which is not loopback/,
  ],
  ['behind a public URL', { publicUrl: 'https://tools.example.com' }, false, /`server\.publicUrl` is set/],
])(
  'without a credential, a server %s says whether callers over HTTP are local',
  async (_what, server, ok, detail) => {
    await using workspace = await createFolder(filesFor({ local: { scopes: ['notes:read'] } }, server));
    const { status, out } = await runWith(workspace.folder, ['whoami', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      known: true,
      principal: { issuer: 'local', subject: 'local' },
      steps: [
        { name: 'local principal', ok: true },
        { name: 'stdio', ok: true },
        { name: 'http', ok, detail: expect.stringMatching(detail) },
      ],
    });
  },
);

test('without a credential and without a local principal it is nobody, and what to do is said', async () => {
  await using workspace = await createFolder(filesFor({ local: false }));
  const { status, out } = await runWith(workspace.folder, ['whoami']);
  expect([status, out]).toEqual([1, expect.stringMatching(/`identity\.local` is false[\s\S]*--token -/)]);
});

test('--as shows a principal of the configuration and which keys prove it', async () => {
  await using workspace = await createFolder(filesFor(IDENTITY));
  const { status, out } = await runWith(workspace.folder, ['whoami', '--as', 'agent']);
  expect([status, out]).toEqual([0, expect.stringContaining('(until 2099-01-01T00:00:00Z)')]);
  expect((await runWith(workspace.folder, ['whoami', '--as', 'nobody'])).status).toBe(2);
});

test('--as counts the virtual keys that speak for a principal, and says how to make a key that would count', async () => {
  const files = filesFor({ principals: IDENTITY.principals });
  await using memory = await createFolder(files);
  expect((await runWith(memory.folder, ['whoami', '--as', 'agent'])).out).toContain(
    '✗ keys: no key proves it: `bailiwick keys create agent --static` makes one',
  );
  const kept = { 'bailiwick.yaml': files['bailiwick.yaml']?.replace(/state:[^]*$/, '') ?? '' };
  await using workspace = await createFolder({ ...files, ...kept });
  const ask = () => runWith(workspace.folder, ['whoami', '--as', 'agent']);
  expect((await ask()).out).toContain('no key proves it: `bailiwick keys create agent` makes one');
  await runWith(workspace.folder, ['keys', 'create', 'agent']);
  await runWith(workspace.folder, ['keys', 'create', 'other', '--scopes', 'notes:read']);
  expect((await ask()).out).toMatch(/✓ keys: keys that prove it: k[0-9a-f]{12} \(until \S+\)\n/);
});

test.each([
  [['--token', KEY], /--token takes - alone.*list of processes/],
  [[`--token=${KEY}`], /--token takes - alone/],
  [['--key', KEY], /--key takes - alone/],
  [[KEY], /--token takes - alone/],
  [['--token', '-', '--as', 'agent'], /one of --token, --key and --as/],
])(
  'a credential on the command line is refused with the reason and not repeated (%#)',
  async (args, message) => {
    await using workspace = await createFolder(filesFor(IDENTITY));
    const { status, out, err } = await runWith(workspace.folder, ['whoami', ...args]);
    expect([status, out, err]).toEqual([2, '', expect.stringMatching(message)]);
    expect(err).not.toContain(KEY);
  },
);

const said: string[] = [];
const read = (text: string): Promise<string> =>
  readAuthorization('--token', '-', Readable.from([Buffer.from(text)]), {
    err: (line) => void said.push(line),
  });

test.each([
  ['abc\n', 'Bearer abc'],
  ['  Bearer abc ', 'Bearer abc'],
  ['authorization: DPoP abc', 'DPoP abc'],
  ['bearer', 'Bearer bearer'],
])('%j from standard input is %s', async (input, authorization) => {
  expect(await read(input)).toBe(authorization);
});

test('an empty standard input is a mistake of usage', async () => {
  await expect(read(' \n')).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringMatching(/was empty/),
  });
});

test('an endless standard input is not read to its end', async () => {
  let given = 0;
  const endless = (async function* () {
    for (;;) {
      given += 1;
      yield Buffer.alloc(16_384, 'a');
    }
  })();
  expect((await readAuthorization('--token', '-', endless, { err() {} })).length).toBeLessThan(200_000);
  expect(given).toBeLessThan(10);
});

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

test('of a JWT its harmless facts are told, and neither its signature nor what else it claims', () => {
  const token = `${part({ alg: 'RS256', kid: 'k1', jwk: { d: 'x' } })}.${part({ iss: 'https://i', aud: ['a', 'b'], exp: 1_700_000_000, email: 'dana@example.com' })}.c2ln`;
  expect(readTokenFacts(token)).toEqual({
    alg: 'RS256',
    kid: 'k1',
    iss: 'https://i',
    aud: ['a', 'b'],
    exp: '2023-11-14T22:13:20.000Z',
  });
});

test('whatever a token holds, its facts are few, short, or none', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.tuple(fc.json(), fc.json()).map(([a, b]) => `${part(a)}.${part(b)}.x`),
        fc
          .tuple(
            fc.dictionary(fc.constantFrom('iss', 'exp', 'aud', '__proto__'), fc.jsonValue()),
            fc.string(),
          )
          .map(([claims, alg]) => `${part({ alg })}.${part(claims)}.x`),
      ),
      (token) => {
        expect(JSON.stringify(readTokenFacts(token) ?? {}).length).toBeLessThan(50_000);
      },
    ),
  );
});
