import { describe, expect, test } from 'vitest';
import { decide, policy, principal, promptTarget, resourceTarget, toolTarget } from './fixtures.ts';

const TOOL = toolTarget('desk', 'delete_ticket', 'destructive', {
  tags: ['tickets', 'danger'],
  method: 'DELETE',
  path: '/tickets/{id}',
});
const READ_TOOL = toolTarget('desk', 'get_ticket');
const RESOURCE = resourceTarget('demo://r/1', 'desk');
const PROMPT = promptTarget('greet', 'desk');
const TARGETS = { tool: TOOL, read: READ_TOOL, resource: RESOURCE, prompt: PROMPT };

function selected(what: string): string[] {
  const set = policy(`policy: p\nrules: [{ id: r, effect: permit, what: ${what} }]\n`);
  return Object.entries(TARGETS)
    .filter(([, target]) => decide(set, principal(), target).effect === 'permit')
    .map(([name]) => name);
}

describe('what', () => {
  test.each([
    ['{ source: desk }', ['tool', 'read', 'resource', 'prompt']],
    ['{ source: other }', []],
    ['{ source: [other, desk] }', ['tool', 'read', 'resource', 'prompt']],
    ['{ access: read }', ['read', 'resource', 'prompt']],
    ['{ access: [write, destructive] }', ['tool']],
    ['{ tool: "*" }', ['tool', 'read']],
    ['{ tool: "*_ticket", access: read }', ['read']],
    ['{ tool: desk_get_ticket }', []],
    ['{ tag: tickets }', ['tool']],
    ['{ tag: [nothing, danger] }', ['tool']],
    ['{ method: DELETE }', ['tool']],
    ['{ method: GET }', []],
    ['{ path: "/tickets/*" }', ['tool']],
    ['{ path: "/tickets/{id}", method: GET }', []],
    ['{ resource: "*" }', ['resource']],
    ['{ resource: "demo://r/*", access: read }', ['resource']],
    ['{ prompt: "gr*" }', ['prompt']],
    ['[{ prompt: "*" }, { tag: danger }]', ['tool', 'prompt']],
    ['&x { prompt: "*" }', ['prompt']],
  ])('%s selects %j', (what, names) => {
    expect(selected(what)).toEqual(names);
  });

  test('that is absent selects everything', () => {
    const set = policy('policy: p\nrules: [{ id: r, effect: permit }]\n');
    for (const target of Object.values(TARGETS))
      expect(decide(set, principal(), target).effect).toBe('permit');
  });
});

describe('who', () => {
  const ann = principal({
    issuer: 'https://idp.example',
    subject: 'ann',
    scopes: ['a', 'b'],
    groups: ['sre'],
    team: 'red',
    client: 'ide',
    claims: { region: 'eu', levels: [1, 2], admin: true, nested: { region: 'eu' } },
  });

  test.each([
    ['{ scopes: a }', true],
    ['{ scopes: [z, b] }', true],
    ['{ scopes: [z] }', false],
    ['{ groups: sre }', true],
    ['{ groups: SRE }', false],
    ['{ team: [blue, red] }', true],
    ['{ subject: ann }', true],
    ['{ subject: "*" }', false],
    ['{ subject: ann, issuer: config }', false],
    ['{ subject: ann, issuer: "https://idp.example" }', true],
    ['{ client: ide }', true],
    ['{ scopes: a, groups: other }', false],
    ['{ claims: { region: eu } }', true],
    ['{ claims: { region: [us, eu] } }', true],
    ['{ claims: { region: us } }', false],
    ['{ claims: { levels: 2 } }', true],
    ['{ claims: { levels: "2" } }', false],
    ['{ claims: { levels: [3, 4] } }', false],
    ['{ claims: { admin: true } }', true],
    ['{ claims: { admin: "true" } }', false],
    ['{ claims: { region: eu, admin: false } }', false],
    ['{ claims: { nested: eu } }', false],
    ['{ claims: { absent: eu } }', false],
    ['{ claims: { constructor: Object } }', false],
    ['{ claims: { toString: "" } }', false],
  ])('%s includes ann: %s', (who, expected) => {
    const set = policy(`policy: p\nrules: [{ id: r, effect: permit, who: ${who.replace('""', 'x')} }]\n`);
    expect(decide(set, ann, TOOL).effect === 'permit').toBe(expected);
  });

  test('does not include a caller without a team where a team is asked for', () => {
    const set = policy('policy: p\nrules: [{ id: r, effect: permit, who: { team: undefined } }]\n');
    expect(decide(set, principal(), TOOL).effect).toBe('deny');
  });
});
