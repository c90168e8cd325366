import { isJsonObject, type Json } from '../../../catalog/json.ts';

/** The same JSON value with the members of its objects in code-unit order. */
export function sortMembers(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortMembers);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(sortedEntries(value).map(([key, member]) => [key, sortMembers(member)]));
}

/** The members of an object in code-unit order of their names. */
export function sortedEntries<Member>(value: { readonly [key: string]: Member }): [string, Member][] {
  return Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** The values with later repetitions left out; equal means equal as JSON. */
export function withoutDuplicates(values: readonly Json[]): Json[] {
  const seen = new Set<string>();
  return values.filter((value) => {
    const text = JSON.stringify(sortMembers(value));
    return !seen.has(text) && seen.add(text);
  });
}
