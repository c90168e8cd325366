import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { connect } from '../support/clients.ts';
import { bailiwick } from '../support/command-line.ts';
import { createFolder, notesFiles, readRecords, startApi, startGateway } from '../support/gateway.ts';
import { runWith } from '../support/in-process.ts';
import { INITIALIZE, post } from '../support/raw-http.ts';

interface Shown {
  readonly key: string;
  readonly name: string;
  readonly state: string;
  readonly [member: string]: unknown;
}

/** A command that says `--json`. */
async function json<T = Shown>(folder: string, ...args: string[]): Promise<T> {
  const { status, out, err } = await runWith(folder, ['keys', ...args, '--json']);
  expect([status, err]).toEqual([0, '']);
  return JSON.parse(out) as T;
}

const list = async (folder: string, ...more: string[]): Promise<readonly Shown[]> =>
  (await json<{ keys: Shown[] }>(folder, 'list', ...more)).keys;

test('a key counts at every gateway that shares the state as soon as it is made, with its limits, and no longer than it may', async () => {
  await using api = await startApi();
  await using shared = await createFolder({});
  const files = notesFiles(api.url, `state: { sqlite: '${path.join(shared.folder, 'state.db')}' }\n`);
  await using one = await startGateway(files);
  await using two = await startGateway(files);
  const { folder } = one;
  const statuses = (key: string) =>
    Promise.all(
      [one, two].map(async ({ endpoint }) => {
        const answer = await post(endpoint, JSON.stringify(INITIALIZE), { authorization: `Bearer ${key}` });
        return answer.status;
      }),
    );

  const rights = ['--scopes', 'notes:read,notes:write', '--team', 'build', '--limit', 'calls=3/day'];
  const made = await json(folder, 'create', 'ci', ...rights, '--description', 'the nightly run');
  expect(made.key).toMatch(/^bwk_[0-9A-Za-z]{49}$/);
  await using here = await connect('v2 legacy', one.endpoint, made.key);
  await using there = await connect('v2 modern', two.endpoint, made.key);
  expect((await here.listTools()).tools.map(({ name }) => name)).toContain('notes_list_notes');
  const outcomes: unknown[] = [];
  for (const client of [here, there, here, there]) {
    const result = await client.callTool({ name: 'notes_list_notes', arguments: {} }); // oxlint-disable-line no-await-in-loop -- one after the other
    outcomes.push(result.isError === true ? (result.structuredContent as { error: object }).error : 'ok');
  }
  expect(outcomes).toEqual([
    'ok',
    'ok',
    'ok',
    expect.objectContaining({ code: 'LIMIT_EXCEEDED', rules: [`key/${made.name}/1`] }),
  ]);
  const budgets = await runWith(folder, ['spend', '--budgets']);
  expect(budgets.out).toMatch(new RegExp(`key/${made.name}/1 .*3 calls per day.* 100`));

  const next = await json(folder, 'rotate', made.name, '--grace', '0s');
  expect(next).toMatchObject({
    rotatedFrom: made.name,
    team: 'build',
    limits: ['calls=3/day'],
    description: 'the nightly run',
  });
  await vi.waitFor(async () => expect(await statuses(made.key)).toEqual([401, 401]));
  expect(await statuses(next.key)).toEqual([200, 200]);
  await expect(here.listTools()).rejects.toThrow();

  expect(await json(folder, 'revoke', next.name)).toMatchObject({
    name: next.name,
    state: 'revoked',
    changed: true,
  });
  await vi.waitFor(async () => expect(await statuses(next.key)).toEqual([401, 401]));
  expect(await list(folder)).toEqual([]);
  expect((await list(folder, '--all')).map(({ name, state }) => [name, state])).toEqual([
    [made.name, 'expired'],
    [next.name, 'revoked'],
  ]);
  expect(await json(folder, 'revoke', next.name)).toMatchObject({ changed: false });

  await one.close();
  const records = await readRecords(path.join(folder, '.bailiwick/audit'));
  const keys = records
    .filter(({ type, via }) => type === 'key' && via?.face === 'cli')
    .map(({ detail }) => detail);
  expect(keys).toMatchObject([
    {
      change: 'created',
      keys: [{ key: made.name, principal: 'ci', team: 'build', limits: ['calls=3/day'] }],
    },
    { change: 'created', keys: [{ key: next.name, rotatedFrom: made.name }] },
    { change: 'rotated', keys: [{ key: made.name, rotatedTo: next.name }] },
    { change: 'revoked', keys: [{ key: next.name }] },
  ]);
  expect(records).toContainEqual(
    expect.objectContaining({
      type: 'signin',
      principal: expect.objectContaining({ issuer: 'keys', subject: 'ci', key: made.name }),
    }),
  );
  const said = JSON.stringify([records, one.log, two.log]);
  for (const { key } of [made, next]) expect(said).not.toContain(key.slice(4, 24));
});

test('people who change one key at the same time get one successor, and each who makes one gets another', async () => {
  await using workspace = await createFolder(notesFiles('http://127.0.0.1:9'));
  const { folder } = workspace;
  const made = await Promise.all(Array.from({ length: 4 }, () => json(folder, 'create', 'reader')));
  expect(new Set(made.map(({ name }) => name)).size).toBe(4);
  const name = made[0]?.name ?? '';
  const rotated = await Promise.all(
    Array.from({ length: 4 }, () => runWith(folder, ['keys', 'rotate', name, '--json'])),
  );
  expect(rotated.map(({ status }) => status ?? -1).toSorted((a, b) => a - b)).toEqual([0, 2, 2, 2]);
  expect(rotated.map(({ err }) => err).join('')).toMatch(/was rotated (before|or revoked by somebody else)/);
  const successors = (await list(folder)).filter(({ rotatedFrom }) => rotatedFrom === name);
  expect(successors.map(({ state }) => state)).toEqual(['active']);
  expect(JSON.parse(rotated.find(({ status }) => status === 0)?.out ?? '')).toMatchObject({
    name: successors[0]?.name,
  });
});

test('a key that cannot be put on record is not made', async () => {
  await using workspace = await createFolder({
    ...notesFiles('http://127.0.0.1:9', 'audit: { dir: ./blocked/audit }\n'),
    blocked: 'a file where a folder should be',
  });
  const { status, out } = await runWith(workspace.folder, ['keys', 'create', 'reader']);
  expect(status).not.toBe(0);
  expect(out).toBe('');
  expect(await list(workspace.folder, '--all')).toEqual([]);
});

test('what is shown says whom a key speaks for, what it may do, and until when', async () => {
  await using workspace = await createFolder(notesFiles('http://127.0.0.1:9'));
  const { folder } = workspace;
  const created = await runWith(folder, [
    'keys',
    'create',
    'writer',
    '--scopes',
    'notes:read',
    '--description',
    'a\u001B[31m b',
  ]);
  expect(created.out).toMatch(/^bwk_\w{49}\n$/);
  expect(created.err).toMatch(/speaks for +writer, as identity\.principals has it\nscopes +notes:read\n/);
  expect(created.err).toMatch(/expires +20\d\d-/);
  const [{ name, expiresAt, createdAt } = { name: '', expiresAt: '', createdAt: '' }] = await list(folder);
  expect(Date.parse(String(expiresAt)) - Date.parse(String(createdAt))).toBeCloseTo(90 * 86_400_000, -4);
  const table = await runWith(folder, ['keys', 'list']);
  expect(table.out).toMatch(new RegExp(`^NAME +PRINCIPAL[^]*\n${name} +writer +active `));
  expect(created.err + table.out).not.toContain('\u001B[31m');

  // A leaked key is asked about without a trace in the list of processes.
  const leaked = { input: created.out };
  const shown = await bailiwick(folder, ['keys', 'show', '-'], leaked);
  expect([shown.status, shown.out]).toEqual([0, expect.stringContaining(name)]);
  const revoked = await bailiwick(folder, ['keys', 'revoke', '-'], leaked);
  expect([revoked.status, revoked.err]).toEqual([0, expect.stringContaining(`${name} of writer is revoked`)]);
});

test('a key that opens nothing, limits that go on, and a key where it can be read are told of', async () => {
  await using workspace = await createFolder(notesFiles('http://127.0.0.1:9'));
  const { folder } = workspace;
  const run = (...args: string[]) => runWith(folder, ['keys', ...args]);
  const idle = await run('create', 'zed', '--scopes', 'notes:raed,notes:write,x:y');
  expect(idle.err).toMatch(
    /no policy asks for the scopes notes:raed \(did you mean notes:read\?\), x:y, so the key opens nothing/,
  );
  expect((await run('create', 'writre', '--scopes', 'notes:read')).err).toContain(
    '"writre" is not the principal "writer"',
  );

  const first = await json(folder, 'create', 'reader', '--limit', 'calls=3/day');
  const next = await json(folder, 'rotate', first.name);
  expect((await run('list')).out).toMatch(/ LIMITS +DESCRIPTION\n[^]* calls=3\/day /);
  expect((await run('show', next.name)).out).toContain(`count as      key/${first.name}`);

  const shown = await run('show', next.key);
  expect([shown.status, shown.err]).toEqual([0, expect.stringMatching(/on the command line.*or - and/)]);
  const fixed = `bw_${'s'.repeat(43)}`;
  const refused = await run('revoke', fixed);
  expect([refused.status, refused.err]).toEqual([2, expect.stringContaining('take it out of identity.keys')]);
  expect(shown.err + shown.out + refused.err).not.toMatch(new RegExp(`${next.key}|${fixed}`));
});

test.each<[string, string[], RegExp]>([
  [
    'a principal that nobody is',
    ['create', 'redaer'],
    /no principal "redaer" in identity\.principals of .*there is reader, writer, careful\); did you mean reader\? .*--scopes or --groups/,
  ],
  [
    'more than the principal holds',
    ['create', 'reader', '--scopes', 'notes:read,notes:write'],
    /reader does not hold notes:write/,
  ],
  [
    'groups for a principal of the configuration',
    ['create', 'reader', '--groups', 'careful'],
    /--groups: reader is in identity\.principals/,
  ],
  ['an end that is over', ['create', 'reader', '--expires', '2020-01-01'], /--expires: 2020-01-01 is over/],
  [
    'an end that is none',
    ['create', 'reader', '--expires', '2027-02-30'],
    /--expires: "2027-02-30" is no time/,
  ],
  ['an end that never comes', ['create', 'reader', '--expires', '999999999w'], /too far away/],
  [
    'a limit that is none',
    ['create', 'reader', '--limit', 'calls=1/minute'],
    /--limit: "calls=1\/minute" is no limit; write calls=100\/day/,
  ],
  ['a part of a call', ['create', 'reader', '--limit', 'calls=1.5/day'], /whole numbers/],
  [
    'claims that are none',
    ['create', 'ci', '--scopes', 'a', '--claims', '[1]'],
    /--claims: must be a JSON object/,
  ],
  [
    'a static key with what it cannot have',
    ['create', 'reader', '--static', '--limit', 'calls=1/day'],
    /--static .* takes --limit/,
  ],
  [
    'a name that nobody has',
    ['revoke', 'k000000000000'],
    /no key "k000000000000" in the state of .*keys list --all/,
  ],
  [
    'a grace that is none',
    ['rotate', 'k000000000000', '--grace', 'soon'],
    /--grace: "soon" is no length of time/,
  ],
])('%s is refused, and what would be right is said', async (_, args, says) => {
  await using workspace = await createFolder(notesFiles('http://127.0.0.1:9'));
  const { status, out, err } = await runWith(workspace.folder, ['keys', ...args]);
  expect([status, out, err]).toEqual([2, '', expect.stringMatching(says)]);
});

test('where state is in the memory of each process, keys are those of the configuration', async () => {
  await using workspace = await createFolder(notesFiles('http://127.0.0.1:9', 'state: { memory: true }\n'));
  const { status, err } = await runWith(workspace.folder, ['keys', 'create', 'reader']);
  expect([status, err]).toEqual([2, expect.stringContaining('--static')]);
});
