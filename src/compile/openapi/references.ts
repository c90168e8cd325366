import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { createAnchors } from './external/anchors.ts';
import { locate, toPlacePointer, type Home } from './external/location.ts';
import { appendPointer, lookUp, parsePointer } from './pointer.ts';
import { SkipOperation } from './reasons.ts';

/**
 * A place in the document: what is there, and the one spelling of where. In another document the pointer begins with its
 * name: `schemas/pet.yaml#/Pet`.
 */
export interface Place {
  readonly value: Json;
  readonly pointer: string;
}

/** The document's references, resolved one at a time and only when asked. Nothing ever dereferences the whole document. */
export interface References {
  /**
   * Where one `$ref` leads; `at` is where it stands.
   *
   * @throws SkipOperation when it leads to a document that is not there, or to nothing.
   */
  find(ref: string, at: string): Place;
  /**
   * `value`, or what it stands for if it is a Reference Object, through any number of them.
   *
   * @throws SkipOperation as `find`, and for a chain that never ends.
   */
  follow(value: Json | undefined, at: string): { value: Json | undefined; pointer: string };
}

/** The documents that references lead to: the root document and those beside it. */
export interface Referenced {
  readonly root: JsonObject;
  readonly files?: ReadonlyMap<string, Json>;
  /** Why a document is not in `files`: a clause that goes on after its name. */
  readonly absent?: ReadonlyMap<string, string>;
  /** By what names references lead back to the root document. */
  readonly home?: Home;
}

/** Parts of the way that are references themselves. A longer way never ends. */
const MAX_HOPS = 30;

/** Resolves the references of one document. Each distinct text is looked up once. */
export function createReferences(documents: Referenced): References {
  const { home = NAMELESS } = documents;
  const known = new Map<string, Place>();
  const anchors = createAnchors();

  function find(ref: string, at: string): Place {
    return findWithin(ref, at, MAX_HOPS);
  }

  function findWithin(ref: string, at: string, hops: number): Place {
    const hit = known.get(ref);
    if (hit !== undefined) return hit;
    if (hops === 0) throw cyclicReference(at);
    const place = resolve(ref, at, hops);
    known.set(ref, place);
    return place;
  }

  function resolve(ref: string, at: string, hops: number): Place {
    const { document, fragment } = ref.startsWith('#')
      ? { document: '', fragment: ref }
      : locate(ref, '', home);
    const whole = document === '' ? documents.root : documents.files?.get(document);
    if (whole === undefined) {
      const why = documents.absent?.get(document) ?? 'which was not read';
      throw new SkipOperation('external-reference', `${at} refers to ${ref}, ${why}`);
    }
    const segments = parsePointer(fragment) ?? anchors.find(document, whole, fragment.slice(1));
    if (segments === undefined) {
      throw new SkipOperation('anchor-reference', `${at} refers to the anchor ${ref}, which no schema has`);
    }
    const { value, left } = lookUp(whole, segments);
    if (value !== undefined && left.length === 0) {
      return { value, pointer: toPlacePointer(document, segments) };
    }
    if (isReference(value)) {
      const { pointer } = findWithin(value.$ref, at, hops - 1);
      return findWithin(left.reduce(appendPointer, pointer), at, hops - 1);
    }
    throw new SkipOperation('unresolved-reference', `${at} refers to ${ref}, which does not exist`);
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

const NAMELESS: Home = { fileName: '', self: undefined };

/** True for a Reference Object: a `$ref` that is text. A member *named* `$ref` with another value is no reference. */
export function isReference(value: Json | undefined): value is JsonObject & { $ref: string } {
  return isJsonObject(value) && typeof value['$ref'] === 'string';
}

/** The skip for a chain of references that passes `pointer` twice. */
function cyclicReference(pointer: string): SkipOperation {
  return new SkipOperation('cyclic-reference', `the references at ${pointer} lead back to themselves`);
}
