import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createFolder } from '../support/gateway.ts';
import { runHere, runWith } from '../support/in-process.ts';

const DOCUMENT = `
openapi: 3.1.0
info: { title: Billing, version: '1' }
paths:
  /bills:
    get: { operationId: list_bills, responses: { '200': { description: ok } } }
    post: { operationId: make_bill, responses: { '201': { description: made } } }
    delete: { operationId: delete_bills, responses: { '204': { description: gone } } }
`;

const POLICY = `policy: billing
scopes:
  billing:read: { source: billing, access: read }
rules:
  - { id: clerks-write, effect: permit, who: { groups: clerks }, what: { source: billing, access: write } }
  - { id: no-deletions, effect: deny, what: { access: destructive } }
  - { id: bots-never, effect: deny, who: { client: bot } }
`;

const CONFIG = `identity:
  local: false
  principals:
    reader: { scopes: ["billing:read"] }
sources:
  billing: { openapi: billing.yaml, url: "http://127.0.0.1:9" }
`;

/** A folder with a configuration, its policies, and a file of tests beside them. */
function withTests(
  text: string,
  others: Readonly<Record<string, string>> = {},
): ReturnType<typeof createFolder> {
  return createFolder({
    'bailiwick.yaml': CONFIG,
    'billing.yaml': DOCUMENT,
    'policies/billing.policy.yaml': POLICY,
    'policies/billing.test.yaml': text,
    ...others,
  });
}

const GOOD = `principals:
  clerk: { groups: [clerks] }
tests:
  - { name: readers read, as: reader, call: billing_list_bills, expect: permit, because: ["billing/scope:billing:read"] }
  - { name: clerks write, as: clerk, call: billing_make_bill, expect: permit, because: [billing/clerks-write] }
  - name: nobody deletes
    as: [reader, clerk, { subject: root, groups: [clerks], scopes: ["billing:read"] }]
    call: billing_delete_bills
    expect: deny
    because: [billing/no-deletions]
  - { name: readers do not write, as: reader, call: billing_make_bill, expect: deny, because: [] }
  - { name: what is seen, as: reader, view: { shows: [billing_list_bills], hides: [billing_make*, billing_delete_bills] } }
`;

test('the demo policy keeps what its tests promise, every rule of it: the command that a reader of the README types', async () => {
  const { status, out } = await runHere(['policy', 'test', '--min-coverage', '100']);
  expect(out).toMatch(/^policies\/helpdesk\.test\.yaml\n {2}✓ /);
  expect(out).toMatch(/\d+ passed\n\d+ of \d+ rules decided in some case \(100 %\)\n$/);
  expect(status).toBe(0);
  expect(readFileSync('policies/helpdesk.test.yaml', 'utf8')).toMatch(
    /^# yaml-language-server: \$schema=\.\/policy-test\.schema\.json\n/,
  );
});

test('tests are shown as a tree of files, tests and cases, and rules that nothing needed are named', async () => {
  await using workspace = await withTests(GOOD);
  const { status, out } = await runWith(workspace.folder, ['policy', 'test']);
  expect(out.split('\n')).toEqual([
    'policies/billing.test.yaml',
    '  ✓ readers read  as reader',
    '  ✓ clerks write  as clerk',
    '  ✓ nobody deletes',
    '    ✓ as reader',
    '    ✓ as clerk',
    '    ✓ as root',
    '  ✓ readers do not write  as reader',
    '  ✓ what is seen  as reader',
    '',
    '7 passed',
    '3 of 4 rules decided in some case (75 %)',
    '  never  billing/bots-never  policies/billing.policy.yaml:7',
    '',
  ]);
  expect(status).toBe(0);
});

test('a failure says where it is, what was expected, what was decided and what each rule says', async () => {
  await using workspace = await withTests(`tests:
  - { name: readers read, as: reader, call: billing_list_bills, expect: permit, because: [billing/clerks-write] }
  - { as: reader, call: billing_delete_bills, args: { id: 7 }, expect: permit }
  - { name: seen, as: reader, view: { shows: [billing_make_bill], hides: [billing_list_bills] } }
`);
  const { status, out } = await runWith(workspace.folder, ['policy', 'test']);
  expect(out.split('\n').slice(1, -4)).toEqual([
    '  ✗ readers read  as reader  policies/billing.test.yaml:2',
    '      expected permit because billing/clerks-write',
    '      decided  permit because billing/scope:billing:read',
    '      billing_list_bills {} at 2026-01-01T00:00:00.000Z by /mcp',
    '      billing/scope:billing:read  permit   is about this call',
    '      billing/clerks-write        permit   its `what` does not select this tool',
    '  ✗ permit billing_delete_bills {"id":7}  as reader  policies/billing.test.yaml:3',
    '      expected permit',
    '      decided  deny because billing/no-deletions',
    '      billing_delete_bills {"id":7} at 2026-01-01T00:00:00.000Z by /mcp',
    '      billing/no-deletions  deny     is about this call',
    '  ✗ seen  as reader  policies/billing.test.yaml:4',
    '      expected billing_make_bill to be shown, it is hidden',
    '      expected billing_list_bills to be hidden, it is shown',
    '      no rule is about this caller and this target',
    '',
    '3 failed, 0 passed',
  ]);
  expect(status).toBe(1);
});

test('one document says it all to programs', async () => {
  await using workspace = await withTests(GOOD);
  const { status, out } = await runWith(workspace.folder, [
    'policy',
    'test',
    '--json',
    '--filter',
    'READERS READ',
  ]);
  expect(JSON.parse(out)).toEqual({
    passed: 1,
    failed: 0,
    cases: [
      {
        file: 'policies/billing.test.yaml',
        line: 4,
        column: 5,
        name: 'readers read',
        as: 'reader',
        passed: true,
        target: 'billing_list_bills',
        args: {},
        at: '2026-01-01T00:00:00.000Z',
        expected: { effect: 'permit', because: ['billing/scope:billing:read'] },
        decided: { effect: 'permit', rules: ['billing/scope:billing:read'] },
        failures: [],
      },
    ],
    coverage: {
      percent: 25,
      rules: expect.arrayContaining([
        { id: 'billing/bots-never', cases: 0, file: 'policies/billing.policy.yaml', line: 7, column: 5 },
      ]),
    },
  });
  expect(status).toBe(0);
});

test.each([
  ['there is no file', {}, [], /nothing ran: there is no \*\.test\.yaml beside the policies/],
  [
    'no test is in it',
    { 'policies/billing.test.yaml': 'tests: []\n' },
    [],
    /nothing ran: .*billing\.test\.yaml has no tests/,
  ],
  [
    'the filter leaves none',
    { 'policies/billing.test.yaml': GOOD },
    ['--filter', 'paint'],
    /nothing ran: no test has "paint" in its name/,
  ],
])('the answer is no where nothing ran: %s', async (_, files, args, message) => {
  await using workspace = await createFolder({
    'bailiwick.yaml': CONFIG,
    'billing.yaml': DOCUMENT,
    'policies/billing.policy.yaml': POLICY,
    ...(files as Record<string, string>),
  });
  const { status, err } = await runWith(workspace.folder, ['policy', 'test', ...args]);
  expect(err).toMatch(message);
  expect(status).toBe(1);
});

test('the answer is no under the wanted coverage, and --coverage names every rule', async () => {
  await using workspace = await withTests(GOOD);
  const { status, out, err } = await runWith(workspace.folder, [
    'policy',
    'test',
    '--coverage',
    '--min-coverage',
    '80',
  ]);
  expect(err).toBe('rule coverage is 75 %, wanted is at least 80 %\n');
  expect(out).toMatch(/\n {5}1 {2}billing\/clerks-write {2}policies\/billing\.policy\.yaml:5\n/);
  expect(status).toBe(1);
  expect((await runWith(workspace.folder, ['policy', 'test', '--min-coverage', '75'])).status).toBe(0);
  expect((await runWith(workspace.folder, ['policy', 'test', '--min-coverage', 'all'])).status).toBe(2);
});

test('names that mean nothing are told with their place and the nearest name that does', async () => {
  await using workspace = await withTests(`principals: { clerk: { groups: [clerks] } }
tests:
  - { as: reder, call: billing_list_bills, expect: permit }
  - { as: [clerk, clark], call: billing_list_bill, expect: deny }
  - { as: clerk, call: billing_make_bill, expect: permit, because: [billing/clerk-write] }
  - { as: clerk, view: { shows: [billing_list*, billing_lst_bills], hides: [billing_wipe] } }
  - { as: clerk, view: { narrows: { billing_make_bil: { amount: { maximum: 3 } } } } }
  - { as: clerk, prompt: billing_greet, expect: deny }
  - { as: clerk, resource: "file:///a", expect: deny }
  - { as: clerk, resource: "biling+file:///a", expect: deny }
`);
  const { status, err } = await runWith(workspace.folder, ['policy', 'test']);
  expect(err.split('\n').map((line) => line.replace(/^.*policies\//, ''))).toEqual([
    'billing.test.yaml:3:11  there is no principal `reder`; did you mean `reader`?',
    'billing.test.yaml:4:19  there is no principal `clark`; did you mean `clerk`?',
    'billing.test.yaml:4:33  there is no tool `billing_list_bill`; did you mean `billing_list_bills`?',
    'billing.test.yaml:5:69  there is no rule `billing/clerk-write`; did you mean `billing/clerks-write`?',
    'billing.test.yaml:6:49  there is nothing `billing_lst_bills`; did you mean `billing_list_bills`?',
    'billing.test.yaml:6:77  there is nothing `billing_wipe`',
    'billing.test.yaml:7:37  there is no tool `billing_make_bil`; did you mean `billing_make_bill`?',
    'billing.test.yaml:8:26  there is no prompt `billing_greet`',
    'billing.test.yaml:9:28  say which source has the resource: `<source>+file:///a`, as `/mcp` shows it, or `source:`',
    'billing.test.yaml:10:28  there is no source `biling`; did you mean `billing`?',
    '',
  ]);
  expect(status).toBe(2);
});

test('a file of tests may declare tools of sources that are not there, and name the policies it is about', async () => {
  await using workspace = await withTests('tests: []\n', {
    'packs/cluster.policy.yaml': `policy: cluster
rules:
  - { id: read, effect: permit, who: { groups: dev }, what: { source: cluster, access: read } }
  - { id: models, effect: permit, who: { team: red }, what: { model: "gpt-*" } }
`,
    'packs/cluster.test.yaml': `policies: .
tools:
  - { source: cluster, name: list_pods, access: read, tags: [pods], inputSchema: { type: object } }
  - { source: cluster, name: drain }
tests:
  - { as: { groups: [dev] }, call: cluster_list_pods, expect: permit, because: [cluster/read] }
  - { as: { groups: [dev] }, source: cluster, call: drain, expect: deny, because: [] }
  - { as: { team: red }, model: gpt-large, args: { max_tokens: 9 }, expect: permit, because: [cluster/models] }
  - { as: { groups: [dev] }, view: { shows: [cluster_list_pods], hides: [cluster_drain] } }
`,
  });
  const packs = `${workspace.folder}/packs`;
  const { status, out } = await runWith(workspace.folder, ['policy', 'test', packs, '--min-coverage', '100']);
  expect(out).toMatch(/4 passed\n2 of 2 rules decided in some case \(100 %\)\n$/);
  expect(status).toBe(0);
  const missing = await runWith(workspace.folder, ['policy', 'test', `${workspace.folder}/nowhere`]);
  expect(missing.err).toMatch(/there is no file or folder .*nowhere/);
  expect(missing.status).toBe(2);
});

test('names, conditions and values steer no terminal, wherever they are printed', async () => {
  const hostile = String.raw`"\e[2J\u009b31m\nname\u202e"`;
  await using workspace = await withTests(
    `principals: { ${hostile}: { groups: [clerks] } }\ntests:\n` +
      `  - { name: ${hostile}, as: [${hostile}, reader], call: billing_make_bill, args: { ${hostile}: ${hostile} }, expect: deny }\n` +
      `  - { as: ${hostile}, call: billing_list_bills, expect: deny, because: [other/odd] }\n`,
    {
      'policies/other.policy.yaml': `policy: other\nrules:\n  - { id: odd, effect: deny, what: { tool: list_bills }, when: ${String.raw`"args.x == \"\e[2J\""`} }\n  - { id: idle, effect: permit, what: { tool: ${hostile} } }\n`,
      'bad/bad.test.yaml': `${hostile}: 1\n`,
    },
  );
  for (const args of [
    ['test'],
    ['test', '--json'],
    ['test', `${workspace.folder}/bad`],
    ['check'],
    ['check', '--json'],
    ['explain', 'billing_list_bills', '--as', 'reader'],
    ['explain', '--as', '\u001B[2J\u009Bx'],
    ['diff', `${workspace.folder}/policies`, '\u001B[2J\u009Bx'],
  ]) {
    const { out, err } = await runWith(workspace.folder, ['policy', ...args]);
    // oxlint-disable-next-line no-control-regex -- These are what steers a terminal.
    expect(`${out}${err}`, args.join(' ')).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]/);
  }
});

test('a view that asks for nothing is no test', async () => {
  for (const narrows of ['{}', '{ billing_make_bill: {} }']) {
    await using workspace = await withTests(`tests:\n  - { as: reader, view: { narrows: ${narrows} } }\n`);
    const { status, err } = await runWith(workspace.folder, ['policy', 'test']);
    expect([status, err]).toEqual([2, expect.stringContaining('says nothing')]);
  }
});

test('rules that no file of tests is about count as rules that nothing decided', async () => {
  await using workspace = await withTests(`policies: billing.policy.yaml\n${GOOD}`, {
    'policies/other.policy.yaml':
      'policy: other\nrules:\n  - { id: forgotten, effect: deny, who: { client: x } }\n',
  });
  const command = ['policy', 'test', '--min-coverage', '100', '--coverage'];
  const { status, out } = await runWith(workspace.folder, command);
  expect(out).toMatch(/^ +0 {2}other\/forgotten {2}policies\/other\.policy\.yaml:3$/m);
  expect(out.match(/billing\/no-deletions/g)).toHaveLength(1);
  expect(status).toBe(1);
});
