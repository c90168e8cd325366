import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { LIGHT, type Form } from './form.ts';
import { isLeaf } from './outline.ts';
import { referenceOf } from './positions.ts';
import { isHeavier } from './weight.ts';

/** Whether a form has no room for what stands there, and something of it can be cut at all. */
export function mustCut(
  schema: Json,
  place: { readonly depth: number; readonly required: boolean },
  form: Form,
  known: { readonly definitions: JsonObject; readonly included: ReadonlyMap<string, number> },
): schema is JsonObject {
  if (place.depth < form.depth || (place.required && !form.cutsRequired)) return false;
  if (!isJsonObject(schema) || isLeaf(schema)) return false;
  const name = referenceOf(schema);
  // What a shallower place needs anyway costs nothing more here.
  if (name !== undefined && (known.included.get(name) ?? Infinity) < place.depth) return false;
  return isHeavier(schema, known.definitions, place.depth === form.depth ? form.weight : LIGHT);
}

/** Whether a form only names a property of an object that stands at a depth. */
export function isOmitted(
  key: string | undefined,
  required: ReadonlySet<string>,
  depth: number,
  form: Form,
): boolean {
  return depth + 1 >= form.omits && !required.has(key ?? '');
}
