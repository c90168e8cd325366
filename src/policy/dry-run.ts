import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../catalog/json.ts';
import type { Tool } from '../catalog/tool.ts';

/** The argument by which a call of a tool is made to change nothing. */
export interface DryRunArgument {
  readonly name: string;
  readonly value: Json;
}

/** Without case, `-` and `_`. */
const NAMES: ReadonlySet<string> = new Set(['dryrun', 'validateonly', 'whatif']);

/** What Kubernetes calls all stages of a dry run, and says of it in the parameter's description. */
const ALL = 'All';
const SAYS_ALL = /\bAll: all dry run stages\b/i;

const known = new WeakMap<JsonSchema, { readonly argument: DryRunArgument | undefined }>();

/**
 * The dry-run argument of a tool, read from its input schema: a top-level member with a name that means nothing else (`dryRun`,
 * `dry_run`, `validate_only`, …) that takes `true`, or Kubernetes' `All`. Undefined where that is not certain.
 */
export function dryRunArgument({ inputSchema }: Pick<Tool, 'inputSchema'>): DryRunArgument | undefined {
  const before = known.get(inputSchema);
  if (before !== undefined) return before.argument;
  const argument = findArgument(inputSchema);
  known.set(inputSchema, { argument });
  return argument;
}

function findArgument({ properties }: JsonSchema): DryRunArgument | undefined {
  if (!isJsonObject(properties)) return undefined;
  for (const [name, schema] of Object.entries(properties)) {
    if (!NAMES.has(name.toLowerCase().replaceAll(/[-_]/g, ''))) continue;
    const value = isJsonObject(schema) ? toValue(schema) : undefined;
    if (value !== undefined) return { name, value };
  }
  return undefined;
}

function toValue(schema: JsonObject): Json | undefined {
  // What may be left out as null is written as one of two.
  const choices = [schema['anyOf'], schema['oneOf']].filter(Array.isArray).flat().filter(isJsonObject);
  const [only, ...others] = choices.filter(({ type }) => type !== 'null');
  if (only !== undefined) return others.length === 0 ? toValue(only) : undefined;
  const [type, ...rest] = [schema['type']].flat().filter((one) => one !== 'null');
  if (rest.length > 0) return undefined;
  switch (type) {
    case 'boolean':
      return takes(schema, true) ? true : undefined;
    case 'string':
      return takesAll(schema) ? ALL : undefined;
    case 'array':
      return isJsonObject(schema['items']) &&
        schema['items']['type'] === 'string' &&
        (takesAll(schema['items']) || (says(schema) && takes(schema['items'], ALL)))
        ? [ALL]
        : undefined;
    default:
      return undefined;
  }
}

function takesAll(schema: JsonObject): boolean {
  return takes(schema, ALL) && (isListed(schema, ALL) || says(schema));
}

function says({ description }: JsonObject): boolean {
  return typeof description === 'string' && SAYS_ALL.test(description);
}

/** False where an `enum` or `const` rules the value out. */
function takes(schema: JsonObject, value: Json): boolean {
  return (schema['enum'] === undefined && schema['const'] === undefined) || isListed(schema, value);
}

function isListed(schema: JsonObject, value: Json): boolean {
  if (schema['const'] !== undefined) return schema['const'] === value;
  return Array.isArray(schema['enum']) && schema['enum'].includes(value);
}
