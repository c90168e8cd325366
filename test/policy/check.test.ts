import { describe, expect, test } from 'vitest';
import { checkPolicies } from '../../src/policy/check.ts';
import { describeProblems } from '../../src/policy/problem.ts';
import { catalog, catalogOf, policy, tool } from './fixtures.ts';

const CATALOG = catalog(
  catalogOf('desk', {
    tools: [
      tool('desk', 'get_ticket', 'read', { tags: ['tickets'], method: 'GET', path: '/tickets/{id}' }),
      tool('desk', 'delete_ticket', 'destructive', {
        tags: ['tickets'],
        method: 'DELETE',
        path: '/tickets/{id}',
      }),
    ],
  }),
  catalogOf('files', {
    tools: [tool('files', 'read_file')],
    resources: ['file:///a'],
    templates: ['demo://r/{id}'],
    prompts: ['greet'],
  }),
);

function complaints(text: string): string[] {
  const { problems } = checkPolicies(policy(text), CATALOG);
  return problems.length === 0 ? [] : describeProblems(problems).split('\n');
}

describe('checking policies against the catalog', () => {
  test('finds nothing where everything matches', () => {
    expect(
      complaints(`
policy: p
scopes:
  read: { access: read }
  desk: { source: desk, tag: tickets, method: [GET, DELETE], path: "/tickets/*", tool: "*_ticket" }
  rest: [{ resource: "file://*" }, { resource: "demo://r/*" }, { prompt: greet, source: files }]
rules:
  - { id: d, effect: deny, who: { groups: x } }
`),
    ).toEqual([]);
  });

  test('finds a selector that matches nothing, in a rule and in a scopes table, with its place', () => {
    expect(
      complaints(`policy: p
scopes:
  one: { source: desk, tool: [get_ticket, get_tickets] }
  two: [{ tag: tickets }, { tag: ticket }]
rules:
  - id: r
    effect: deny
    what:
      method: [GET, PATCH]
      path: /users/*
  - { id: s, effect: deny, what: [{ resource: "x://*" }, { prompt: bye }] }
`),
    ).toEqual([
      'p.policy.yaml:3:43  p/scope:one: tool `get_tickets` matches nothing: no tool has this name in desk; did you mean `get_ticket`?',
      'p.policy.yaml:4:34  p/scope:two: tag `ticket` matches nothing: no tool has this tag; did you mean `tickets`?',
      'p.policy.yaml:9:21  p/r: method `PATCH` matches nothing: no tool has this method',
      'p.policy.yaml:10:13  p/r: path `/users/*` matches nothing: no tool has this path',
      'p.policy.yaml:11:47  p/s: resource `x://*` matches nothing: no resource or template has this URI',
      'p.policy.yaml:11:68  p/s: prompt `bye` matches nothing: no prompt has this name',
    ]);
  });

  test('names a source that does not exist once, without blaming what is said about it', () => {
    expect(complaints('policy: p\nscopes: { x: { source: dsk, tool: get_ticket, tag: tickets } }\n')).toEqual(
      ['p.policy.yaml:2:24  p/scope:x: there is no source `dsk`; did you mean `desk`?'],
    );
  });

  test('says nothing about what a source that did not answer may offer, and still names a source that is none', () => {
    const text = `policy: p
scopes:
  a: { source: cluster, tool: list_pods }
  b: { source: [desk, cluster], tool: list_pods }
  c: { tool: list_pods }
  d: { source: desk, tool: list_pods }
  e: { source: clutser }
`;
    const { problems } = checkPolicies(policy(text), CATALOG, { unknown: ['cluster'] });
    expect(describeProblems(problems).split('\n')).toEqual([
      'p.policy.yaml:6:28  p/scope:d: tool `list_pods` matches nothing: no tool has this name in desk',
      'p.policy.yaml:7:16  p/scope:e: there is no source `clutser`; did you mean `cluster`?',
    ]);
    expect(complaints(text)).toHaveLength(5);
  });

  test('finds members that match something each, but not together', () => {
    expect(
      complaints('policy: p\nscopes: { x: { source: desk, tool: get_ticket, access: destructive } }\n'),
    ).toEqual([
      'p.policy.yaml:2:14  p/scope:x: this selector matches nothing: each member matches something, but not together',
    ]);
  });

  test('says what to write where somebody used the name that clients see', () => {
    expect(complaints('policy: p\nscopes: { x: { tool: desk_get_ticket } }\n')).toEqual([
      "p.policy.yaml:2:22  p/scope:x: tool `desk_get_ticket` matches nothing: no tool has this name; policies use a tool's own name: write `source: desk` and `tool: get_ticket`",
    ]);
  });

  test('finds rules that say the same, in whatever layout', () => {
    expect(
      complaints(`policy: p
scopes:
  a: { tag: tickets, source: [desk, files] }
rules:
  - { id: b, effect: permit, who: { scopes: [a] }, what: [{ source: [files, desk], tag: [tickets] }] }
  - { id: c, effect: deny, who: { groups: [a] }, what: { source: [files, desk], tag: [tickets] } }
`),
    ).toEqual(['p.policy.yaml:3:3  p/scope:a: says the same as p/b; remove one of them']);
  });

  test('says so where nothing is permitted at all: a deny-only policy denies everything', () => {
    expect(complaints('policy: p\nrules: [{ id: d, effect: deny, what: { tool: "*" } }]\n')).toEqual([
      'p.policy.yaml:2:9  no policy permits anything, so every call is denied; `deny` and `approve` only take from what a permit or a scope opens',
    ]);
    expect(complaints('policy: p\n')).toEqual([]);
  });

  test('finds in limits what it finds in rules', () => {
    expect(
      complaints(`policy: p
limits:
  - { id: a, what: { tool: get_tickets }, concurrency: 1 }
  - { id: b, what: [{ source: desk }, { source: dsk }], rate: { calls: 1, per: day } }
  - { id: c, who: { team: [x, y] }, budget: { usd: 1, per: day } }
  - { id: d, who: { team: [y, x] }, budget: { usd: 1, per: day, by: rule, mode: hard } }
  - { id: e, who: { team: [y, x] }, budget: { usd: 1, per: day, mode: soft } }
`),
    ).toEqual([
      'p.policy.yaml:3:28  p/a: tool `get_tickets` matches nothing: no tool has this name; did you mean `get_ticket`?',
      'p.policy.yaml:4:49  p/b: there is no source `dsk`; did you mean `desk`?',
      'p.policy.yaml:6:5  p/d: says the same as p/c; remove one of them',
    ]);
  });

  test('finds limits that count by what nothing of theirs is', () => {
    expect(
      complaints(`policy: p
limits:
  - { id: a, what: { prompt: greet }, rate: { calls: 1, per: day, by: tool } }
  - { id: b, what: [{ prompt: greet }, { tool: read_file }], rate: { calls: 1, per: day, by: tool } }
  - { id: c, by: model, concurrency: 1, budget: { usd: 1, per: day } }
`),
    ).toEqual([
      'p.policy.yaml:3:71  p/a: `by: tool` tells nothing apart: nothing that this limit is about is a tool',
      'p.policy.yaml:5:41  p/c: `by: model` tells nothing apart: nothing that this limit is about is a model',
    ]);
  });
});
