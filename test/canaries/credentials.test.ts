import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { createKey, hashKey } from '../../src/identity/static-keys.ts';
import { newTestKey, sign, startIssuer } from '../issuers/support/issuer.ts';
import { bailiwick } from '../support/command-line.ts';
import { DOCUMENT, POLICY, startApi, startGateway } from '../support/gateway.ts';
import { runWith } from '../support/in-process.ts';
import { INITIALIZE, post } from '../support/raw-http.ts';
import { commandLines, filesOf, findCanaries } from './support/search.ts';

/** What must be found nowhere, by what it is. */
const canaries = new Map<string, string>();
/** Everything that was said, by where. */
const heard = new Map<string, string>();

/** An MCP server that starts in no time, as four commands start it too. */
const CHILD = `
import { createInterface } from 'node:readline';
const answers = {
  initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'child', version: '1' } },
  'tools/list': { tools: [{ name: 'echo', inputSchema: { type: 'object' } }] },
  'tools/call': { content: [{ type: 'text', text: 'echo' }] },
};
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method } = JSON.parse(line);
  if (id === undefined) return;
  const answer = answers[method] ? { result: answers[method] } : { error: { code: -32601, message: 'unknown' } };
  process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, ...answer }) + '\\n');
});
`;

const INTROSPECTION_SECRET = 'introspection-secret-canary-51';

beforeAll(async () => {
  const key = await newTestKey('first');
  const stranger = await newTestKey('first');
  const issuer = await startIssuer({ keys: [key.jwk] });
  const staticKey = createKey(new Uint8Array(32).fill(9));
  await using api = await startApi();
  await using gateway = await startGateway(
    {
      'bailiwick.yaml': stringify({
        server: { listen: '127.0.0.1:0' },
        identity: {
          local: { scopes: ['notes:read'] },
          principals: { reader: { scopes: ['notes:read'] } },
          keys: [{ principal: 'reader', hash: hashKey(staticKey) }],
          issuers: [
            {
              issuer: issuer.url,
              audience: 'here',
              introspection: { clientId: 'bailiwick', clientSecret: INTROSPECTION_SECRET },
            },
          ],
        },
        sources: {
          notes: { openapi: 'notes.yaml', url: api.url },
          child: {
            mcp: {
              command: [process.execPath, 'child.mjs'],
            },
          },
        },
        state: { sqlite: '.bailiwick/state.db' },
        audit: { arguments: 'full' },
      }),
      'notes.yaml': DOCUMENT,
      'child.mjs': CHILD,
      'policies/notes.policy.yaml': POLICY,
    },
    {},
  );
  const seconds = Math.floor(Date.now() / 1000);
  const claims = {
    iss: issuer.url,
    sub: 'dana',
    aud: 'here',
    exp: seconds + 600,
    iat: seconds,
    scope: 'notes:read',
  };
  const made = await runWith(gateway.folder, ['keys', 'create', 'reader', '--json']);
  const { key: virtualKey } = JSON.parse(made.out) as { key: string };
  const good = { 'static key': staticKey, 'virtual key': virtualKey, JWT: await sign(key, claims) };
  const bad = {
    'unknown key': createKey(new Uint8Array(32).fill(10)),
    'mistyped virtual key': `${virtualKey.slice(0, -1)}${virtualKey.endsWith('a') ? 'b' : 'a'}`,
    'forged JWT': await sign(stranger, claims),
    'expired JWT': await sign(key, { ...claims, iat: seconds - 7200, exp: seconds - 3600 }),
    'JWT for another audience': await sign(key, { ...claims, aud: 'there' }),
    'JWT of another issuer': await sign(key, { ...claims, iss: 'https://other.example' }),
    'opaque token': 'opaque-token-canary-0123456789',
  };
  for (const [name, token] of Object.entries({ ...good, ...bad })) {
    canaries.set(name, token);
    if (name.includes('JWT')) canaries.set(`signature of the ${name}`, token.split('.')[2] ?? '');
  }
  canaries.set('secret for introspection', INTROSPECTION_SECRET);

  const statuses: Record<string, number[]> = {};
  for (const [name, token] of Object.entries({ ...good, ...bad })) {
    statuses[name] = await useEverywhere(gateway, name, token);
  }
  for (const name of ['virtual key', 'JWT', 'forged JWT', 'mistyped virtual key']) {
    const { out, err } = await whoami(gateway.folder, canaries.get(name) ?? '');
    hear(`whoami with a ${name}`, out + err);
    expect(out).toMatch(/^[✓✗] /m);
  }
  for (const name of Object.keys(good)) expect([name, statuses[name]?.[0]]).toEqual([name, 200]);
  for (const name of Object.keys(bad)) expect([name, (statuses[name]?.[0] ?? 0) > 400]).toEqual([name, true]);
  const commands = [
    ['check'],
    ['check', '--json'],
    ['tools', '--json'],
    ['keys', 'list', '--json'],
    ['whoami', '--json'],
  ];
  for (const command of commands) {
    const { out, err } = await runWith(gateway.folder, command);
    hear(command.join(' '), out + err);
  }
  hear('the processes of this machine', await commandLines());
  hear('what the API received', JSON.stringify(api.received));
  await gateway.close();
  hear('the log', gateway.log.join('\n'));
  hear('the records', JSON.stringify(await gateway.records()));
  for (const [name, bytes] of await filesOf(path.join(gateway.folder, '.bailiwick'))) hear(name, bytes);
  await issuer.close();
});

test('the search finds what is there', () => {
  expect(heard.get('the log')).toContain('a credential was refused');
  expect(heard.get('the records')).toContain('call.intent');
  expect([...heard.keys()].some((name) => name.includes('state.db'))).toBe(true);
  expect([...canaries.values()].filter((canary) => canary.length < 20)).toEqual([]);
});

test('no credential is in any log line, record, answer, header, state file, process or output', () => {
  expect(findCanaries(canaries, heard)).toEqual([]);
});

function hear(where: string, text: string): void {
  heard.set(where, `${heard.get(where) ?? ''}${text}`);
}

/** Shows a credential in the right place and in wrong ones; answers the statuses, that of the right place first. */
async function useEverywhere(
  gateway: { endpoint: string; url: string },
  name: string,
  token: string,
): Promise<number[]> {
  const authorization = `Bearer ${token}`;
  const initialize = JSON.stringify(INITIALIZE);
  const statuses: number[] = [];
  const send = async (endpoint: string, body: string, headers: Record<string, string>): Promise<string> => {
    const { status, headers: answered, text } = await post(endpoint, body, headers);
    statuses.push(status);
    hear(`the answers to a ${name}`, JSON.stringify([...answered]) + text);
    return answered.get('mcp-session-id') ?? '';
  };
  const session = await send(gateway.endpoint, initialize, { authorization });
  const inSession = { authorization, 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' };
  for (const tool of ['notes_list_notes', 'notes_delete_note', 'child_echo']) {
    await send(gateway.endpoint, toCall(tool), inSession);
  }
  await send(`${gateway.endpoint}/notes`, initialize, { authorization });
  await send(gateway.endpoint, initialize, { authorization: `DPoP ${token}`, dpop: token });
  await send(gateway.endpoint, initialize, { authorization: `Basic ${token}` });
  await send(gateway.endpoint, initialize, { authorization: `Bearer ${token} ${token}` });
  await send(`${gateway.endpoint}?access_token=${token}`, initialize, {});
  await send(gateway.endpoint, '{', { authorization });
  await send(gateway.endpoint, initialize, { authorization, 'mcp-session-id': token });
  await send(gateway.endpoint, initialize, { 'x-api-key': token, cookie: `session=${token}` });
  return statuses;
}

function toCall(name: string): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name, arguments: {} } });
}

function whoami(folder: string, token: string) {
  return bailiwick(folder, ['whoami', '--token', '-', '--log-level', 'debug'], { input: token });
}
