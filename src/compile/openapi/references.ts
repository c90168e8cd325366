import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { lookUp, parsePointer, toPointer } from './pointer.ts';
import { SkipOperation } from './reasons.ts';

/** A place in the document: what is there, and the one spelling of where. */
export interface Place {
  readonly value: Json;
  readonly pointer: string;
}

/** The document's references, resolved one at a time and only when asked. Nothing ever dereferences the whole document. */
export interface References {
  /**
   * Where one `$ref` leads; `at` is where it stands.
   *
   * @throws SkipOperation when it leads out of the document or to nothing.
   */
  find(ref: string, at: string): Place;
  /**
   * `value`, or what it stands for if it is a Reference Object, through any number of them.
   *
   * @throws SkipOperation as `find`, and for a chain that never ends.
   */
  follow(value: Json | undefined, at: string): { value: Json | undefined; pointer: string };
}

/** Resolves the references of one document. Each distinct text is looked up once. */
export function createReferences(root: JsonObject): References {
  const known = new Map<string, Place>();

  function find(ref: string, at: string): Place {
    const hit = known.get(ref);
    if (hit !== undefined) return hit;
    const place = resolve(root, ref, at);
    known.set(ref, place);
    return place;
  }

  function follow(value: Json | undefined, at: string): { value: Json | undefined; pointer: string } {
    const visited = new Set<string>();
    let place = { value, pointer: at };
    while (isReference(place.value)) {
      place = find(place.value.$ref, place.pointer);
      if (visited.has(place.pointer)) throw cyclicReference(place.pointer);
      visited.add(place.pointer);
    }
    return place;
  }

  return { find, follow };
}

/** True for a Reference Object: a `$ref` that is text. A member *named* `$ref` with another value is no reference. */
export function isReference(value: Json | undefined): value is JsonObject & { $ref: string } {
  return isJsonObject(value) && typeof value['$ref'] === 'string';
}

/** The skip for a chain of references that passes `pointer` twice. */
function cyclicReference(pointer: string): SkipOperation {
  return new SkipOperation('cyclic-reference', `the references at ${pointer} lead back to themselves`);
}

function resolve(root: JsonObject, ref: string, at: string): Place {
  if (!ref.startsWith('#')) {
    throw new SkipOperation('external-reference', `${at} refers to ${ref}, which is outside this document`);
  }
  const segments = parsePointer(ref);
  if (segments === undefined) {
    throw new SkipOperation('anchor-reference', `${at} refers to the anchor ${ref}`);
  }
  const value = lookUp(root, segments);
  if (value === undefined) {
    throw new SkipOperation('unresolved-reference', `${at} refers to ${ref}, which does not exist`);
  }
  return { value, pointer: toPointer(segments) };
}
