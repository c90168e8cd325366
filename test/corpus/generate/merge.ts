import { isJsonObject, type Json, type JsonObject } from '../../../src/catalog/json.ts';

/** More levels of references and `allOf` than this are not followed: whatever they say is left out. */
const MAX_LEVELS = 40;

/**
 * A schema as one object: its references followed, the branches of `allOf` merged into it. What cannot be merged exactly
 * (two patterns) keeps one of the two; whoever generates from it checks the result against the schema itself.
 */
export function mergeSchema(schema: Json | undefined, definitions: JsonObject, level = 0): JsonObject {
  if (!isJsonObject(schema) || level > MAX_LEVELS) return {};
  const { $ref: reference, allOf: branches, ...own } = schema;
  let merged: JsonObject = own;
  if (typeof reference === 'string') {
    const target = definitions[definitionName(reference)];
    merged = mergeTwo(mergeSchema(target, definitions, level + 1), merged);
  }
  if (Array.isArray(branches)) {
    for (const branch of branches) merged = mergeTwo(merged, mergeSchema(branch, definitions, level + 1));
  }
  return merged;
}

function definitionName(reference: string): string {
  return decodeURIComponent(reference.replace(/^#\/\$defs\//, ''))
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');
}

function mergeTwo(first: JsonObject, second: JsonObject): JsonObject {
  const merged: JsonObject = { ...first };
  for (const [keyword, value] of Object.entries(second)) {
    const known = merged[keyword];
    if (value === undefined) continue;
    merged[keyword] = known === undefined ? value : mergeKeyword(keyword, known, value);
  }
  return merged;
}

function mergeKeyword(keyword: string, first: Json, second: Json): Json {
  if (keyword === 'properties' && isJsonObject(first) && isJsonObject(second)) {
    return mergeProperties(first, second);
  }
  if (keyword === 'required' && Array.isArray(first) && Array.isArray(second)) {
    return [...new Set([...first, ...second])];
  }
  if (keyword === 'enum' && Array.isArray(first) && Array.isArray(second)) {
    const texts = new Set(second.map((each) => JSON.stringify(each)));
    return first.filter((each) => texts.has(JSON.stringify(each)));
  }
  if (keyword === 'type') return mergeTypes(first, second);
  if (/^(?:min|exclusiveMin)/.test(keyword)) return Math.max(Number(first), Number(second));
  if (/^(?:max|exclusiveMax)/.test(keyword)) return Math.min(Number(first), Number(second));
  if (['items', 'additionalProperties'].includes(keyword) && isJsonObject(first) && isJsonObject(second)) {
    return { allOf: [first, second] };
  }
  return first === false ? first : second;
}

function mergeProperties(first: JsonObject, second: JsonObject): JsonObject {
  const merged: JsonObject = { ...first };
  for (const [name, schema] of Object.entries(second)) {
    const known = Object.hasOwn(merged, name) ? merged[name] : undefined;
    if (schema !== undefined) merged[name] = known === undefined ? schema : { allOf: [known, schema] };
  }
  return merged;
}

function mergeTypes(first: Json, second: Json): Json {
  const allowed = toList(second);
  const both = toList(first).filter(
    (type) => allowed.includes(type) || (type === 'integer' && allowed.includes('number')),
  );
  if (toList(first).includes('number') && allowed.includes('integer')) both.push('integer');
  return both.length === 1 ? (both[0] ?? null) : both;
}

function toList(value: Json): Json[] {
  return Array.isArray(value) ? value : [value];
}
