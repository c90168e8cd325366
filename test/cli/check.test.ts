import { expect, test } from 'vitest';
import { bailiwick } from '../support/command-line.ts';
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
  const { status, out } = await bailiwick(workspace.folder, ['check', '--json']);
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
  const { status, out } = await bailiwick(workspace.folder, ['check']);
  expect(out).toMatch(/warning: there is no policy in .*policies.*, so every call is denied/);
  expect(out).toMatch(/no problems, 1 warning\n$/);
  expect(status).toBe(0);
});
