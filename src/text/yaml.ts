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
import { offsetOf, type Place, placeOf, startOf } from './place.ts';
import { type Path, valueAt } from './pointer.ts';
import { offsetInScalar } from './scalar-offset.ts';
import { isSameDecimal } from './same-decimal.ts';

/** More problems than anybody reads. */
const MAX_PROBLEMS = 50;

/** How much a text may hold, and how strictly it is read. */
export interface YamlRules {
  /** In UTF-16 code units. */
  readonly maxLength: number;
  /** Levels below the root. */
  readonly maxDepth: number;
  /** Values of the document, those that aliases repeat included. */
  readonly maxValues: number;
  /** Complaints about the syntax that are passed on: after one slip the parser may complain about all that follows. */
  readonly maxFlaws: number;
  /** Whether numbers that JSON rounds, and keys that mean null, are refused. */
  readonly exact: boolean;
}

/** A position in the text, counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What can be wrong, and what `detail` is about it. Whoever reads the text has the words. */
export type YamlProblemKind =
  /** The length of the text. */
  | 'too-long'
  /** The parser's complaint in one line, without an excerpt of the text: that may hold a secret somebody pasted. */
  | 'syntax'
  | 'tag'
  | 'several-documents'
  /** Deeper than the parser goes. */
  | 'bottomless'
  /** The limit. */
  | 'too-deep'
  /** The limit. */
  | 'too-many-values'
  /** The anchor, which does not end before its alias. */
  | 'unknown-anchor'
  | 'key-not-text'
  | 'prototype-key'
  | 'merge-key'
  /** The key. */
  | 'duplicate-key'
  | 'inexact-integer'
  /** With more digits than a number keeps. */
  | 'inexact-decimal'
  | 'not-json';

/** A complaint about the text itself. */
export interface YamlProblem extends Position {
  readonly path: Path;
  readonly kind: YamlProblemKind;
  /** Empty for kinds that need none. */
  readonly detail: string;
}

/** YAML read as JSON, with the way back from each value to its place in the text. */
export interface YamlDocument {
  /** What the text says; `null` for an empty one. Incomplete when there are problems. */
  readonly value: Json;
  readonly problems: readonly YamlProblem[];
  /**
   * Where a value stands, or its key; an alias stands where it is written, what is inside it where that is written. For
   * what is absent: where the nearest thing around it begins, with its key. Index 0 of what is no list is the thing itself.
   */
  positionOf(path: readonly PropertyKey[], part?: 'key' | 'value'): Position;
  /** Where a character of a text stands, by its offset in UTF-16 code units; where the text stands if that cannot be told exactly. */
  positionInText(path: readonly PropertyKey[], offset: number): Position;
}

/**
 * Reads one YAML 1.2 document (core schema) as JSON.
 *
 * Only what has a JSON form is accepted. What could mean less, or more, than it seems to (duplicate keys, tags, merge
 * keys, keys that are not plain text, `__proto__`) is a problem, never a surprise. The work is bounded by the limits of
 * the rules, whatever aliases repeat.
 */
export function readYaml(text: string, rules: YamlRules): YamlDocument {
  if (text.length > rules.maxLength) {
    return refuse([{ path: [], ...START, kind: 'too-long', detail: String(text.length) }]);
  }
  const lines = new LineCounter();
  const toPosition = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.min(Math.max(offset, 0), text.length));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const document = parseDocument(text, {
    schema: 'core',
    lineCounter: lines,
    prettyErrors: false,
    // Ours is linear, the parser's compares every key with every other.
    uniqueKeys: false,
    logLevel: 'error',
  });
  const flaws = [...document.errors, ...document.warnings].slice(0, rules.maxFlaws);
  if (flaws.length > 0) {
    return refuse(flaws.map((flaw) => ({ path: [], ...toPosition(flaw.pos[0]), ...toFlaw(flaw) })));
  }
  const root = placeOf(document.contents);
  const reading = new Reading(rules, toPosition);
  const value = reading.read(document.contents, root);
  return {
    value,
    problems: reading.problems,
    positionOf: (path, part = 'value') => toPosition(offsetOf(root, path, part)),
    positionInText: (path, offset) => {
      const start = offsetOf(root, path, 'value');
      const said = valueAt(value, path);
      return toPosition(
        (typeof said === 'string' ? offsetInScalar(text, start, said, offset) : undefined) ?? start,
      );
    },
  };
}

const START: Position = { line: 1, column: 1 };

function refuse(problems: readonly YamlProblem[]): YamlDocument {
  return { value: null, problems, positionOf: () => START, positionInText: () => START };
}

function toFlaw({ code, message }: { code: string; message: string }): Pick<YamlProblem, 'kind' | 'detail'> {
  if (code === 'RESOURCE_EXHAUSTION') return { kind: 'bottomless', detail: '' };
  if (code === 'TAG_RESOLVE_FAILED') return { kind: 'tag', detail: '' };
  if (code === 'MULTIPLE_DOCS') return { kind: 'several-documents', detail: '' };
  return { kind: 'syntax', detail: message.split('\n')[0] ?? code };
}

/** One pass over the parsed nodes. */
class Reading {
  readonly problems: YamlProblem[] = [];
  readonly #rules: YamlRules;
  readonly #toPosition: (offset: number) => Position;
  /** The latest complete node of each anchor so far: an alias means the one before it (YAML 1.2.2, section 7.1). */
  readonly #anchors = new Map<string, Node>();
  /** What each alias meant when it was first read: reading it again as part of another alias changes nothing. */
  readonly #targets = new Map<Alias, Node>();
  #openAliases = 0;
  #values = 0;

  constructor(rules: YamlRules, toPosition: (offset: number) => Position) {
    this.#rules = rules;
    this.#toPosition = toPosition;
  }

  read(node: unknown, place: Place, path: Path = []): Json {
    const { maxDepth, maxValues } = this.#rules;
    const start = startOf(node) ?? place.value;
    this.#values++;
    if (path.length > maxDepth) return this.#refuse(start, path, 'too-deep', String(maxDepth));
    if (this.#values > maxValues) return this.#refuse(start, path, 'too-many-values', String(maxValues));
    if (!isNode(node)) return null;
    if (isAlias(node)) return this.#alias(node, place, path);
    const value = isMap(node)
      ? this.#map(node, place, path)
      : isSeq(node)
        ? this.#sequence(node, place, path)
        : this.#scalar(node, start, path);
    // What an alias repeats was anchored where it is written, and may have been anchored anew since.
    if (node.anchor !== undefined && this.#openAliases === 0) this.#anchors.set(node.anchor, node);
    return value;
  }

  #alias(alias: Alias, place: Place, path: Path): Json {
    const target = this.#targets.get(alias) ?? this.#anchors.get(alias.source);
    if (target === undefined) return this.#refuse(place.value, path, 'unknown-anchor', alias.source);
    this.#targets.set(alias, target);
    this.#openAliases++;
    const value = this.read(target, place, path);
    this.#openAliases--;
    return value;
  }

  #map(map: YAMLMap, place: Place, path: Path): Json {
    const object: { [key: string]: Json } = {};
    const members = new Map<string, Place>();
    place.inside = members;
    for (const { key, value } of map.items) {
      if (this.#isFull) break;
      const start = startOf(key) ?? startOf(map) ?? 0;
      const name = toName(key, this.#rules);
      if (name === undefined) this.#refuse(start, path, 'key-not-text');
      else if (name === '__proto__') this.#refuse(start, [...path, name], 'prototype-key');
      else if (name === '<<') this.#refuse(start, [...path, name], 'merge-key');
      else if (members.has(name)) this.#refuse(start, [...path, name], 'duplicate-key', name);
      else {
        const member = placeOf(value, start);
        members.set(name, member);
        object[name] = this.read(value, member, [...path, name]);
      }
    }
    return object;
  }

  #sequence(sequence: YAMLSeq, place: Place, path: Path): Json {
    const list: Json[] = [];
    const items: Place[] = [];
    place.inside = items;
    for (const [index, node] of sequence.items.entries()) {
      if (this.#isFull) break;
      const item = placeOf(node);
      items.push(item);
      list.push(this.read(node, item, [...path, index]));
    }
    return list;
  }

  #scalar({ value, source }: Scalar, start: number, path: Path): Json {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value !== 'number' || !Number.isFinite(value)) return this.#refuse(start, path, 'not-json');
    if (!this.#rules.exact) return value;
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      return this.#refuse(start, path, 'inexact-integer');
    }
    return isSameDecimal(source ?? '', value) ? value : this.#refuse(start, path, 'inexact-decimal');
  }

  /** True once reading on could only add to what is refused already. */
  get #isFull(): boolean {
    return this.#values > this.#rules.maxValues || this.problems.length >= MAX_PROBLEMS;
  }

  #refuse(offset: number, path: Path, kind: YamlProblemKind, detail = ''): null {
    this.problems.push({ path, ...this.#toPosition(offset), kind, detail });
    return null;
  }
}

/** A key as it is written; `undefined` for one that is not plain text. */
function toName(key: unknown, { exact }: YamlRules): string | undefined {
  if (!isScalar(key) || (exact && key.value === null)) return undefined;
  return typeof key.value === 'string' ? key.value : key.source;
}
