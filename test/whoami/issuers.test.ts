import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { newTestKey, sign, startIssuer, type TestIssuer, type TestKey } from '../issuers/support/issuer.ts';
import { createFolder, DOCUMENT, POLICY } from '../support/gateway.ts';
import { bailiwick } from '../support/command-line.ts';
import { runWith } from '../support/in-process.ts';

let key: TestKey;
let issuer: TestIssuer;
const seconds = Math.floor(Date.now() / 1000);

beforeAll(async () => {
  key = await newTestKey('first');
  issuer = await startIssuer({ keys: [key.jwk] });
});
afterAll(() => issuer.close());

function files(identity: object): Record<string, string> {
  return {
    'bailiwick.yaml': stringify({
      server: { publicUrl: 'https://tools.example.com' },
      identity,
      sources: { notes: { openapi: 'notes.yaml', url: 'http://127.0.0.1:9' } },
      state: { memory: true },
    }),
    'notes.yaml': DOCUMENT,
    'policies/notes.policy.yaml': POLICY,
  };
}

const claims = (): Record<string, unknown> => ({
  iss: issuer.url,
  sub: 'dana',
  aud: 'https://tools.example.com/mcp',
  exp: seconds + 600,
  iat: seconds,
  scope: 'notes:read',
  client_id: 'editor',
  act: { sub: 'agent-7' },
});

interface Shown {
  known: boolean;
  steps: { name: string; ok: boolean; detail: string }[];
  [member: string]: unknown;
}

async function whoami(
  given: Record<string, unknown>,
): Promise<{ status: number | null; shown: Shown; out: string }> {
  await using workspace = await createFolder(files({ issuers: [{ issuer: issuer.url }] }));
  const token = await sign(key, given);
  const { status, out } = await bailiwick(workspace.folder, ['whoami', '--token', '-', '--json'], {
    input: token,
  });
  expect(out).not.toContain(token.split('.')[2]);
  return { status, out, shown: JSON.parse(out) as Shown };
}

test('a token of an issuer is told from its form to its principal', async () => {
  const { status, shown } = await whoami(claims());
  expect([status, shown]).toEqual([
    0,
    expect.objectContaining({
      known: true,
      principal: expect.objectContaining({ subject: 'dana', client: 'editor', act: { subject: 'agent-7' } }),
      credential: expect.objectContaining({ kind: 'jwt' }),
      rules: [{ id: 'notes/scope:notes:read', effect: 'permit' }],
    }),
  ]);
  expect(shown.steps.filter(({ ok }) => !ok)).toEqual([]);
  expect(shown.steps.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['format', 'issuer', 'audience', 'signature', 'claims']),
  );
});

test('a token for another audience is told with what was found, what was wanted, and where that is set', async () => {
  const { status, shown } = await whoami({ ...claims(), aud: 'https://other.example' });
  expect(status).toBe(1);
  expect(shown).toMatchObject({
    known: false,
    refusal: {
      code: 'UNAUTHENTICATED',
      fault: 'audience',
      detail: expect.stringMatching(
        /for "https:\/\/other\.example".*"https:\/\/tools\.example\.com\/mcp".*identity\.issuers\[0\]\.audience/,
      ),
      advice: expect.stringContaining('`audience` of the issuer'),
    },
    stated: { iss: issuer.url, aud: 'https://other.example', alg: 'ES256', kid: 'first' },
  });
  expect(shown.steps.at(-1)).toMatchObject({ name: 'audience', ok: false });
});

test('a token that is bound to a key says so, and who it would be', async () => {
  const { status, shown } = await whoami({ ...claims(), cnf: { jkt: 'A'.repeat(43) } });
  expect([status, shown.known]).toEqual([0, true]);
  expect(shown).toMatchObject({ credential: { boundTo: 'A'.repeat(43) } });
  expect(shown.steps.at(-1)).toMatchObject({
    name: 'binding',
    ok: true,
    detail: expect.stringContaining('cannot be shown here'),
  });
});

test('while the issuer is away it is 3, and never a no', async () => {
  issuer.answer = (_request, response) => response.writeHead(503).end();
  const { status, shown } = await whoami(claims());
  issuer.answer = undefined;
  expect([status, shown.known]).toEqual([3, false]);
  expect(shown).toMatchObject({
    refusal: { code: 'IDENTITY_UNAVAILABLE', detail: expect.stringContaining('503') },
  });
});

test('check says of each issuer whether its keys can be had, and what clients have to ask it for', async () => {
  await using workspace = await createFolder(files({ issuers: [{ issuer: issuer.url }] }));
  const { status, out } = await runWith(workspace.folder, ['check']);
  expect([status, out]).toEqual([
    0,
    expect.stringMatching(
      /: 1 key of .*\/jwks; clients have to ask it for a token for https:\/\/tools\.example\.com\/mcp\ncallers without a credential: the local principal, over stdio only\n/,
    ),
  ]);
  expect(out).not.toContain('nobody who is configured');
  issuer.answer = (_request, response) => response.writeHead(500).end();
  const away = await runWith(workspace.folder, ['check']);
  const json = await runWith(workspace.folder, ['check', '--json']);
  issuer.answer = undefined;
  expect([away.status, away.out]).toEqual([
    3,
    expect.stringMatching(
      /issuer http.*: the keys cannot be had: .*500[^]*1 issuer cannot be asked; the rest is in order/,
    ),
  ]);
  expect(JSON.parse(json.out)).toMatchObject({
    callers: {
      local: { stdio: true, http: false },
      issuers: [{ issuer: issuer.url, failure: expect.any(String) }],
    },
  });
});

test.each([
  ['0.0.0.0:8808', undefined],
  ['"[::]:8808"', 'api://tools'],
])(
  'issuers are not taken on %s without a public URL: clients would be sent to themselves',
  async (listen, audience) => {
    const issuers = [{ issuer: 'https://login.example.com', audience }];
    await using workspace = await createFolder({
      ...files({ issuers }),
      'bailiwick.yaml': `server: { listen: ${listen} }\n${stringify({ identity: { issuers }, sources: {} })}`,
    });
    const { status, err } = await runWith(workspace.folder, ['check']);
    expect([status, err]).toEqual([2, expect.stringMatching(/`?server\.publicUrl`? must be set where/)]);
    expect(err).toContain('for example `publicUrl: https://tools.example.com`');
  },
);
