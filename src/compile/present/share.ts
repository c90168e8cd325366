import { toCanonicalJson } from '../../catalog/canonical.ts';
import { withHash } from '../../catalog/names.ts';
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../../catalog/json.ts';
import {
  definitionAt,
  definitionsOf,
  mapSchemasBelow,
  referenceOf,
  schemasBelow,
  toReference,
} from './positions.ts';
import { annotate, isAnnotatedOnly } from './annotations.ts';
import { estimateTokens, memberTokens } from './tokens.ts';

/** A schema that repeats becomes a definition from this size on, in tokens. */
const WORTH_SHARING = 30;

/** The same schema, with definitions where they save tokens and without them where they do not. */
export function share(root: JsonSchema): JsonSchema {
  const shared = inlineDefinitions(shareRepetitions(root));
  return estimateTokens(shared) < estimateTokens(root) ? shared : root;
}

/** Definitions are written into each other this far: every walk over schemas recurses. */
const MAX_NESTING = 20;

interface Occurrences {
  count: number;
  /** The least key under which it stands: a name that does not depend on any order. */
  key: string;
}

/** Schemas that stand in several places become definitions. */
function shareRepetitions(root: JsonSchema): JsonSchema {
  const identities = new Map<string, number>();
  const identityOf = new Map<object, number>();
  const occurrences = new Map<number, Occurrences>();

  /** Equal schemas have equal numbers. */
  function identify(schema: Json, key: string): number {
    if (!isJsonObject(schema)) return schema === false ? -1 : -2;
    const parts: string[] = [];
    for (const keyword of Object.keys(schema).toSorted()) {
      if (keyword === '$defs') continue;
      const written = mapSchemasBelow(keyword, schema[keyword] ?? null, (below, name) =>
        identify(below, name ?? keyword),
      );
      parts.push(
        `${JSON.stringify(keyword)}:${JSON.stringify(isJsonObject(written) ? sorted(written) : written)}`,
      );
    }
    const text = parts.join(',');
    const identity = identities.get(text) ?? identities.size;
    identities.set(text, identity);
    identityOf.set(schema, identity);
    const found = occurrences.get(identity) ?? { count: 0, key };
    found.count += 1;
    if (key < found.key) found.key = key;
    occurrences.set(identity, found);
    return identity;
  }

  const definitions = definitionsOf(root);
  const named = new Map<number, string>();
  // Of equal definitions the one with the least name stands for all.
  for (const [name, schema] of Object.entries(sorted(definitions)).toReversed()) {
    named.set(identify(schema, name), name);
  }
  identify(root, '');

  const made = new Map<string, Json>();
  function replace(schema: Json, isWhole: boolean): Json {
    if (!isJsonObject(schema)) return schema;
    const identity = identityOf.get(schema) ?? -1;
    const found = occurrences.get(identity);
    const repeats = found !== undefined && found.count > 1 && estimateTokens(schema) >= WORTH_SHARING;
    if (isWhole || !repeats) return rewrite(schema);
    const known = named.get(identity);
    if (known !== undefined) return toReference(known);
    const stem = found.key.replace(/[^A-Za-z0-9._-]/g, '_') || 'schema';
    const name = withHash(stem, toCanonicalJson(schema));
    if (Object.hasOwn(definitions, name)) return rewrite(schema);
    named.set(identity, name);
    made.set(name, rewrite(schema));
    return toReference(name);
  }

  function rewrite(schema: JsonSchema): JsonSchema {
    return Object.fromEntries(
      Object.entries(schema)
        .filter(([keyword]) => keyword !== '$defs')
        .map(([keyword, value]) => [
          keyword,
          mapSchemasBelow(keyword, value, (below) => replace(below, false)),
        ]),
    );
  }

  const rewritten = replace(root, true);
  const kept = Object.entries(definitions).map(([name, schema]): [string, Json] => [
    name,
    replace(schema, true),
  ]);
  return withDefinitions(isJsonObject(rewritten) ? rewritten : root, [...kept, ...made]);
}

/** Definitions that are used once, or that are no longer than a reference, are written in their place. */
function inlineDefinitions(root: JsonSchema): JsonSchema {
  const definitions = definitionsOf(root);
  const uses = new Map<string, number>();
  const open: Json[] = [root, ...Object.values(definitions)];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (!isJsonObject(next)) continue;
    const name = referenceOf(next);
    // Beside a reference, more than words would have to be combined with what it refers to.
    const weight = isAnnotatedOnly(next, '$ref') ? 1 : 2;
    if (name !== undefined) uses.set(name, (uses.get(name) ?? 0) + weight);
    for (const below of schemasBelow(next)) open.push(below.schema);
  }

  function isInlined(name: string, target: Json): target is JsonSchema {
    if (!isJsonObject(target)) return false;
    if (uses.get(name) === 1) return true;
    return schemasBelow(target).length === 0 && referenceOf(target) === undefined && isShort(name, target);
  }

  /** Definitions that are referred to all the same; the loop over them sees those that it finds on the way. */
  const kept = new Set<string>();

  function rewrite(schema: Json, nesting: number): Json {
    if (!isJsonObject(schema)) return schema;
    const entries = Object.entries(schema)
      .filter(([keyword]) => keyword !== '$defs')
      .map(([keyword, value]): [string, Json] => [
        keyword,
        mapSchemasBelow(keyword, value, (below) => rewrite(below, nesting)),
      ]);
    const name = referenceOf(schema);
    const target = definitionAt(definitions, name);
    if (name === undefined || target === undefined) return Object.fromEntries(entries);
    if (nesting >= MAX_NESTING || !isAnnotatedOnly(schema, '$ref') || !isInlined(name, target)) {
      kept.add(name);
      return Object.fromEntries(entries);
    }
    const inner = rewrite(target, nesting + 1);
    const beside = entries.filter(([keyword]) => keyword !== '$ref');
    return annotate(isJsonObject(inner) ? inner : {}, Object.fromEntries(beside));
  }

  const rewritten = rewrite(root, 0);
  const rows: [string, Json][] = [];
  for (const name of kept) rows.push([name, rewrite(definitions[name] ?? {}, 0)]);
  return withDefinitions(isJsonObject(rewritten) ? rewritten : root, rows);
}

function isShort(name: string, target: JsonSchema): boolean {
  return estimateTokens(target) <= memberTokens('$ref', `#/$defs/${name}`);
}

/** The root with those definitions that it leads to, in the order of their names. */
function withDefinitions(root: JsonSchema, definitions: readonly (readonly [string, Json])[]): JsonSchema {
  const all = Object.fromEntries(definitions);
  const reached = new Set<string>();
  const open: Json[] = [root];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (!isJsonObject(next)) continue;
    const name = referenceOf(next);
    const target = definitionAt(all, name);
    if (name !== undefined && target !== undefined && !reached.has(name)) {
      reached.add(name);
      open.push(target);
    }
    for (const below of schemasBelow(next)) open.push(below.schema);
  }
  const { $defs: _old, ...rest } = root;
  if (reached.size === 0) return rest;
  return {
    ...rest,
    $defs: Object.fromEntries([...reached].toSorted().map((name) => [name, all[name] ?? {}])),
  };
}

function sorted(members: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(members).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
