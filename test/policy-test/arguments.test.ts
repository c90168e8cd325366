import { expect, test } from 'vitest';
import { createFolder } from '../support/gateway.ts';
import { runWith } from '../support/in-process.ts';

/** A folder with nobody but `reader`, one source, and a file of tests. */
function withTests(
  text: string,
  others: Readonly<Record<string, string>> = {},
): ReturnType<typeof createFolder> {
  return createFolder({
    'bailiwick.yaml': `identity:
  local: false
  principals:
    reader: { groups: [readers] }
sources:
  billing: { openapi: billing.yaml, url: "http://127.0.0.1:9" }
`,
    'billing.yaml': `openapi: 3.1.0
info: { title: Billing, version: '1' }
paths:
  /bills:
    get: { operationId: list_bills, responses: { '200': { description: ok } } }
`,
    'policies/billing.policy.yaml':
      'policy: billing\nrules:\n  - { id: bots-never, effect: deny, who: { client: bot } }\n',
    'policies/billing.test.yaml': text,
    ...others,
  });
}

test('an argument that a tool does not take is said, for it may be why a test passes', async () => {
  await using workspace = await withTests(
    `tools:\n  - { source: desk, name: refund, inputSchema: { type: object, properties: { amount: { type: integer } } } }\n` +
      `tests:\n  - { as: reader, call: desk_refund, args: { amout: 3 }, expect: deny }\n`,
  );
  const { status, err } = await runWith(workspace.folder, ['policy', 'test']);
  expect(status).toBe(0);
  expect(err).toMatch(
    /^policies\/billing\.test\.yaml:4:\d+ {2}warning: desk_refund takes no argument `amout`; did you mean `amount`\?$/m,
  );
});

test('arguments of which the tool itself would refuse a call are said, but for what rules set', async () => {
  const schema =
    '{ type: object, properties: { amount: { type: integer, maximum: 5 }, team: { type: string } }, required: [amount, team] }';
  await using workspace = await withTests(
    `policies: pinned.policy.yaml
tools: [{ source: desk, name: refund, inputSchema: ${schema} }]
tests:
  - { as: reader, call: desk_refund, args: { amount: 3 }, expect: permit }
  - { as: reader, call: desk_refund, args: { amount: 9 }, expect: permit }
  - { as: reader, call: desk_refund, args: { team: blue }, expect: deny }
`,
    {
      'policies/pinned.policy.yaml':
        'policy: pinned\nrules:\n  - { id: own, effect: permit, obligations: { set: { team: red } } }\n',
    },
  );
  const { status, err } = await runWith(workspace.folder, ['policy', 'test']);
  expect(status).toBe(0);
  const after = 'such a call is refused whatever policy says';
  expect(err.split('\n').filter((line) => line.includes('warning'))).toEqual([
    `policies/billing.test.yaml:5:5  warning: desk_refund does not take these arguments: /amount must be <= 5; ${after}`,
    `policies/billing.test.yaml:6:5  warning: desk_refund does not take these arguments: /amount is required (integer); ${after}`,
  ]);
});

test('without names the tests of policies that are not in force are passed over', async () => {
  const others = {
    'policies/other.test.yaml':
      'policies: other/none.policy.yaml\ntests:\n  - { as: reader, model: m, expect: permit }\n',
    'policies/other/none.policy.yaml':
      'policy: none\nrules:\n  - { id: never, effect: deny, who: { client: bot } }\n',
  };
  await using workspace = await withTests('tests:\n  - { as: reader, model: m, expect: deny }\n', others);
  const own = await runWith(workspace.folder, ['policy', 'test']);
  expect([own.status, own.out.includes('1 passed'), own.out.includes('other')]).toEqual([0, true, false]);
  const named = await runWith(workspace.folder, [
    'policy',
    'test',
    `${workspace.folder}/policies/other.test.yaml`,
  ]);
  expect([named.status, named.err]).toEqual([1, '']);
});
