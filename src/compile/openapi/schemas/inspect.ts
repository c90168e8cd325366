import { isJsonObject, type Json } from '../../../catalog/json.ts';
import { appendPointer } from '../pointer.ts';
import { SkipOperation } from '../reasons.ts';
import { isReference, type References } from '../references.ts';
import { KEYWORDS, type KeywordKind } from './keywords.ts';

/** Schemas and values nested deeper than this are refused: no client reads them, and every walker recurses. */
const MAX_DEPTH = 100;

/** What one schema refers to directly, and what is wrong with it. */
export interface Inspection {
  /** Pointers of all schemas it refers to. */
  readonly refs: ReadonlySet<string>;
  /** Those among them that apply to the same value as this schema. */
  readonly inPlace: ReadonlySet<string>;
  /** The first problem in the order of their texts, so that it does not depend on the order of keys. */
  readonly problem: SkipOperation | undefined;
}

/**
 * Walks a schema by position: members that happen to be named like keywords are members. References are not entered.
 * `ignoresSiblings`: as OpenAPI 3.0 has it, nothing beside a `$ref` counts.
 */
export function inspectSchema(
  schema: Json,
  pointer: string,
  options: { readonly references: References; readonly ignoresSiblings: boolean },
): Inspection {
  const { references, ignoresSiblings } = options;
  const refs = new Set<string>();
  const inPlace = new Set<string>();
  let problem: SkipOperation | undefined;

  function walk(value: Json, at: string, applies: boolean, depth: number): void {
    if (!isJsonObject(value)) return;
    if (depth > MAX_DEPTH) return note(tooDeep(pointer));
    if (isReference(value)) {
      visitReference(value.$ref, at, applies);
      if (ignoresSiblings) return;
    }
    for (const [name, below] of Object.entries(value)) {
      const keyword = KEYWORDS.get(name);
      if (keyword === undefined) continue;
      if (keyword.kind === 'data') {
        if (!isShallow(below, MAX_DEPTH)) note(tooDeep(pointer));
      } else {
        walkBelow(below, keyword.kind, {
          at: appendPointer(at, name),
          applies: applies && keyword.inPlace,
          depth,
        });
      }
    }
  }

  function walkBelow(
    below: Json,
    kind: KeywordKind,
    position: { at: string; applies: boolean; depth: number },
  ): void {
    const { at, applies, depth } = position;
    // A list where one schema is expected is the tuple form of older drafts.
    if (kind === 'schema' && !Array.isArray(below)) return walk(below, at, applies, depth + 1);
    if (typeof below !== 'object' || below === null) return;
    if (Array.isArray(below) === (kind === 'schema-map')) return;
    for (const [key, each] of Object.entries<Json>(below)) {
      walk(each, appendPointer(at, key), applies, depth + 1);
    }
  }

  function visitReference(ref: string, at: string, applies: boolean): void {
    try {
      const place = references.find(ref, at);
      if (!isJsonObject(place.value) && typeof place.value !== 'boolean') {
        return note(
          new SkipOperation('unresolved-reference', `${at} refers to ${ref}, which is not a schema`),
        );
      }
      refs.add(place.pointer);
      if (applies) inPlace.add(place.pointer);
    } catch (error) {
      if (!(error instanceof SkipOperation)) throw error;
      note(error);
    }
  }

  function note(found: SkipOperation): void {
    problem = firstProblem(problem, found);
  }

  walk(schema, pointer, true, 0);
  return { refs, inPlace, problem };
}

/** The one of two problems that is reported: a choice by text alone. */
export function firstProblem(a: SkipOperation | undefined, b: SkipOperation): SkipOperation {
  return a === undefined || b.message < a.message ? b : a;
}

function tooDeep(pointer: string): SkipOperation {
  return new SkipOperation('nested-too-deeply', `${pointer} is nested deeper than ${MAX_DEPTH} levels`);
}

function isShallow(value: Json, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((each) => isShallow(each, depth - 1));
}
