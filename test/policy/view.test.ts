import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Target } from '../../src/catalog/entries.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import { view } from '../../src/policy/view.ts';
import { policySetOf, principals, rules, targets } from './arbitraries.ts';
import { decide, catalog, catalogOf, policy, principal, tool } from './fixtures.ts';
import { startCpuTime } from '../support/cpu-time.ts';

const CATALOG = catalog(
  catalogOf('desk', {
    tools: [tool('desk', 'list'), tool('desk', 'get_ticket'), tool('desk', 'delete_ticket', 'destructive')],
    resources: ['demo://b', 'demo://a'],
    templates: ['demo://a/{id}'],
    prompts: ['greet'],
  }),
  catalogOf('files', { tools: [tool('files', 'list')], resources: ['file:///a'] }),
);

describe('what you see is what you may call: no strict call beside a loose list, or the other way round', () => {
  test('for every policy, principal and target: shown exactly where permitted or approvable', () => {
    fc.assert(
      fc.property(rules, principals, targets, (given, who, target) => {
        const set = policySetOf(given);
        expect(view(set, CATALOG, who).shows(target)).toBe(decide(set, who, target).effect !== 'deny');
      }),
      { numRuns: 1000 },
    );
  });

  test('for every policy and principal: the lists hold exactly what a call would not be denied', () => {
    fc.assert(
      fc.property(fc.array(targets, { maxLength: 12 }), rules, principals, (offered, given, who) => {
        const tools = offered.flatMap((target) => (target.kind === 'tool' ? [target.tool] : []));
        const resources = offered.flatMap((target) => (target.kind === 'resource' ? [target] : []));
        const prompts = offered.flatMap((target) => (target.kind === 'prompt' ? [target] : []));
        const all = catalog(
          ...['one', 'two'].map((source) =>
            catalogOf(source, {
              tools: tools.filter((one) => one.source === source),
              resources: resources.filter((one) => one.source === source).map(({ uri }) => uri),
              templates: resources.filter((one) => one.source === source).map(({ uri }) => uri),
              prompts: prompts.filter((one) => one.source === source).map(({ name }) => name),
            }),
          ),
        );
        const set = policySetOf(given);
        const opens = (target: Target): boolean => decide(set, who, target).effect !== 'deny';
        const seen = view(set, all, who);
        const opened = all.tools.filter((one) => opens({ kind: 'tool', tool: one }));
        const needsPerson = (one: Tool): boolean =>
          decide(set, who, { kind: 'tool', tool: one }).effect === 'approve';
        // Beside what it is, a tool says only whether a person has to approve its calls.
        expect(seen.tools.map((one) => one.description.includes('approval of a person'))).toEqual(
          opened.map(needsPerson),
        );
        expect(seen.tools).toEqual(
          opened.map((one) => ({ ...one, description: expect.stringContaining(one.description) })),
        );
        expect(seen.resources).toEqual(
          all.resources.filter(({ source, uri }) => opens({ kind: 'resource', source, uri })),
        );
        expect(seen.templates).toEqual(
          all.templates.filter(({ source, uriTemplate }) =>
            opens({ kind: 'resource', source, uri: uriTemplate }),
          ),
        );
        expect(seen.prompts).toEqual(
          all.prompts.filter(({ source, name }) => opens({ kind: 'prompt', source, name })),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('a tool that needs a human yes is shown, one that only an approve rule mentions is not', () => {
    const set = policy(`
policy: p
scopes: { use: { source: desk, access: [read, destructive], tool: "*" } }
rules: [{ id: ask, effect: approve, what: { access: [destructive, read] } }]
`);
    const names = view(set, CATALOG, principal({ scopes: ['use'] })).tools.map(
      (one) => `${one.source}/${one.name}`,
    );
    expect(names).toEqual(['desk/delete_ticket', 'desk/get_ticket', 'desk/list']);
    expect(view(set, CATALOG, principal()).tools).toEqual([]);
  });

  test('a template is shown as the resource whose URI is its text', () => {
    const set = policy('policy: p\nscopes: { use: { resource: "demo://a*" } }\n');
    const seen = view(set, CATALOG, principal({ scopes: ['use'] }));
    expect(seen.templates.map(({ uriTemplate }) => uriTemplate)).toEqual(['demo://a/{id}']);
    expect(seen.resources.map(({ uri }) => uri)).toEqual(['demo://a']);
    expect(seen.tools).toEqual([]);
    expect(seen.prompts).toEqual([]);
  });

  test('a list is the same array each time it is asked for', () => {
    const seen = view(policy('policy: p\nrules: [{ id: r, effect: permit }]\n'), CATALOG, principal());
    expect(seen.tools).toBe(seen.tools);
    expect(seen.tools).toHaveLength(4);
    expect(seen.templates).toBe(seen.templates);
  });

  test('ten thousand tools under a hundred rules are filtered in a blink', () => {
    const tools = Array.from({ length: 10_000 }, (_, index) => tool('big', `tool_${index}`));
    const all = catalog(catalogOf('big', { tools }));
    const text = Array.from(
      { length: 100 },
      (_, index) =>
        `  - { id: r${index}, effect: permit, who: { scopes: s }, what: { tool: "tool_*${index}" } }`,
    );
    const set = policy(`policy: p\nrules:\n${text.join('\n')}\n`);
    const cpuTime = startCpuTime();
    expect(view(set, all, principal({ scopes: ['s'] })).tools).toHaveLength(10_000);
    expect(view(set, all, principal()).tools).toHaveLength(0);
    expect(cpuTime()).toBeLessThan(5000);
  });
});
