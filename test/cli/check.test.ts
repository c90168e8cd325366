import { expect, test } from 'vitest';
import { runWith } from '../support/in-process.ts';
import { createFolder } from '../support/gateway.ts';

const DOCUMENT = `
openapi: 3.1.0
info: { title: Billing, version: '1' }
security: [{ key: [] }]
components: { securitySchemes: { key: { type: apiKey, in: header, name: X-Key } } }
paths:
  /bills:
    get: { operationId: list_bills, responses: { '200': { description: ok } } }
    post: { operationId: make_bill, security: [{}, { key: [] }], responses: { '201': { description: made } } }
`;

interface Finding {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

function toText({ file, line, column, message }: Finding): string {
  return `${file.replace(/.*[/\\]/, '')}:${line}:${column} ${message}`;
}

test('check finds an API without a server, and warns of scopes and credentials that lead nowhere, each at its place', async () => {
  await using workspace = await createFolder({
    'bailiwick.yaml': [
      'identity:',
      '  local: false',
      '  principals:',
      '    agent: { scopes: [billing:raed] }',
      'sources:',
      '  billing: { openapi: billing.yaml }',
    ].join('\n'),
    'billing.yaml': DOCUMENT,
    'policies/billing.policy.yaml':
      'policy: billing\nscopes:\n  billing:read: { source: billing, access: read }\n',
  });
  const { status, out } = await runWith(workspace.folder, ['check', '--json']);
  const { problems, warnings, failed } = JSON.parse(out) as Record<string, Finding[]>;
  expect(status).toBe(1);
  expect(failed).toEqual([]);
  expect(problems?.map(toText)).toEqual([
    'bailiwick.yaml:6:3 sources.billing: every call would fail, because the document names no server that can be called; set sources.billing.url',
  ]);
  expect(warnings?.map(toText)).toEqual([
    expect.stringMatching(/^bailiwick\.yaml:6:3 sources\.billing: 1 of 2 tools ask for credentials .*: key$/),
    expect.stringMatching(/^bailiwick\.yaml:1:1 no rule permits anything to anybody .*\(agent\)/),
    'billing.policy.yaml:3:3 billing/scope:billing:read: nobody who is configured holds the scope `billing:read`; somebody holds `billing:raed`',
    'bailiwick.yaml:4:23 identity.principals.agent: no policy names the scope `billing:raed`, so it opens nothing; did you mean `billing:read`?',
  ]);
});

test('a setup without any policy is warned of, and still no error', async () => {
  await using workspace = await createFolder({
    'bailiwick.yaml': 'sources: { billing: { openapi: billing.yaml, url: "http://127.0.0.1:9" } }\n',
    'billing.yaml': DOCUMENT.replace('security: [{ key: [] }]', ''),
  });
  const { status, out } = await runWith(workspace.folder, ['check']);
  expect(out).toMatch(/warning: there is no policy in .*policies.*, so every call is denied/);
  expect(out).toMatch(/no problems, 1 warning\n$/);
  expect(status).toBe(0);
});

test('check says which settings have no effect: a rule without operations, a pin without an argument, an overlay without a target', async () => {
  await using workspace = await createFolder({
    'bailiwick.yaml': [
      'sources:',
      '  billing:',
      '    openapi: billing.yaml',
      '    overlays: [billing.overlay.yaml]',
      '    url: http://127.0.0.1:9',
      '    credentials: { key: { apiKey: k } }',
      '    rules:',
      '      - { match: { operationId: list_bill }, set: { hidden: true } }',
      '      - { match: { path: /bills }, set: { pin: { dryRun: All } } }',
    ].join('\n'),
    'billing.yaml': DOCUMENT,
    'billing.overlay.yaml':
      "overlay: 1.0.0\ninfo: { title: o, version: '1' }\nactions:\n  - { target: '$.paths.bills', remove: true }\n",
  });
  const { status, out } = await runWith(workspace.folder, ['check', '--json']);
  const { warnings } = JSON.parse(out) as Record<string, Finding[]>;
  expect(status).toBe(0);
  expect(warnings?.map(toText).filter((line) => line.includes('sources.billing'))).toEqual([
    expect.stringMatching(
      /^bailiwick\.yaml:2:3 sources\.billing: .*billing\.overlay\.yaml:4:\d+ .*matches nothing/,
    ),
    'bailiwick.yaml:2:3 sources.billing: rules[0] matches no operation of the document',
    'bailiwick.yaml:2:3 sources.billing: unusable-value at GET /bills: pin.dryRun: there is no such argument; and 1 more row: `bailiwick compile --report --source billing`',
  ]);
});

test('of a source that cannot be used only that is said, and nothing of the policies about it', async () => {
  await using workspace = await createFolder({
    'bailiwick.yaml':
      'identity: { local: { scopes: [billing:read] } }\nsources: { billing: { openapi: billing.yaml, url: "http://127.0.0.1:9", credentials: { key: { bearer: x } } } }\n',
    'billing.yaml': DOCUMENT,
    'policies/billing.policy.yaml':
      'policy: billing\nscopes:\n  billing:read: { source: billing, access: read }\n',
  });
  const { status, out } = await runWith(workspace.folder, ['check', '--json']);
  const { problems, failed } = JSON.parse(out) as Record<string, Finding[]>;
  expect(status).toBe(2);
  expect(problems).toEqual([]);
  expect(failed).toEqual([
    { source: 'billing', message: expect.stringContaining('give { apiKey }') as string },
  ]);
});

test('limits that are about nobody, or count by what nobody has, are warnings', async () => {
  await using workspace = await createFolder({
    'bailiwick.yaml':
      'identity: { local: false, principals: { agent: { scopes: [billing:read], team: care } } }\nsources: { billing: { openapi: billing.yaml, url: "http://127.0.0.1:9" } }\n',
    'billing.yaml': DOCUMENT,
    'policies/billing.policy.yaml': `policy: billing
scopes: { billing:read: { source: billing, access: read } }
limits:
  - { id: teams, rate: { calls: 1, per: minute, by: team } }
  - { id: clients, who: { team: care }, budget: { calls: 1, per: day, by: client } }
  - { id: others, who: { team: core, groups: x }, concurrency: 1 }
`,
  });
  const { status, out } = await runWith(workspace.folder, ['check', '--json']);
  const { warnings } = JSON.parse(out) as Record<string, Finding[]>;
  expect(status).toBe(0);
  expect(warnings?.map(toText).filter((line) => line.startsWith('billing.policy.yaml'))).toEqual([
    'billing.policy.yaml:5:5 billing/clients: nobody whom this limit is about has a client, so `by: client` counts all of them together',
    'billing.policy.yaml:6:24 billing/others: nobody who is configured is whom this limit is about',
  ]);
});

test('limits that never count, or that no call fits, are warnings', async () => {
  await using workspace = await createFolder({
    'bailiwick.yaml':
      'identity: { local: { scopes: [billing:read] } }\nsources: { billing: { openapi: billing.yaml, url: "http://127.0.0.1:9", price: 0.5 } }\n',
    'billing.yaml': DOCUMENT,
    'policies/billing.policy.yaml': `policy: billing
scopes: { billing:read: { source: billing, access: read } }
limits:
  - { id: money, budget: [{ usd: 0.4, per: day }, { usd: 0.3, per: day, mode: soft }, { usd: 9, per: month }] }
  - { id: tokens, rate: { tokens: 1, per: day } }
`,
  });
  const { status, out } = await runWith(workspace.folder, ['check', '--json']);
  const { warnings } = JSON.parse(out) as Record<string, Finding[]>;
  expect(status).toBe(0);
  expect(warnings?.map(toText).filter((line) => line.startsWith('billing.policy.yaml'))).toEqual([
    expect.stringMatching(
      /^billing\.policy\.yaml:4:26 billing\/money: no call of billing_\w+ ever fits: it can take 0\.5 USD, and the limit is 0\.4 USD per day$/,
    ),
    'billing.policy.yaml:5:25 billing/tokens: nothing that this limit is about says how many tokens it uses, so it never counts anything; set `price.tokens` of a source',
  ]);
});

test('prices of no tool, and prices that an earlier one hides, are warnings', async () => {
  await using workspace = await createFolder({
    'bailiwick.yaml': `identity: { local: { scopes: [billing:read] } }
sources:
  billing:
    openapi: billing.yaml
    url: http://127.0.0.1:9
    prices:
      list_bils: 5
      make_*: 0.2
      list_*: 0.1
      'make_bill': 0.3
      '*': 0.1
`,
    'billing.yaml': DOCUMENT,
    'policies/billing.policy.yaml':
      'policy: billing\nscopes: { billing:read: { source: billing, access: read } }\n',
  });
  const { status, out } = await runWith(workspace.folder, ['check', '--json']);
  const { warnings } = JSON.parse(out) as Record<string, Finding[]>;
  expect(status).toBe(0);
  expect(warnings?.map(toText).filter((line) => line.includes('.prices'))).toEqual([
    'bailiwick.yaml:7:7 sources.billing.prices: `list_bils` is the name of no tool, so it prices nothing; did you mean `list_bills`?',
    'bailiwick.yaml:10:7 sources.billing.prices: `make_bill` prices nothing, because `make_*` before it counts; the first that matches does',
    'bailiwick.yaml:11:7 sources.billing.prices: `*` prices nothing, because `list_*` before it counts; the first that matches does',
  ]);
});
