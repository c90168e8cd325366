import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonSchema } from '../../src/catalog/json.ts';
import { findDifference } from '../../src/policy/narrow/difference.ts';
import type { Region } from '../../src/policy/narrow/region.ts';
import { findWitness } from '../../src/policy/narrow/witness.ts';
import { lookAhead } from '../../src/policy/outlook.ts';
import type { PolicySet } from '../../src/policy/policy-set.ts';
import { view } from '../../src/policy/view.ts';
import { catalog, catalogOf, decide } from '../policy/fixtures.ts';
import { runs } from '../support/runs.ts';
import { anyCases, insideCases, universeOf, type Case } from './arbitraries.ts';
import { policyOf, toolWith } from './fixtures.ts';

const ajv = new Ajv2020({
  strict: false,
  validateSchema: false,
  addUsedSchema: false,
  code: { optimize: false },
});
const compiled = new Map<string, ValidateFunction>();

/** To compile costs more than all the rest of a run, so what is presented alike is compiled once. */
function compile(schema: JsonSchema): ValidateFunction {
  const text = JSON.stringify(schema);
  const validate = compiled.get(text) ?? ajv.compile(schema);
  compiled.set(text, validate);
  return validate;
}

/** A case with everything that the laws speak of. */
function stage({ names, rules, caller, schema }: Case, needsWitness = false) {
  const tool = toolWith(schema);
  const target = { kind: 'tool', tool } as const;
  const policy: PolicySet = policyOf(rules);
  const outlook = lookAhead(policy.rules, { principal: caller, target });
  const isOwn = compile(schema);
  const region: Region = outlook.kind === 'region' ? outlook.region : { permits: [], denies: [] };
  const witness = needsWitness ? findWitness(region, tool) : undefined;
  const required = (schema['required'] ?? []) as string[];
  const universe = universeOf([...new Set([...names, ...required])].slice(0, 3));
  return {
    tool,
    region,
    outlook,
    witness,
    /** Only where it is asked for: the law about differences has no need of it. */
    seen: () => {
      const seen = view(policy, catalog(catalogOf('s', { tools: [tool] })), caller);
      const presented = seen.present(tool);
      return {
        narrowing: seen.narrowingOf(target),
        isPresented: presented && compile(presented.inputSchema),
      };
    },
    /** Valid by the tool's own schema. */
    calls: [...universe, ...(witness ? [witness] : [])].filter((args) => isOwn(args)),
    isDenied: (args: JsonObject) => decide(policy, caller, target, args).effect === 'deny',
  };
}

/** Which law a run came to. */
interface Count {
  runs: number;
  hidden: number;
  narrowed: number;
  kept: number;
  exact: number;
}

function holdsFor(cases: fc.Arbitrary<Case>, numRuns: number, isInside: boolean): Count {
  const count: Count = { runs: 0, hidden: 0, narrowed: 0, kept: 0, exact: 0 };
  fc.assert(
    fc.property(cases, (one) => {
      const { outlook, seen, calls, isDenied, witness } = stage(one, isInside);
      const { narrowing, isPresented } = seen();
      count.runs += 1;
      if (isPresented === undefined) {
        if (outlook.kind === 'region' && calls.length > 0) count.hidden += 1;
        expect(calls.filter((args) => !isDenied(args))).toEqual([]);
        return;
      }
      const open = calls.filter((args) => !isDenied(args));
      // Permitted and approvable calls go through the schema that is shown.
      if (narrowing.kind === 'some' && narrowing.limits.length > 0 && open.length > 0) count.kept += 1;
      expect(open.filter((args) => !isPresented(args))).toEqual([]);
      if (narrowing.kind === 'some') count.narrowed += 1;
      if (isInside && outlook.kind === 'region') {
        expect(witness).toBeDefined();
        expect(open).toContainEqual(witness);
      }
      const hasWords = narrowing.kind === 'some' && narrowing.words !== undefined;
      if (hasWords) return;
      if (outlook.kind === 'region' && calls.length > open.length) count.exact += 1;
      expect(calls.filter((args) => isPresented(args) && isDenied(args))).toEqual([]);
    }),
    runs(numRuns),
  );
  return count;
}

describe('what you see is what you may call, of arguments too', () => {
  test('inside the fragment: hidden exactly where nothing is permitted, and without words exactly what is permitted', () => {
    const count = holdsFor(insideCases, 450, true);
    expect(count.hidden).toBeGreaterThan(count.runs / 20);
    expect(count.narrowed).toBeGreaterThan(count.runs / 4);
    expect(count.kept).toBeGreaterThan(count.runs / 10);
    expect(count.exact).toBeGreaterThan(count.runs / 10);
  });

  test('outside of it: what is hidden is denied whatever is sent, and no schema excludes what is permitted', () => {
    const count = holdsFor(anyCases, 450, false);
    expect(count.hidden).toBeGreaterThan(count.runs / 50);
    expect(count.narrowed).toBeGreaterThan(count.runs / 4);
    expect(count.kept).toBeGreaterThan(count.runs / 20);
  });

  test('a difference between two policies is one, and where there is none for certain none is met', () => {
    const count = { found: 0, none: 0, unknown: 0 };
    fc.assert(
      fc.property(fc.oneof(insideCases, anyCases), insideCases, (first, second) => {
        const one = stage(first);
        const other = stage({ ...first, rules: [...first.rules.slice(1), ...second.rules.slice(0, 1)] });
        if (one.outlook.kind !== 'region' || other.outlook.kind !== 'region') return;
        const difference = findDifference(one.region, other.region, one.tool);
        const between = one.calls.filter((args) => !one.isDenied(args) && other.isDenied(args));
        if (difference === 'unknown') count.unknown += 1;
        else if (difference === undefined) {
          count.none += 1;
          expect(between).toEqual([]);
        } else {
          count.found += 1;
          expect(other.isDenied(difference)).toBe(true);
        }
      }),
      runs(200),
    );
    const all = count.found + count.none + count.unknown;
    expect(count.found).toBeGreaterThan(all / 5);
    expect(count.none).toBeGreaterThan(all / 10);
    expect(count.unknown).toBeLessThan(all / 5);
  });
});
