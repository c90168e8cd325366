import { isJsonObject, type Json, type JsonObject } from '../catalog/json.ts';
import { fromPointer, valueAt } from '../text/pointer.ts';

/** Arguments after values were set in them. */
export interface SetArguments {
  /** The same object where nothing changed. */
  readonly args: JsonObject;
  /** JSON Pointers of what changed, in the order of `values`. */
  readonly changed: readonly string[];
}

/**
 * Puts values into arguments by JSON Pointer, with objects on the way where nothing is. Undefined where a value cannot be put there:
 * something that is no object is in the way, or a list does not have that index.
 *
 * @param options `onlyAbsent`: what is there stays
 */
export function setArguments(
  args: JsonObject,
  values: Readonly<Record<string, Json>>,
  { onlyAbsent = false }: { readonly onlyAbsent?: boolean } = {},
): SetArguments | undefined {
  let set = args;
  const changed: string[] = [];
  for (const [pointer, value] of Object.entries(values)) {
    const path = fromPointer(pointer);
    const before = valueAt(set, path);
    if (before !== undefined && (onlyAbsent || isSame(before, value))) continue;
    const next = place(set, path, value);
    if (!isJsonObject(next)) return undefined;
    set = next;
    changed.push(pointer);
  }
  return { args: set, changed };
}

/** Follows the policy's own value, so that no argument is nested too deep for it. */
function isSame(before: unknown, value: Json): boolean {
  if (Array.isArray(value)) {
    return (
      Array.isArray(before) &&
      before.length === value.length &&
      value.every((item, index) => isSame(before[index], item))
    );
  }
  if (!isJsonObject(value)) return before === value;
  const names = Object.keys(value);
  return (
    isJsonObject(before) &&
    Object.keys(before).length === names.length &&
    names.every((name) => Object.hasOwn(before, name) && isSame(before[name], value[name] ?? null))
  );
}

function place(into: Json | undefined, [part, ...rest]: readonly string[], value: Json): Json | undefined {
  if (part === undefined) return value;
  if (Array.isArray(into)) {
    const index = /^(?:0|[1-9]\d{0,8})$/.test(part) ? Number(part) : into.length;
    const item = index < into.length ? place(into[index], rest, value) : undefined;
    return item === undefined ? undefined : into.with(index, item);
  }
  if (into !== undefined && !isJsonObject(into)) return undefined;
  const members = new Map(Object.entries(into ?? {}));
  const member = place(members.get(part), rest, value);
  if (member === undefined) return undefined;
  // By entries, because `__proto__` is a name like any other.
  return Object.fromEntries(members.set(part, member));
}
