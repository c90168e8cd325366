import { isJsonObject, type Json, type JsonSchema } from '../../catalog/json.ts';
import { annotate, isAnnotatedOnly, unwrapSingle } from './annotations.ts';
import { isOmitted, mustCut } from './cutting.ts';
import type { Form } from './form.ts';
import {
  definitionAt,
  definitionsOf,
  escapePointer,
  mapSchemasBelow,
  referenceOf,
  requiredOf,
  toReference,
} from './positions.ts';
import { keepsKeyword, relaxedKeyword, shortenLeaf } from './relax.ts';
import { toStub } from './stub.ts';
import { surveyDefinitions } from './survey.ts';
import { listSome, withNote } from './words.ts';

/** Something that the full schema says and the presented one does not. */
export interface Cut {
  /** Where the full schema says it: a JSON pointer (RFC 6901) into it. */
  readonly pointer: string;
  readonly what: 'enum' | 'schema' | 'argument';
}

export interface Rendered {
  readonly schema: JsonSchema;
  readonly cut: readonly Cut[];
}

export interface RenderOptions {
  /** Definitions are written where they are used; a cycle ends in an open object. */
  readonly inline: boolean;
  /** Rendering more schemas than this is given up. */
  readonly maxSchemas: number;
}

/** Where a schema is rendered. */
interface Place {
  readonly pointer: string;
  readonly depth: number;
  readonly required: boolean;
  /** JSON nesting in what is written, which bounds the recursion. */
  readonly nesting: number;
  /** Definitions that this place is inside of, when they are inlined. */
  readonly inside: readonly string[];
}

const MAX_NESTING = 150;

/** Room for the names of properties that are only named, in characters. */
const OMITTED_NAMES = 240;

/** Longest description of what is cut, in characters. */
const STUB_TEXT = 80;

/** A definition inside itself this many times becomes an open object. */
const MAX_REPETITIONS = 2;

/**
 * The schema in a form: every value that is valid under it stays valid.
 *
 * Taking something away relaxes only where the rest is a conjunction. So as soon as anything is cut, exclusive alternatives
 * become plain ones, and negations, conditions and what depends on evaluated members go.
 *
 * @returns `undefined` when it takes more than `maxSchemas` schemas.
 */
export function render(root: JsonSchema, form: Form, options: RenderOptions): Rendered | undefined {
  const isLossy = form.depth !== Infinity;
  const first = renderOnce(root, form, { ...options, relaxes: isLossy });
  if (isLossy || first === undefined || first.cut.length === 0) return first;
  return renderOnce(root, form, { ...options, relaxes: true });
}

function renderOnce(
  root: JsonSchema,
  form: Form,
  options: RenderOptions & { readonly relaxes: boolean },
): Rendered | undefined {
  const definitions = definitionsOf(root);
  const included = options.inline ? new Map<string, number>() : surveyDefinitions(root, form);
  const cut: Cut[] = [];
  /** Definitions that the result refers to; the loop over them sees those that it finds on the way. */
  const referred = new Set<string>();
  let schemas = 0;

  function renderSchema(schema: Json, place: Place): Json {
    schemas += 1;
    if (!isJsonObject(schema) || schemas > options.maxSchemas)
      return schema === false ? false : schema === true || {};
    if (place.nesting > MAX_NESTING) return cutAt(schema, place);
    const name = referenceOf(schema);
    const omitted = omittedFrom(schema, place.depth, form);
    for (const key of omitted)
      cut.push({ pointer: `${place.pointer}/properties/${escapePointer(key)}`, what: 'schema' });
    const entries: [string, Json][] = [];
    for (const [keyword, value] of Object.entries(schema)) {
      if (keyword === '$ref' || keyword === '$defs' || !keepsKeyword(keyword, form)) continue;
      const written = relaxedKeyword(keyword, schema, options.relaxes);
      // What is not in `properties` any more would fall under `additionalProperties`.
      const isStricter = keyword === 'additionalProperties' && omitted.length > 0;
      if (written === undefined || isStricter) {
        cut.push({ pointer: `${place.pointer}/${keyword}`, what: 'schema' });
        continue;
      }
      entries.push([written, renderBelow(keyword, value, schema, place)]);
    }
    const rendered = shortenLeaf(Object.fromEntries(entries), form, {
      depth: place.depth,
      required: place.required,
      onEnum: () => cut.push({ pointer: `${place.pointer}/enum`, what: 'enum' }),
    });
    completeArray(rendered);
    if (omitted.length > 0) noteOmitted(rendered, omitted);
    if (name !== undefined && definitionAt(definitions, name) !== undefined)
      return renderReference(name, rendered, place);
    return form.strip ? unwrapSingle(rendered) : rendered;
  }

  function renderBelow(keyword: string, value: Json, schema: JsonSchema, place: Place): Json {
    const required = keyword === 'properties' ? requiredOf(schema) : undefined;
    const kept = keyword === 'properties' ? withoutOptional(value, schema, place.depth, form) : value;
    return mapSchemasBelow(keyword, kept, (below, key, deeper) => {
      const at = key === undefined ? keyword : `${keyword}/${escapePointer(key)}`;
      const inner: Place = {
        pointer: `${place.pointer}/${at}`,
        depth: place.depth + (deeper ? 1 : 0),
        required: deeper ? required?.has(key ?? '') === true : place.required,
        nesting: place.nesting + 1,
        inside: place.inside,
      };
      return deeper && mustCut(below, inner, form, { definitions, included })
        ? cutAt(below, inner)
        : renderSchema(below, inner);
    });
  }

  function renderReference(name: string, beside: JsonSchema, place: Place): Json {
    if (!options.inline) {
      referred.add(name);
      return { ...toReference(name), ...beside };
    }
    const repeats = place.inside.filter((each) => each === name).length;
    const target = definitionAt(definitions, name) ?? {};
    if (repeats >= MAX_REPETITIONS) return cutAt({ ...toReference(name), ...beside }, place);
    const inner = renderSchema(target, {
      ...place,
      pointer: `/$defs/${escapePointer(name)}`,
      nesting: place.nesting + 1,
      inside: [...place.inside, name],
    });
    return joinReferred(inner, beside);
  }

  function cutAt(schema: Json, place: Place): Json {
    cut.push({ pointer: place.pointer, what: 'schema' });
    const isDeep = place.depth > 0 && !place.required;
    return toStub(schema, definitions, Math.min(STUB_TEXT, form.text, isDeep ? form.deepText : Infinity));
  }

  const start: Place = { pointer: '', depth: -1, required: true, nesting: 0, inside: [] };
  const rendered = renderSchema(root, start);
  const kept: [string, Json][] = [];
  for (const name of referred) {
    const pointer = `/$defs/${escapePointer(name)}`;
    const depth = included.get(name) ?? 0;
    kept.push([name, renderSchema(definitions[name] ?? {}, { ...start, pointer, depth, required: false })]);
  }
  if (schemas > options.maxSchemas || !isJsonObject(rendered)) return undefined;
  const sorted = kept.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const schema = sorted.length === 0 ? rendered : { ...rendered, $defs: Object.fromEntries(sorted) };
  return { schema, cut: distinct(cut) };
}

/** What an inlined definition and the keywords beside its reference say together. */
function joinReferred(inner: Json, beside: JsonSchema): Json {
  if (Object.keys(beside).length === 0 || !isJsonObject(inner)) return inner;
  if (isAnnotatedOnly(beside)) return annotate(inner, beside);
  const { allOf } = beside;
  return { ...beside, allOf: [inner, ...(Array.isArray(allOf) ? allOf : [])] };
}

function omittedFrom(schema: JsonSchema, depth: number, form: Form): string[] {
  const { properties } = schema;
  if (!isJsonObject(properties) || depth + 1 < form.omits) return [];
  const required = requiredOf(schema);
  return Object.keys(properties)
    .filter((key) => isOmitted(key, required, depth, form))
    .toSorted();
}

function withoutOptional(properties: Json, schema: JsonSchema, depth: number, form: Form): Json {
  const omitted = new Set(omittedFrom(schema, depth, form));
  if (!isJsonObject(properties) || omitted.size === 0) return properties;
  return Object.fromEntries(Object.entries(properties).filter(([key]) => !omitted.has(key)));
}

function noteOmitted(schema: JsonSchema, omitted: readonly string[]): void {
  const { description } = schema;
  const words = typeof description === 'string' ? description : '';
  schema['description'] = withNote(words, `also ${listSome(omitted, OMITTED_NAMES)}`);
}

/** Clients refuse an array that does not say what its items are. */
function completeArray(schema: JsonSchema): void {
  const { type } = schema;
  const isArray = type === 'array' || (Array.isArray(type) && type.includes('array'));
  if (isArray && !Object.hasOwn(schema, 'items')) schema['items'] = {};
}

function distinct(cut: readonly Cut[]): Cut[] {
  return [...new Map(cut.map((each) => [each.pointer, each])).values()];
}
