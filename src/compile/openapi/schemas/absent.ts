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
  // Without recursion: a chain of references may be longer than the stack is deep.
  const open: (Json | undefined)[] = [schema];
  while (open.length > 0) {
    const each = open.pop();
    if (!isJsonObject(each) || visited.has(each)) continue;
    visited.add(each);
    const target = absence.follow(each);
    if (target !== each) open.push(target);
    const { properties, allOf } = each;
    if (isJsonObject(properties)) {
      for (const [name, property] of Object.entries(properties))
        if (absence.isAbsent(property)) names.add(name);
    }
    if (Array.isArray(allOf)) for (const branch of allOf) open.push(branch);
  }
  return names;
}
