import { isDeepStrictEqual } from 'node:util';
import type { Json, JsonSchema } from '../../catalog/json.ts';

/** A schema that says what both say; the keywords of `added` say no less than the same ones of `schema` did, or are put beside them. */
export function mergeKeywords(schema: JsonSchema, added: JsonSchema): JsonSchema {
  const merged: JsonSchema = { ...schema };
  const beside: JsonSchema = {};
  if ('enum' in added || 'const' in added) {
    // The list is what is left of the one before.
    delete merged['enum'];
    delete merged['const'];
  }
  for (const [keyword, value] of Object.entries(added)) {
    const before = merged[keyword];
    const both = before === undefined ? value : combine(keyword, before, value);
    if (both === undefined) beside[keyword] = value;
    else merged[keyword] = both;
  }
  if (Object.keys(beside).length > 0) {
    merged['allOf'] = [...(Array.isArray(merged['allOf']) ? merged['allOf'] : []), beside];
  }
  if ('default' in merged && !mayBe(merged['default'], added)) delete merged['default'];
  return merged;
}

/** Undefined where one keyword cannot say both. */
function combine(keyword: string, before: Json, value: Json): Json | undefined {
  if (isDeepStrictEqual(before, value)) return value;
  switch (keyword) {
    case 'minimum':
    case 'exclusiveMinimum':
    case 'minItems':
    case 'minLength':
      return typeof before === 'number' ? Math.max(before, value as number) : undefined;
    case 'maximum':
    case 'exclusiveMaximum':
    case 'maxItems':
    case 'maxLength':
      return typeof before === 'number' ? Math.min(before, value as number) : undefined;
    case 'type':
      return intersectTypes(before, value);
    case 'allOf':
      return Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : undefined;
    default:
      return undefined;
  }
}

function intersectTypes(before: Json, value: Json): Json | undefined {
  const old = [before].flat();
  const kept = [value].flat().flatMap((type) => {
    if (old.includes(type) || (type === 'integer' && old.includes('number'))) return [type];
    return type === 'number' && old.includes('integer') ? ['integer'] : [];
  });
  if (kept.length === 0) return undefined;
  return kept.length === 1 ? kept[0] : kept;
}

/** False for a value that would not be permitted for a reason that is easily told. */
function mayBe(value: Json | undefined, limits: JsonSchema): boolean {
  const isAmong = (list: Json | undefined): boolean =>
    Array.isArray(list) && list.some((one) => isDeepStrictEqual(one, value));
  if ('const' in limits) return isDeepStrictEqual(limits['const'], value);
  if ('enum' in limits) return isAmong(limits['enum']);
  if (isAmong((limits['not'] as JsonSchema | undefined)?.['enum'])) return false;
  if (typeof value !== 'number') return true;
  const bound = (keyword: string, otherwise: number): number => (limits[keyword] as number) ?? otherwise;
  return (
    value >= bound('minimum', -Infinity) &&
    value <= bound('maximum', Infinity) &&
    value > bound('exclusiveMinimum', -Infinity) &&
    value < bound('exclusiveMaximum', Infinity)
  );
}
