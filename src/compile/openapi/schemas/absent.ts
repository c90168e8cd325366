import { isJsonObject, type Json } from '../../../catalog/json.ts';

/** What finding absent properties needs to know of the document. */
export interface Absence {
  /** True for a property's schema that the direction does not have: `readOnly` on input, `writeOnly` on output. */
  readonly isAbsent: (schema: Json) => boolean;
  /** The schema, or what it refers to. */
  readonly follow: (schema: Json) => Json | undefined;
}

/**
 * Names of the properties that the schema describes as absent, itself or in a branch of its `allOf`: no part of the whole
 * may ask for them.
 */
export function absentProperties(schema: Json, absence: Absence): ReadonlySet<string> {
  const names = new Set<string>();
  const visited = new Set<Json>();

  function collect(each: Json | undefined): void {
    if (!isJsonObject(each) || visited.has(each)) return;
    visited.add(each);
    const target = absence.follow(each);
    if (target !== each) collect(target);
    const { properties, allOf } = each;
    if (isJsonObject(properties)) {
      for (const [name, property] of Object.entries(properties))
        if (absence.isAbsent(property)) names.add(name);
    }
    if (Array.isArray(allOf)) allOf.forEach(collect);
  }

  collect(schema);
  return names;
}
