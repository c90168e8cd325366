import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { expect, test } from 'vitest';
import { digestOf } from '../../src/catalog/canonical.ts';
import type { JsonSchema } from '../../src/catalog/json.ts';
import { findViolations } from '../../src/compile/present/profile.ts';
import { DEFINITIONS } from '../../src/search/facade/definitions.ts';
import { createWorld, DESK } from './world.ts';

test('the three definitions cost at most 250 tokens together, annotations included', () => {
  expect(encode(JSON.stringify(DEFINITIONS)).length).toBeLessThanOrEqual(250);
});

test('the definitions are constants: a change of a byte is a change for every prompt that holds them', () => {
  expect(digestOf(DEFINITIONS)).toMatchInlineSnapshot(
    `"sha256:763557b6d0b78d91b41c756de7d2b9ae50609f2359030ad5b9dea3a1f1a3add0"`,
  );
});

test('the definitions are the same whoever looks and whatever there is', () => {
  const { facade } = createWorld();
  const other = createWorld({
    offers: [DESK],
    policy: 'policy: p\nrules: [{ id: none, effect: deny }]',
  });
  expect(JSON.stringify(other.facade.tools)).toBe(JSON.stringify(facade.tools));
});

test('every client takes the definitions', () => {
  for (const definition of DEFINITIONS) {
    const { name, description, inputSchema } = definition as unknown as {
      name: string;
      description: string;
      inputSchema: JsonSchema;
    };
    expect(findViolations({ name, description, inputSchema })).toEqual([]);
  }
});

test('to find and to describe changes nothing, and says so', () => {
  expect(DEFINITIONS.map(({ name, annotations }) => [name, annotations])).toEqual([
    ['find_tools', { readOnlyHint: true }],
    ['describe_tool', { readOnlyHint: true }],
    ['call_tool', undefined],
  ]);
});
