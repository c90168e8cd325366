import { z } from 'zod';
import type { JsonObject } from '../catalog/json.ts';
import { Config } from './schema.ts';

/** A text that holds a reference may stand wherever text may; what it stands for is checked when it is read. */
const REFERENCE = { type: 'string', pattern: String.raw`\$\{(?:env|file):[^{}]+\}` } as const;

/** Keywords that a text with a reference in it does not meet before it is resolved. */
const TEXT_RULES = ['format', 'pattern', 'enum', 'const', 'minLength', 'maxLength'] as const;

/** The JSON Schema (draft 2020-12) of the configuration as people write it, for editors and for checks without Bailiwick. */
export function configJsonSchema(): JsonObject {
  const schema = z.toJSONSchema(Config, {
    target: 'draft-2020-12',
    io: 'input',
    reused: 'inline',
    override: ({ jsonSchema, path }) => {
      if (path.at(-1) !== 'propertyNames') allowReferences(jsonSchema);
      dropSafeBounds(jsonSchema);
    },
  });
  return z.record(z.string(), z.json()).parse(JSON.parse(JSON.stringify(schema)));
}

function allowReferences(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.type !== 'string') return;
  const rules = TEXT_RULES.filter((rule) => schema[rule] !== undefined);
  if (rules.length === 0) return;
  const literal = {
    type: 'string' as const,
    ...Object.fromEntries(rules.map((rule) => [rule, schema[rule]])),
  };
  for (const rule of rules) delete schema[rule];
  delete schema.type;
  schema.anyOf = [literal, { ...REFERENCE }];
}

/** Whole numbers come with the bounds of safe integers, which tell a reader nothing. */
function dropSafeBounds(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}
