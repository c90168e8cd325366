import {
  type Alias,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Json } from '../catalog/json.ts';
import { type Path, toPointer } from './pointer.ts';

/** Deeper than any setting; what is deeper is an accident or an attack. */
const MAX_DEPTH = 64;
/** Values of one document, those that aliases repeat included. */
const MAX_VALUES = 50_000;
/** More problems than anybody reads. */
const MAX_PROBLEMS = 50;

/** A position in the text, counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A complaint about the text itself. */
export interface YamlProblem extends Position {
  readonly path: Path;
  readonly message: string;
  readonly hint?: string;
}

/** YAML read as JSON, with the way back from each value to its place in the text. */
export interface YamlDocument {
  /** What the text says; `null` for an empty one. Meaningless when there are problems. */
  readonly value: Json;
  readonly problems: readonly YamlProblem[];
  /** Where the value stands; for a value that is absent, where the nearest one around it begins. */
  positionOf(path: Path): Position;
  /** Where the key of a member stands. */
  keyPositionOf(path: Path): Position;
}

/**
 * Reads one YAML 1.2 document (core schema) as JSON.
 *
 * Only what has a JSON form is accepted. Duplicate keys, tags, keys that are not plain text, `__proto__`, and aliases
 * that repeat too much are problems, never surprises. The work is bounded by the length of the text and by
 * {@link MAX_VALUES}.
 */
export function readYaml(text: string): YamlDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    schema: 'core',
    lineCounter: lines,
    prettyErrors: false,
    // Ours is linear, the parser's compares every key with every other.
    uniqueKeys: false,
    logLevel: 'error',
  });
  const toPosition = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.min(Math.max(offset, 0), text.length));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const flaws = [...document.errors, ...document.warnings].map((flaw) => ({
    path: [],
    ...toPosition(flaw.pos[0]),
    message: toFlawText(flaw.code, flaw.message),
  }));
  if (flaws.length > 0) return toDocument(null, flaws, new Map(), toPosition);
  const places = new Map<string, Place>();
  const reading = new Reading(places, toPosition);
  return toDocument(reading.read(document.contents), reading.problems, places, toPosition);
}

interface Place {
  readonly key?: number;
  readonly value: number;
}

function toDocument(
  value: Json,
  problems: readonly YamlProblem[],
  places: ReadonlyMap<string, Place>,
  toPosition: (offset: number) => Position,
): YamlDocument {
  const nearest = (path: Path): Place | undefined => {
    for (let length = path.length; length > 0; length--) {
      const place = places.get(toPointer(path.slice(0, length)));
      // A value that is absent belongs to the key of what lacks it.
      if (place) return length === path.length ? place : { value: place.key ?? place.value };
    }
    return places.get('');
  };
  return {
    value,
    problems: problems.slice(0, MAX_PROBLEMS),
    positionOf: (path) => toPosition(nearest(path)?.value ?? 0),
    keyPositionOf: (path) => {
      const place = nearest(path);
      return toPosition(place?.key ?? place?.value ?? 0);
    },
  };
}

/** One pass over the parsed nodes. */
class Reading {
  readonly problems: YamlProblem[] = [];
  readonly #places: Map<string, Place>;
  readonly #toPosition: (offset: number) => Position;
  /** The latest node of each anchor so far: an alias means the one before it (YAML 1.2.2, section 7.1). */
  readonly #anchors = new Map<string, Node>();
  /** What each alias meant when it was first read: reading it again as part of another alias changes nothing. */
  readonly #targets = new Map<Alias, Node>();
  #values = 0;

  constructor(places: Map<string, Place>, toPosition: (offset: number) => Position) {
    this.#places = places;
    this.#toPosition = toPosition;
  }

  read(root: unknown): Json {
    return this.#node(root, [], undefined);
  }

  #node(node: unknown, path: Path, key: number | undefined): Json {
    const start = startOf(node) ?? key ?? 0;
    this.#places.set(toPointer(path), key === undefined ? { value: start } : { key, value: start });
    this.#values++;
    if (path.length > MAX_DEPTH) {
      return this.#refuse(start, path, `is nested more than ${MAX_DEPTH} levels deep`);
    }
    if (this.#values > MAX_VALUES) {
      return this.#refuse(
        start,
        path,
        `the document has more than ${MAX_VALUES} values, repeated ones included`,
      );
    }
    if (!isNode(node)) return null;
    if (isAlias(node)) return this.#alias(node, path, key, start);
    const value = isMap(node)
      ? this.#map(node, path)
      : isSeq(node)
        ? this.#sequence(node, path)
        : this.#scalar(node, path, start);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    return value;
  }

  #alias(alias: Alias, path: Path, key: number | undefined, start: number): Json {
    const target = this.#targets.get(alias) ?? this.#anchors.get(alias.source);
    if (!target)
      return this.#refuse(start, path, `no anchor \`&${shorten(alias.source)}\` ends before this alias`);
    this.#targets.set(alias, target);
    return this.#node(target, path, key);
  }

  #map(map: YAMLMap, path: Path): Json {
    const object: { [key: string]: Json } = {};
    const seen = new Set<string>();
    for (const pair of map.items) {
      if (this.#isFull) break;
      const at = startOf(pair.key) ?? startOf(map) ?? 0;
      const name = keyText(pair.key);
      if (name === undefined) {
        this.#refuse(at, path, 'a key must be plain text');
        continue;
      }
      const problem = keyProblem(name, seen);
      seen.add(name);
      if (problem) {
        this.#refuse(at, [...path, name], problem.message, problem.hint);
        continue;
      }
      object[name] = this.#node(pair.value, [...path, name], at);
    }
    return object;
  }

  #sequence(sequence: YAMLSeq, path: Path): Json {
    const list: Json[] = [];
    for (const [index, item] of sequence.items.entries()) {
      if (this.#isFull) break;
      list.push(this.#node(item, [...path, index], undefined));
    }
    return list;
  }

  #scalar(scalar: Scalar, path: Path, start: number): Json {
    const { value } = scalar;
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    return this.#refuse(start, path, 'has no JSON form', 'write it in quotes if it is meant as text');
  }

  /** True once reading on could only add to what is refused already. */
  get #isFull(): boolean {
    return this.#values > MAX_VALUES || this.problems.length >= MAX_PROBLEMS;
  }

  #refuse(offset: number, path: Path, message: string, hint?: string): null {
    this.problems.push({
      path,
      ...this.#toPosition(offset),
      message,
      ...(hint === undefined ? {} : { hint }),
    });
    return null;
  }
}

/** A key as it is written; `undefined` for one that is not a plain scalar. */
function keyText(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  return typeof key.value === 'string' ? key.value : key.source;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function keyProblem(name: string, seen: ReadonlySet<string>): { message: string; hint?: string } | undefined {
  if (name === '__proto__') return { message: 'the key `__proto__` is not allowed' };
  if (name === '<<') {
    return { message: 'merge keys (`<<`) are not supported', hint: 'repeat the keys, or alias whole values' };
  }
  if (!seen.has(name)) return undefined;
  return { message: `duplicate key \`${shorten(name)}\``, hint: 'remove one of the two' };
}

/** The parser's complaint in one line, without an excerpt of the text: that may hold a secret somebody pasted. */
function toFlawText(code: string, message: string): string {
  if (code === 'RESOURCE_EXHAUSTION') return 'is nested too deeply';
  if (code === 'TAG_RESOLVE_FAILED') return 'tags (`!…`) are not supported';
  if (code === 'MULTIPLE_DOCS') return 'holds several YAML documents; exactly one is expected';
  return `broken YAML: ${shorten(message.split('\n')[0] ?? code, 160)}`;
}

function shorten(text: string, length = 60): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
