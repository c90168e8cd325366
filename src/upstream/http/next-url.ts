import type { HttpBinding, ParameterBinding } from '../../catalog/binding.ts';
import type { JsonObject } from '../../catalog/json.ts';

/**
 * The arguments that a URL of the same operation changes: its query, mapped back through the binding.
 *
 * @param toValue turns the text of one argument into a value of its type.
 * @returns `undefined` for a URL of another operation, for one that changes nothing, and for one that needs what no argument
 *   can say. Its host does not count: a call goes where the source's base URL leads.
 */
export function changesOfUrl(
  target: string,
  request: { readonly url: string; readonly binding: HttpBinding },
  toValue: (argument: string, text: string) => JsonObject[string],
): JsonObject | undefined {
  const sent = URL.parse(request.url);
  const next = sent && URL.parse(target, sent.href);
  if (!sent || !next || lastSegment(next) !== lastSegment(sent)) return undefined;
  const changes: JsonObject = {};
  for (const name of new Set(next.searchParams.keys())) {
    const values = next.searchParams.getAll(name);
    const before = sent.searchParams.getAll(name);
    if (values.length === before.length && values.every((value, index) => value === before[index])) continue;
    const parameter = request.binding.parameters.find((one) => one.name === name && isPlainQuery(one));
    const [value, ...others] = values;
    // What was sent beside the arguments (a credential, a fixed part of the path) is sent again anyway.
    if (parameter === undefined && before.length > 0) continue;
    if (parameter === undefined || value === undefined || others.length > 0) return undefined;
    changes[parameter.argument] = toValue(parameter.argument, value);
  }
  return Object.keys(changes).length === 0 ? undefined : changes;
}

function isPlainQuery({ in: place, style, mediaType }: ParameterBinding): boolean {
  return place === 'query' && style === 'form' && mediaType === undefined;
}

/** APIs link to the same list under another path (by id instead of by name), but its last word stays. */
function lastSegment({ pathname }: URL): string {
  return pathname.replace(/\/+$/, '').split('/').at(-1) ?? '';
}
