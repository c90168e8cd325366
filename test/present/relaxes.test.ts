import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toCanonicalJson } from '../../src/catalog/canonical.ts';
import { isJsonObject, type Json, type JsonSchema } from '../../src/catalog/json.ts';
import { present } from '../../src/compile/present/present.ts';
import { findViolations } from '../../src/compile/present/profile.ts';
import { estimateTokens } from '../../src/compile/present/tokens.ts';
import type { SchemaSettings } from '../../src/compile/settings.ts';
import { inputSchema, instanceOf } from './schemas.ts';

const NAME = 'api_do';
const DESCRIPTION = 'Does something.';

const settings: fc.Arbitrary<SchemaSettings> = fc.record({
  budget: fc.integer({ min: 40, max: 600 }),
  limit: fc.integer({ min: 120, max: 900 }),
  definitions: fc.constantFrom('keep', 'inline'),
});

function presentAs(schema: JsonSchema, how: SchemaSettings): JsonSchema {
  return present({ name: NAME, description: DESCRIPTION, schema }, how).inputSchema;
}

/** `undefined` for a definition that is nothing but itself: it has no meaning to compare with. */
function compile(schema: JsonSchema): ValidateFunction | undefined {
  try {
    return new Ajv2020({ strict: false, logger: false, validateSchema: false }).compile(schema);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Recursion without end in a schema has no meaning to compare with; ajv runs out of stack over it. */
function isValid(validate: ValidateFunction | undefined, value: Json): boolean | undefined {
  try {
    return validate?.(value);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

test('whatever the full schema accepts, the presented one accepts', () => {
  let accepted = 0;
  fc.assert(
    fc.property(inputSchema, settings, fc.infiniteStream(fc.nat({ max: 1_000 })), (schema, how, numbers) => {
      const full = compile(schema);
      fc.pre(full !== undefined);
      const presented = compile(presentAs(schema, how));
      for (let round = 0; round < 12; round += 1) {
        const value = instanceOf(schema, (below) => (numbers.next().value as number) % below);
        if (isValid(full, value) !== true) continue;
        accepted += 1;
        expect(isValid(presented, value)).not.toBe(false);
      }
    }),
    { numRuns: 250 },
  );
  expect(accepted).toBeGreaterThan(500);
});

test('every presented schema is one that strict clients take, within its limit', () => {
  fc.assert(
    fc.property(inputSchema, settings, (schema, how) => {
      const tool = { name: NAME, description: DESCRIPTION, inputSchema: presentAs(schema, how) };
      expect(findViolations(tool)).toEqual([]);
      expect(estimateTokens(tool)).toBeLessThanOrEqual(how.limit);
      if (how.definitions === 'inline') expect(JSON.stringify(tool)).not.toMatch(/"\$defs":|"\$ref":"#/);
    }),
    { numRuns: 300 },
  );
});

test('presenting what was presented changes nothing, or shortens what still is over the budget', () => {
  fc.assert(
    fc.property(inputSchema, settings, (schema, how) => {
      const once = presentAs(schema, how);
      const twice = presentAs(once, how);
      const size = estimateTokens({ name: NAME, description: DESCRIPTION, inputSchema: once });
      if (size <= Math.min(how.budget, how.limit * 0.9)) expect(twice).toEqual(once);
      else expect(estimateTokens(twice)).toBeLessThanOrEqual(estimateTokens(once));
    }),
    { numRuns: 300 },
  );
});

test('the order of keys decides nothing', () => {
  fc.assert(
    fc.property(inputSchema, settings, (schema, how) => {
      const reversed = reverse(schema) as JsonSchema;
      expect(toCanonicalJson(presentAs(reversed, how))).toBe(toCanonicalJson(presentAs(schema, how)));
    }),
    { numRuns: 200 },
  );
});

test('what was cut is found in the full schema by its pointer', () => {
  fc.assert(
    fc.property(inputSchema, settings, (schema, how) => {
      for (const { pointer } of present({ name: NAME, description: DESCRIPTION, schema }, how).cut) {
        expect(at(schema, pointer)).toBeDefined();
      }
    }),
    { numRuns: 100 },
  );
});

function reverse(value: Json): Json {
  if (Array.isArray(value)) return value.map(reverse);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, each]) => [key, reverse(each)]),
  );
}

function at(root: Json, pointer: string): Json | undefined {
  let value: Json | undefined = root;
  for (const segment of pointer.split('/').slice(1)) {
    const key = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    value =
      typeof value === 'object' && value !== null ? (value as { [name: string]: Json })[key] : undefined;
  }
  return value;
}
