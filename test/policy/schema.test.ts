import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { policyJsonSchema } from '../../src/policy/schema.ts';

const POLICIES = new URL('../../policies/', import.meta.url);
const validate = new Ajv2020({ strict: false }).compile(policyJsonSchema());

describe('the JSON Schema of a policy', () => {
  test('accepts the bundled policy', () => {
    expect(validate(parse(readFileSync(new URL('helpdesk.policy.yaml', POLICIES), 'utf8')))).toBe(true);
  });

  test.each([
    {},
    { policy: 'a b' },
    { policy: 'p', scope: {} },
    { policy: 'p', scopes: { x: {} } },
    { policy: 'p', scopes: { x: { sorce: 'a' } } },
    { policy: 'p', scopes: { x: { source: '*' } } },
    { policy: 'p', scopes: { 'x y': { source: 'a' } } },
    { policy: 'p', rules: [{ id: 'r', effect: 'allow' }] },
    { policy: 'p', rules: [{ id: 'r', effect: 'deny', who: {} }] },
    { policy: 'p', rules: [{ id: 'r', effect: 'deny', who: { scopes: [] } }] },
    { policy: 'p', rules: [{ id: 'r', effect: 'deny', when: true }] },
    { policy: 'p', limits: [{ id: 'l' }] },
    { policy: 'p', limits: [{ rate: { calls: 1, per: 'day' } }] },
    { policy: 'p', limits: [{ id: 'l', rate: { calls: 1, per: 'month' } }] },
    { policy: 'p', limits: [{ id: 'l', rate: { calls: 1, tokens: 1, per: 'day' } }] },
    { policy: 'p', limits: [{ id: 'l', rate: { per: 'day' } }] },
    { policy: 'p', limits: [{ id: 'l', rate: [] }] },
    { policy: 'p', limits: [{ id: 'l', budget: { usd: -1, per: 'day' } }] },
    { policy: 'p', limits: [{ id: 'l', budget: { eur: 1, per: 'day' } }] },
    { policy: 'p', limits: [{ id: 'l', budget: { calls: 1.5, per: 'day' } }] },
    { policy: 'p', limits: [{ id: 'l', budget: { usd: 1, per: 'week' } }] },
    { policy: 'p', limits: [{ id: 'l', budget: { usd: 1, per: 'day', alertAt: 2 } }] },
    { policy: 'p', limits: [{ id: 'l', concurrency: -1 }] },
    { policy: 'p', limits: [{ id: 'l', concurrency: [1] }] },
  ])('refuses what the loader refuses: %j', (value) => {
    expect(validate(value)).toBe(false);
  });

  test('describes every key an author can write', () => {
    const undescribed: string[] = [];
    const walk = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      if ('properties' in value && typeof value.properties === 'object' && value.properties !== null) {
        for (const [name, member] of Object.entries(value.properties)) {
          const isDescribed = typeof member === 'object' && member !== null && 'description' in member;
          if (!isDescribed) undescribed.push(`${path}.${name}`);
        }
      }
      for (const [key, member] of Object.entries(value)) walk(member, `${path}.${key}`);
    };
    walk(policyJsonSchema(), '');
    expect(undescribed).toEqual([]);
  });
});
