import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { RECORD_SCHEMA } from '../../src/audit/record-schema.ts';
import { isJsonObject, type JsonSchema } from '../../src/catalog/json.ts';

test('the page about the record tells every type and every member of a record', () => {
  const page = readFileSync(path.join(import.meta.dirname, '../../docs/audit.md'), 'utf8');
  const members = RECORD_SCHEMA['properties'] as Record<string, JsonSchema>;
  const inner = ['principal', 'via', 'target', 'decision', 'result'].flatMap((name) => {
    const properties = members[name]?.['properties'];
    return isJsonObject(properties) ? Object.keys(properties) : [];
  });
  const types = members['type']?.['enum'] as string[];
  const told = [...types, ...Object.keys(members), ...inner];
  expect(told.filter((name) => name !== 'type' && !page.includes(`\`${name}\``))).toEqual([]);
});
