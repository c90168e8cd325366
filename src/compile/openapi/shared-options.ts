import { isJsonObject, type Json } from '../../catalog/json.ts';
import type { Body } from './body.ts';
import type { Parameter } from './parameters.ts';
import type { References } from './references.ts';

/**
 * The parameters of a DELETE that are the same option as a property of its body: one argument fills both.
 *
 * The body of a DELETE describes how to delete, not a thing (Kubernetes' `DeleteOptions`), so an optional query parameter
 * that has the name of one of its properties and the same type is the same option. It is asked for once, and sent in both
 * places: a server may read either, and both say the same. Other methods carry a representation in their body: there a `name`
 * in the query may well mean another thing than the `name` in the body, and the two stay apart. So does a parameter of another
 * type, or one that is required.
 */
export function findSharedOptions(
  method: string,
  parameters: readonly Parameter[],
  { body, references }: { readonly body: Body | undefined; readonly references: References },
): ReadonlySet<Parameter> {
  const flat = body?.flat;
  if (method !== 'DELETE' || flat === undefined) return new Set();
  const offered = new Map(flat.properties.map(({ name, schemas }) => [name, schemas]));
  const shared = parameters.filter((parameter) => {
    if (parameter.in !== 'query' || parameter.required || parameter.mediaType !== undefined) return false;
    const type = typeOf(parameter.schema, references);
    const others = offered.get(parameter.name) ?? [];
    return type !== undefined && others.some((other) => typeOf(other, references) === type);
  });
  return new Set(shared);
}

/** The type of a schema and, for a list, of its items; `undefined` where it has none of its own. */
function typeOf(schema: Json | undefined, references: References): string | undefined {
  const { value } = references.follow(schema, '#');
  if (!isJsonObject(value)) return undefined;
  const { type, items } = value;
  const types = (Array.isArray(type) ? type : [type]).filter((each) => each !== 'null');
  const [only] = types;
  if (types.length !== 1 || typeof only !== 'string' || only === 'object') return undefined;
  if (only !== 'array') return only;
  const item = isJsonObject(items) ? items['type'] : undefined;
  return typeof item === 'string' ? `list of ${item}` : undefined;
}
