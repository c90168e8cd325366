import { isJsonObject, type Json, type JsonSchema } from '../../catalog/json.ts';
import { isOmitted, mustCut } from './cutting.ts';
import type { Form } from './form.ts';
import { definitionAt, definitionsOf, referenceOf, requiredOf, schemasBelow } from './positions.ts';

/**
 * The definitions that are left when a form is applied, each with the least depth at which something refers to it.
 *
 * Goes level by level: what is cut at a depth is decided by what all shallower ones need, and never by an order of names.
 */
export function surveyDefinitions(root: JsonSchema, form: Form): ReadonlyMap<string, number> {
  const definitions = definitionsOf(root);
  const included = new Map<string, number>();
  let level: { readonly schema: Json; readonly required: boolean }[] = [{ schema: root, required: true }];
  for (let depth = -1; level.length > 0; depth += 1) {
    const next: typeof level = [];
    const decided = new Map(included);
    const open = level.filter(
      ({ schema, required }) =>
        depth < 0 || !mustCut(schema, { depth, required }, form, { definitions, included: decided }),
    );
    for (let each = open.pop(); each !== undefined; each = open.pop()) {
      if (!isJsonObject(each.schema)) continue;
      const name = referenceOf(each.schema);
      const target = definitionAt(definitions, name);
      if (name !== undefined && target !== undefined && !included.has(name)) {
        included.set(name, depth);
        open.push({ schema: target, required: true });
      }
      const required = requiredOf(each.schema);
      for (const { schema, key, keyword, deeper } of schemasBelow(each.schema)) {
        if (keyword === 'properties' && isOmitted(key, required, depth, form)) continue;
        if (deeper) next.push({ schema, required: keyword === 'properties' && required.has(key ?? '') });
        else open.push({ schema, required: each.required });
      }
    }
    level = next;
  }
  return included;
}
