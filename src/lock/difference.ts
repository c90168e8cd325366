import { isJsonObject, type Json, type JsonObject } from '../catalog/json.ts';
import { toPointer, type Path } from '../text/pointer.ts';

/** One place at which two definitions differ. */
export interface Change {
  /** JSON pointer (RFC 6901) into the definition: as it is now, or as it was where the value is gone. */
  readonly pointer: string;
  /** What the lock says; absent where the value is new. */
  readonly before?: Json;
  /** What is offered now; absent where the value is gone. */
  readonly after?: Json;
}

/** Every place at which `after` differs from `before`, the deepest that can be named, in a stable order. */
export function findChanges(before: Json, after: Json): Change[] {
  const changes: Change[] = [];
  compare(before, after, [], changes);
  return changes;
}

function compare(before: Json, after: Json, path: Path, changes: Change[]): void {
  if (isJsonObject(before) && isJsonObject(after)) return compareObjects(before, after, path, changes);
  if (Array.isArray(before) && Array.isArray(after)) return compareLists(before, after, path, changes);
  if (!isSame(before, after)) changes.push({ pointer: toPointer(path), before, after });
}

function compareObjects(before: JsonObject, after: JsonObject, path: Path, changes: Change[]): void {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const at = [...path, key];
    const [old, now] = [own(before, key), own(after, key)];
    if (old === undefined) changes.push({ pointer: toPointer(at), ...(now !== undefined && { after: now }) });
    else if (now === undefined) changes.push({ pointer: toPointer(at), before: old });
    else compare(old, now, at, changes);
  }
}

/** Lists of named things are compared by name, lists of plain values as sets, all others by position. */
function compareLists(before: readonly Json[], after: readonly Json[], path: Path, changes: Change[]): void {
  const keyOf = chooseKey(before, after);
  if (keyOf === undefined) return comparePositions(before, after, path, changes);
  const [old, now] = [byKey(before, keyOf), byKey(after, keyOf)];
  const found = changes.length;
  for (const [key, index] of old) {
    const position = now.get(key);
    const value = before[index] ?? null;
    if (position === undefined) changes.push({ pointer: toPointer([...path, index]), before: value });
    else compare(value, after[position] ?? null, [...path, position], changes);
  }
  for (const [key, index] of now) {
    if (!old.has(key)) changes.push({ pointer: toPointer([...path, index]), after: after[index] ?? null });
  }
  // The same things in another order: that is the change.
  if (changes.length === found && !isSame([...old.keys()], [...now.keys()])) {
    changes.push({ pointer: toPointer(path), before: [...before], after: [...after] });
  }
}

function comparePositions(
  before: readonly Json[],
  after: readonly Json[],
  path: Path,
  changes: Change[],
): void {
  for (let index = 0; index < Math.max(before.length, after.length); index++) {
    const [old, now] = [before[index], after[index]];
    const pointer = toPointer([...path, index]);
    if (old === undefined) changes.push({ pointer, ...(now !== undefined && { after: now }) });
    else if (now === undefined) changes.push({ pointer, before: old });
    else compare(old, now, [...path, index], changes);
  }
}

type KeyOf = (item: Json) => string | undefined;

/** How the items of both lists are told apart; `undefined` where they cannot be. */
function chooseKey(before: readonly Json[], after: readonly Json[]): KeyOf | undefined {
  return [ofScalar, ofMember('argument'), ofMember('name')].find((keyOf) =>
    [before, after].every((list) => byKey(list, keyOf).size === list.length),
  );
}

function ofScalar(item: Json): string | undefined {
  return typeof item === 'object' && item !== null ? undefined : JSON.stringify(item);
}

function ofMember(member: string): KeyOf {
  return (item) => {
    const value = isJsonObject(item) ? own(item, member) : undefined;
    return typeof value === 'string' ? value : undefined;
  };
}

/** Positions by key; smaller than the list where an item has no key, or two have one. */
function byKey(list: readonly Json[], keyOf: KeyOf): Map<string, number> {
  const positions = new Map<string, number>();
  for (const [index, item] of list.entries()) {
    const key = keyOf(item);
    if (key !== undefined) positions.set(key, index);
  }
  return positions;
}

function own(value: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function isSame(a: Json, b: Json): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
