import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Target } from '../../src/catalog/entries.ts';
import type { JsonObject, JsonSchema } from '../../src/catalog/json.ts';
import { evaluateCondition } from '../../src/policy/cel/evaluate.ts';
import { checkPolicies } from '../../src/policy/check.ts';
import { toVariables } from '../../src/policy/facts.ts';
import type { CompiledRule } from '../../src/policy/policy-set.ts';
import { anyCases, universeOf } from '../narrowing/arbitraries.ts';
import { policyOf, toolWith } from '../narrowing/fixtures.ts';
import { policySetOf, principals, rules, targets } from '../policy/arbitraries.ts';
import { catalog, catalogOf, decide } from '../policy/fixtures.ts';

const ajv = new Ajv2020({ strict: false, validateSchema: false, addUsedSchema: false });
const validators = new WeakMap<JsonSchema, ValidateFunction>();

function isValid(schema: JsonSchema, args: JsonObject): boolean {
  const validate = validators.get(schema) ?? ajv.compile(schema);
  validators.set(schema, validate);
  return validate(args);
}

test('a rule that is said to decide nothing can be left out, whoever calls whatever', () => {
  let said = 0;
  fc.assert(
    fc.property(
      rules,
      fc.array(fc.tuple(principals, targets), { minLength: 20, maxLength: 20 }),
      (given, calls) => {
        const whole = policySetOf(given);
        const idle = checkPolicies(whole, catalog()).problems.flatMap(
          ({ message }) => /^(\S+): (?:is never reached|changes nothing)/.exec(message)?.[1] ?? [],
        );
        for (const id of new Set(idle)) {
          said += 1;
          const rest = policySetOf(given.filter((rule) => rule.id !== id));
          for (const [caller, target] of calls)
            expect(decide(rest, caller, target).effect).toBe(decide(whole, caller, target).effect);
        }
      },
    ),
    { numRuns: 250 },
  );
  expect(said).toBeGreaterThan(20);
});

test('what is said of a condition is so for every caller and all arguments that are valid', () => {
  const said = { never: 0, always: 0, error: 0, unguarded: 0 };
  fc.assert(
    fc.property(anyCases, ({ names, rules: texts, caller, schema }) => {
      const set = policyOf(texts);
      const tool = toolWith(schema);
      // Models are about these rules as well, so that a rule without `what` says less.
      const aboutTools = set.rules.map((rule): CompiledRule => ({ ...rule, what: [{ source: ['s'] }] }));
      const { problems, warnings } = checkPolicies(
        { ...set, rules: aboutTools },
        catalog(catalogOf('s', { tools: [tool] })),
      );
      const target: Target = { kind: 'tool', tool };
      const call = { face: 'http' as const, endpoint: '/mcp' };
      const valid = universeOf(names).filter((args) => isValid(schema, args));
      for (const { message } of [...problems, ...warnings]) {
        const [, id, finding = ''] = /^(\S+): when: (.*)$/s.exec(message) ?? [];
        const rule = set.rules.find((one) => one.id === id);
        if (rule?.when === undefined) continue;
        const kinds = (args: JsonObject): string =>
          evaluateCondition(rule.when!, toVariables({ principal: caller, target, args, call, now: 0 })).kind;
        const found = new Set(valid.map(kinds));
        if (finding.startsWith('never holds')) {
          said.never += 1;
          expect([...found]).not.toContain('true');
        } else if (finding.startsWith('can never be evaluated')) {
          said.error += 1;
          expect([...found].filter((kind) => kind !== 'error')).toEqual([]);
        } else if (finding.startsWith('always holds')) {
          said.always += 1;
          expect([...found]).not.toContain('false');
          if (rule.effect === 'permit') expect([...found]).not.toContain('error');
        } else if (finding.startsWith('a call that leaves out')) said.unguarded += 1;
      }
    }),
    { numRuns: 600 },
  );
  expect(said.never).toBeGreaterThan(20);
  expect(said.always).toBeGreaterThan(0);
  expect(said.unguarded).toBeGreaterThan(20);
});
