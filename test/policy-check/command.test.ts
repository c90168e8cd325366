import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createFolder } from '../support/gateway.ts';
import { runHere, runWith } from '../support/in-process.ts';

const FILES: Readonly<Record<string, string>> = {
  'bailiwick.yaml': `identity: { local: false, principals: { reader: { scopes: ["billing:read"] } } }
sources:
  billing: { openapi: billing.yaml, url: "http://127.0.0.1:9" }
  desk: { mcp: { command: [node, absent.js] } }
`,
  'billing.yaml': `openapi: 3.1.0
info: { title: Billing, version: '1' }
paths:
  /bills:
    get:
      operationId: list_bills
      parameters: [{ name: page, in: query, schema: { type: integer } }]
      responses: { '200': { description: ok } }
`,
  'policies/billing.policy.yaml': `policy: billing
scopes:
  billing:read: { source: billing, access: read }
  desk:read: { source: desk, tool: echo }
rules:
  - { id: pages, effect: deny, what: { source: billing }, when: args.page > 100 }
  - { id: typo, effect: deny, what: { source: billing, tool: list_bill } }
`,
};

/** A lock that was written when the server \`desk\` was there. */
async function withLock(): Promise<Awaited<ReturnType<typeof createFolder>>> {
  const workspace = await createFolder({
    ...FILES,
    'bailiwick.yaml': (FILES['bailiwick.yaml'] ?? '').replace(
      '{ mcp: { command: [node, absent.js] } }',
      '{ openapi: desk.yaml, url: "http://127.0.0.1:9" }',
    ),
    'desk.yaml': `openapi: 3.1.0
info: { title: Desk, version: '1' }
paths:
  /echo: { post: { operationId: echo, tags: [talk], responses: { '200': { description: ok } } } }
`,
  });
  const { status } = await runWith(workspace.folder, ['compile', '--lock']);
  expect(status).toBe(0);
  return workspace;
}

test('policy check says with file, line and column what is wrong and what to look at, and warns of what may be meant', async () => {
  await using workspace = await createFolder(FILES);
  const { status, out, err } = await runWith(workspace.folder, ['policy', 'check', '--offline']);
  expect(out.split('\n')).toEqual([
    'policies/billing.policy.yaml:7:62  billing/typo: tool `list_bill` matches nothing: no tool has this name in billing; did you mean `list_bills`?',
    'policies/billing.policy.yaml:6:65  warning: billing/pages: when: a call that leaves out `args.page` is matched as well, because the condition cannot be evaluated without it; write `has(args.page) && …` if such calls are not meant',
    '',
  ]);
  expect(err).toBe(
    'source desk: nothing is known of it, nor does the lock hold a tool of it: it was not asked\n',
  );
  expect(status).toBe(1);
});

test('without its server a source is known by the lock, and policies are checked and tested all the same', async () => {
  await using workspace = await withLock();
  const at = (name: string): string => `${workspace.folder}/${name}`;
  await writeFile(at('bailiwick.yaml'), FILES['bailiwick.yaml'] ?? '');
  await writeFile(
    at('policies/billing.policy.yaml'),
    (FILES['policies/billing.policy.yaml'] ?? '')
      .replace('list_bill }', 'list_bills }')
      .replace('tool: echo', 'tool: ecko'),
  );
  const { status, out } = await runWith(workspace.folder, ['policy', 'check', '--offline', '--json']);
  expect(JSON.parse(out)).toEqual({
    problems: [
      expect.objectContaining({
        line: 4,
        message:
          'billing/scope:desk:read: tool `ecko` matches nothing: no tool has this name in desk; did you mean `echo`?',
      }),
    ],
    warnings: [expect.objectContaining({ line: 6 })],
    fromLock: [{ source: 'desk', message: 'it was not asked' }],
    unknown: [],
  });
  expect(status).toBe(1);

  await writeFile(at('policies/billing.policy.yaml'), FILES['policies/billing.policy.yaml'] ?? '');
  await writeFile(
    at('policies/billing.test.yaml'),
    'tests:\n  - { as: { scopes: ["desk:read"] }, call: desk_echo, expect: permit, because: ["billing/scope:desk:read"] }\n',
  );
  const tested = await runWith(workspace.folder, ['policy', 'test', '--offline']);
  expect(tested.err).toBe(
    'source desk: as the lock holds it, without resources and prompts: it was not asked\n',
  );
  expect(tested.out).toContain('1 passed');
  expect(tested.status).toBe(0);
});

test('the demo policy has nothing to be said of it', async () => {
  const { status, out } = await runHere(['policy', 'check', '--offline']);
  expect(out).toMatch(/^\d+ rules in \d+ files? in order\n$/);
  expect(status).toBe(0);
});

test.each(['check', 'test'])(
  'policy %s --help teaches by example and names the exit codes',
  async (command) => {
    const { status, out } = await runHere(['policy', command, '--help']);
    expect(status).toBe(0);
    expect(out).toMatch(/Examples:\n {2}\$ bailiwick policy /);
    expect(out).toContain('--offline');
  },
);
