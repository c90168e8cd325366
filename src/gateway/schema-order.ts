import type { Json, JsonObject } from '../catalog/json.ts';

/**
 * The names of definitions in an order in which each stands behind those that it refers to, as far as they do not refer to each
 * other in a circle.
 *
 * @returns `undefined` where a name cannot stand in a reference as it is, or a reference leads to something else.
 */
export function fromTheEnd(definitions: JsonObject): string[] | undefined {
  const references = new Map(Object.entries(definitions).map(([name, each]) => [name, referred(each)]));
  const targets = [...references.values()].flat();
  if (![...references.keys()].every((name) => /^[A-Za-z0-9._-]+$/.test(name))) return undefined;
  if (!targets.every((name) => references.has(name))) return undefined;
  const ordered = new Set<string>();
  const entered = new Set<string>();
  for (const root of references.keys()) {
    const open = [root];
    for (let name = open.at(-1); name !== undefined; name = open.at(-1)) {
      if (entered.has(name)) {
        open.pop();
        ordered.add(name);
        continue;
      }
      entered.add(name);
      for (const next of references.get(name) ?? []) if (!entered.has(next)) open.push(next);
    }
  }
  return [...ordered];
}

/** What the references in a definition lead to, by name; as it is written where that is no definition. */
function referred(definition: Json): string[] {
  const found: string[] = [];
  const open: Json[] = [definition];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, each] of Object.entries<Json>(value)) {
      if (/^\$(?:ref|dynamicRef|id|anchor|dynamicAnchor)$/.test(key) && typeof each === 'string') {
        found.push(each.startsWith('#/$defs/') ? each.slice('#/$defs/'.length) : each);
      }
      open.push(each);
    }
  }
  return found;
}
