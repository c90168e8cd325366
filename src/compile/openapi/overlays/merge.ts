import { isJsonObject, type Json, type JsonObject } from '../../../catalog/json.ts';
import { setMember } from '../members.ts';

/** Values that overlays may add to a document, copies included: one that doubles the document again and again ends here. */
const MAX_ADDED = 1_000_000;

/** Two values that cannot be merged, and where below the target. */
export class Incompatible extends Error {
  constructor(at: readonly string[], target: Json, value: Json) {
    super(
      `${kindOf(value)} cannot be merged with ${kindOf(target)} at ${at.join('.') || 'the target itself'}`,
    );
    this.name = 'Incompatible';
  }
}

/** What overlays add to a document. */
export class Additions {
  #left = MAX_ADDED;

  /**
   * Merges a value into an object or a list, as Overlay 1.1.0 §4.4.3 has it: members are added, lists concatenated, objects
   * merged, primitive values replaced. `null` where the target has something more leaves it as it is: an overlay that mirrors
   * a document writes its empty sections so.
   *
   * @throws Incompatible
   */
  merge(target: JsonObject | Json[], value: Json, at: readonly string[] = []): void {
    if (Array.isArray(target)) {
      for (const item of Array.isArray(value) ? value : [value]) target.push(this.clone(item));
      return;
    }
    if (!isJsonObject(value)) throw new Incompatible(at, target, value);
    for (const [name, member] of Object.entries(value)) {
      const existing = Object.hasOwn(target, name) ? target[name] : undefined;
      if (existing === undefined || (isPrimitive(existing) && isPrimitive(member))) {
        setMember(target, name, this.clone(member));
      } else if (
        !isPrimitive(existing) &&
        Array.isArray(existing) === Array.isArray(member) &&
        !isPrimitive(member)
      ) {
        this.merge(existing, member, [...at, name]);
      } else if (member !== null) {
        throw new Incompatible([...at, name], existing, member);
      }
    }
  }

  /** A copy of its own, so that what changes one target changes no other. */
  clone(value: Json): Json {
    if (--this.#left < 0) throw new RangeError('overlays add too much to the document');
    if (Array.isArray(value)) return value.map((item) => this.clone(item));
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, this.clone(member)]));
  }
}

/** True for what is neither an object nor a list. */
export function isPrimitive(value: Json): value is null | boolean | number | string {
  return typeof value !== 'object' || value === null;
}

/** What a value is, in words. */
export function kindOf(value: Json): 'an object' | 'a list' | 'a primitive value' {
  if (isPrimitive(value)) return 'a primitive value';
  return Array.isArray(value) ? 'a list' : 'an object';
}
