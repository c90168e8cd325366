import { describe, expect, test } from 'vitest';
import type { Target } from '../../src/catalog/entries.ts';
import type { JsonObject } from '../../src/catalog/json.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import { checkPolicies } from '../../src/policy/check.ts';
import type { PolicySet } from '../../src/policy/policy-set.ts';
import { view } from '../../src/policy/view.ts';
import {
  catalog,
  catalogOf,
  decide,
  policy,
  principal,
  promptTarget,
  resourceTarget,
  tool,
} from '../policy/fixtures.ts';

/*
 * How policies of other gateways are known to fail, each by the report or the code that shows it. None of it may be true here.
 */

function withSchema(source: string, name: string, inputSchema: JsonObject): Tool {
  return { ...tool(source, name, 'write'), inputSchema, validationSchema: inputSchema };
}

const DEPLOY = withSchema('cluster', 'deploy', {
  type: 'object',
  properties: {
    replicas: { type: 'integer', minimum: 0 },
    metadata: { type: 'object', properties: { namespace: { type: 'string' } } },
  },
});
const ECHO = tool('box', 'echo');
const CATALOG = catalog(
  catalogOf('cluster', { tools: [DEPLOY] }),
  catalogOf('box', { tools: [ECHO], resources: ['box://1'], prompts: ['greet'] }),
  catalogOf('files', { tools: [tool('files', 'echo')], prompts: ['greet'] }),
);
const CALLER = principal({ groups: ['dev'], claims: { namespaces: ['a'] } });

function rules(text: string): PolicySet {
  return policy(`policy: p\nrules:\n${text}`);
}

function effectOf(set: PolicySet, one: Tool | Target, args: JsonObject = {}): string {
  const target: Target = 'kind' in one ? one : { kind: 'tool', tool: one };
  return decide(set, CALLER, target, args).effect;
}

function listed(set: PolicySet): string[] {
  return view(set, CATALOG, CALLER).tools.map(({ source, name }) => `${source}/${name}`);
}

/** The sentences about a policy that `check` would print as errors. */
function problemsOf(set: PolicySet): string[] {
  return checkPolicies(set, CATALOG).problems.map(({ message }) => message);
}

describe('agentgateway', () => {
  test('#2069: conditions cannot see arguments', () => {
    const set = rules('  - { id: r, effect: permit, what: { tool: deploy }, when: args.replicas <= 3 }\n');
    expect(effectOf(set, DEPLOY, { replicas: 3 })).toBe('permit');
    expect(effectOf(set, DEPLOY, { replicas: 4 })).toBe('deny');
  });

  test('#3092: the natural guard against a missing value fails open', () => {
    const set = rules(`  - { id: r, effect: permit, what: { tool: deploy } }
  - { id: d, effect: deny, what: { tool: deploy }, when: '!has(principal.claims.tier) || principal.claims.tier == "guest"' }
`);
    expect(effectOf(set, DEPLOY)).toBe('deny');
    const unguarded = rules(`  - { id: r, effect: permit, what: { tool: deploy } }
  - { id: d, effect: deny, what: { tool: deploy }, when: 'principal.claims.tier == "guest"' }
`);
    expect(effectOf(unguarded, DEPLOY)).toBe('deny');
  });

  test('#3092: a rule that can never match is reported as healthy', () => {
    const never = `  - { id: r, effect: permit, what: { tool: deploy }, when: 'args.replicas > 3 && args.replicas < 2' }\n`;
    const typo = `  - { id: r, effect: permit, what: { tool: deploy }, when: 'args.replica > 3' }\n`;
    const nobody = `  - { id: r, effect: permit, what: { tool: deplyo } }\n`;
    expect(problemsOf(rules(never))).toEqual(['p/r: when: never holds for anything that the rule is about']);
    expect(problemsOf(rules(typo))[0]).toMatch(
      /has an argument `args\.replica`; did you mean `args\.replicas`\?$/,
    );
    expect(problemsOf(rules(nobody))[0]).toMatch(/matches nothing.*did you mean `deploy`\?$/);
  });

  test('#1058: a policy of denials alone denies everything, and nobody says so', () => {
    const set = rules('  - { id: d, effect: deny, what: { source: files } }\n');
    expect(listed(set)).toEqual([]);
    expect(problemsOf(set)).toEqual([
      'no policy permits anything, so every call is denied; `deny` and `approve` only take from what a permit or a scope opens',
    ]);
  });

  test('#721: the call is strict and the list is loose', () => {
    const set = rules(`  - { id: r, effect: permit, what: { source: box } }
  - { id: s, effect: permit, what: { tool: deploy }, when: 'principal.subject == "somebody else"' }
  - { id: t, effect: permit, what: { source: files, tool: echo }, when: 'args.a == 1 && args.a == 2' }
`);
    expect(listed(set)).toEqual(['box/echo']);
    expect(effectOf(set, DEPLOY)).toBe('deny');
  });
});

describe('Envoy AI Gateway', () => {
  test('the list runs rules without arguments, and so hides tools that can be called', () => {
    const set = rules(
      '  - { id: r, effect: permit, what: { tool: deploy }, when: args.metadata.namespace == "a" }\n',
    );
    expect(listed(set)).toEqual(['cluster/deploy']);
    expect(effectOf(set, DEPLOY, { metadata: { namespace: 'a' } })).toBe('permit');
    expect(effectOf(set, DEPLOY, { metadata: { namespace: 'b' } })).toBe('deny');
  });

  test('a deny whose condition cannot be evaluated fails open', () => {
    const set = rules(`  - { id: r, effect: permit, what: { tool: deploy } }
  - { id: d, effect: deny, what: { tool: deploy }, when: args.metadata.namespace == "kube-system" }
`);
    const decision = decide(set, CALLER, { kind: 'tool', tool: DEPLOY }, { replicas: 1 });
    expect(decision).toMatchObject({ effect: 'deny', rules: ['p/d'], reason: 'condition-error' });
  });
});

describe('ToolHive', () => {
  test('nested arguments cannot be seen', () => {
    const set = rules(
      '  - { id: r, effect: permit, what: { tool: deploy }, when: args.metadata.namespace in principal.claims.namespaces }\n',
    );
    expect(effectOf(set, DEPLOY, { metadata: { namespace: 'a' } })).toBe('permit');
    expect(effectOf(set, DEPLOY, { metadata: { namespace: 'b' } })).toBe('deny');
    expect(effectOf(set, DEPLOY, { metadata: 'a' })).toBe('deny');
  });

  test('tools and prompts are known without the server they are of, so that a permit follows whoever takes the name', () => {
    const set = rules(`  - { id: t, effect: permit, what: { source: box, tool: echo } }
  - { id: p, effect: permit, what: { source: box, prompt: greet } }
`);
    expect(effectOf(set, ECHO)).toBe('permit');
    expect(effectOf(set, tool('files', 'echo'))).toBe('deny');
    expect(effectOf(set, promptTarget('greet', 'box'))).toBe('permit');
    expect(effectOf(set, promptTarget('greet', 'files'))).toBe('deny');
  });

  test('resources and prompts ignore the default deny', () => {
    const set = rules('  - { id: t, effect: permit, what: { tool: echo } }\n');
    expect(effectOf(set, resourceTarget('box://1', 'box'))).toBe('deny');
    expect(effectOf(set, promptTarget('greet', 'box'))).toBe('deny');
    const { resources, prompts } = view(set, CATALOG, CALLER);
    expect([...resources, ...prompts]).toEqual([]);
  });
});

describe('LiteLLM', () => {
  test('allowed parameters are names, never values, and the same for everyone', () => {
    const set =
      rules(`  - { id: d, effect: permit, who: { groups: dev }, what: { tool: deploy }, when: args.replicas == 1 }
  - { id: s, effect: permit, who: { groups: sre }, what: { tool: deploy } }
`);
    expect(effectOf(set, DEPLOY, { replicas: 2 })).toBe('deny');
    const sre = principal({ groups: ['sre'] });
    expect(decide(set, sre, { kind: 'tool', tool: DEPLOY }, { replicas: 2 }).effect).toBe('permit');
  });

  test('permissions are exact names only (#21954, #15078)', () => {
    const set = rules('  - { id: r, effect: permit, what: { source: cluster, tool: "de*" } }\n');
    expect(listed(set)).toEqual(['cluster/deploy']);
  });

  test('no list anywhere means that everybody may use everything', () => {
    const none = policy('policy: p\n');
    expect(listed(none)).toEqual([]);
    expect(effectOf(none, ECHO)).toBe('deny');
    expect(effectOf(none, { kind: 'model', source: '', name: 'm' })).toBe('deny');
  });
});

describe('Docker MCP gateway', () => {
  test('PR #363: an error while a rule is evaluated allows the call', () => {
    const set = rules(
      '  - { id: r, effect: permit, what: { tool: deploy }, when: args.replicas / 0 == 1 || args.absent == 2 }\n',
    );
    expect(effectOf(set, DEPLOY, { replicas: 1 })).toBe('deny');
  });

  test('#574: rules see the server, the tool and the action, and nothing else', () => {
    const set = rules(
      `  - { id: r, effect: permit, what: { tool: deploy }, when: 'call.face == "http" && now.getFullYear() == 2026 && args.replicas < 2' }\n`,
    );
    expect(effectOf(set, DEPLOY, { replicas: 1 })).toBe('permit');
    expect(effectOf(set, DEPLOY, { replicas: 2 })).toBe('deny');
  });
});

describe('Kong AI MCP proxy', () => {
  test('a rule for one tool takes the place of the default for all, and so opens what that closed', () => {
    const set = rules(`  - { id: all, effect: permit, what: { source: [box, cluster] } }
  - { id: no-dev, effect: deny, who: { groups: dev } }
  - { id: one, effect: permit, who: { groups: dev }, what: { tool: deploy } }
`);
    expect(effectOf(set, DEPLOY)).toBe('deny');
    expect(problemsOf(set)).toEqual(['p/one: is never reached: p/no-dev denies everything that it is about']);
  });

  test('lists show tools that are denied', () => {
    const set = rules(`  - { id: all, effect: permit, what: { source: [box, cluster] } }
  - { id: no, effect: deny, what: { tool: deploy } }
`);
    expect(listed(set)).toEqual(['box/echo']);
  });
});

test('ContextForge: roles are too coarse, and conditions on attributes are missing (#3881, #2019)', () => {
  const set = rules(
    `  - { id: r, effect: permit, who: { claims: { region: emea } }, what: { tool: deploy }, when: 'tool.source == "cluster" && principal.claims.level >= 2' }\n`,
  );
  const emea = principal({ claims: { region: 'emea', level: 2 } });
  const target: Target = { kind: 'tool', tool: DEPLOY };
  expect(decide(set, emea, target).effect).toBe('permit');
  expect(decide(set, principal({ claims: { region: 'emea', level: 1 } }), target).effect).toBe('deny');
  expect(decide(set, principal({ claims: { region: 'emea', level: '2' } }), target).effect).toBe('deny');
});
