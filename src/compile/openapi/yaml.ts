import {
  type Alias,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  type Scalar,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import type { Json, JsonObject } from '../../catalog/json.ts';
import { setMember } from './members.ts';

/** What the reader of a YAML text has to say about one place in it. */
export interface YamlRemark {
  readonly offset: number;
  readonly problem: string;
}

/** Why a text is not YAML that stands for JSON, and where. */
export class YamlFault extends Error {
  readonly offset: number;

  constructor(problem: string, offset = 0) {
    super(problem);
    this.name = 'YamlFault';
    this.offset = offset;
  }
}

/** YAML read as JSON, and what was tolerated on the way. */
export interface YamlReading {
  readonly value: Json;
  readonly remarks: readonly YamlRemark[];
}

/** Faults of the syntax that leave no doubt what is meant: the text is taken as it is written. */
const TOLERATED: Readonly<Record<string, string>> = {
  BAD_SCALAR_START: 'a text that starts with this character needs quotes',
  MULTIPLE_DOCS: 'only the first of several documents in one text is read',
  BAD_DQ_ESCAPE: 'this escape sequence does not exist and is taken as it is written',
};

/**
 * Reads YAML 1.2 as the JSON it stands for. A repeated key is remarked on, the last one counts, as in JSON; so is
 * indentation with tabs. Aliases and merge keys are expanded; a number that JSON does not have (`.nan`, `.inf`) becomes
 * `null`; a key that is no text is taken as it is written.
 *
 * @throws YamlFault when it is no well-formed document, contains itself, or expands beyond all proportion to its text.
 */
export function parseYaml(text: string): YamlReading {
  const remarks: YamlRemark[] = [];
  const document = parse(text, remarks);
  const reading = new Reading(nodeBudget(text), remarks);
  return { value: reading.read(document.contents), remarks };
}

function parse(text: string, remarks: YamlRemark[]): ReturnType<typeof parseDocument> {
  const document = parseDocument(text, {
    uniqueKeys: false,
    merge: true,
    prettyErrors: false,
    logLevel: 'error',
  });
  const tab = document.errors.find((error) => error.code === 'TAB_AS_INDENT');
  if (tab !== undefined) {
    const indented = text.replace(/^[ \t]*\t[ \t]*/gm, (indent) => indent.replaceAll('\t', '  '));
    remarks.push({
      offset: tab.pos[0],
      problem: 'it is indented with tabs, each of which counts as two spaces',
    });
    // Positions of what else there is to say are those of the text with spaces: close enough to find it.
    if (indented !== text) return parse(indented, remarks);
  }
  for (const error of document.errors) tolerate(error, remarks);
  for (const { pos, message } of document.warnings) {
    remarks.push({ offset: pos[0], problem: `${firstLine(message)}; it is ignored` });
  }
  return document;
}

/** @throws YamlFault for an error that leaves the meaning open. */
function tolerate(error: YAMLError, remarks: YamlRemark[]): void {
  const problem = TOLERATED[error.code];
  if (problem === undefined) throw new YamlFault(firstLine(error.message), error.pos[0]);
  remarks.push({ offset: error.pos[0], problem });
}

/** Values that a text may expand to: aliases share honestly up to ten times the text, plus a floor for small ones. */
function nodeBudget(text: string): number {
  return 200_000 + 10 * text.length;
}

/** One pass over the parsed nodes. */
class Reading {
  readonly #remarks: YamlRemark[];
  /** The latest node of each anchor so far: an alias means the one before it (YAML 1.2.2, section 7.1). */
  readonly #anchors = new Map<string, Node>();
  /** What each alias meant when it was first read: reading it again as part of another alias changes nothing. */
  readonly #targets = new Map<Alias, Node>();
  readonly #open = new Set<Node>();
  #left: number;
  #firstAlias = 0;

  constructor(budget: number, remarks: YamlRemark[]) {
    this.#left = budget;
    this.#remarks = remarks;
  }

  read(node: unknown): Json {
    if (isScalar(node)) return this.#scalar(node);
    if (isAlias(node)) return this.#alias(node);
    if (!isMap(node) && !isSeq(node)) return null;
    this.#count();
    if (node.anchor !== undefined && this.#open.size === 0) this.#anchors.set(node.anchor, node);
    return isMap(node) ? this.#map(node) : node.items.map((item) => this.read(item));
  }

  #map(map: YAMLMap): JsonObject {
    const result: JsonObject = {};
    const merged: unknown[] = [];
    for (const { key, value } of map.items) {
      // The parser marks the plain scalar `<<`, and no other, with a symbol.
      if (isScalar(key) && typeof key.value === 'symbol') {
        merged.push(value);
        continue;
      }
      const name = toName(key);
      if (Object.hasOwn(result, name)) {
        this.#remark(key, `the key \`${name.slice(0, 80)}\` is repeated; the last one counts`);
      }
      setMember(result, name, this.read(value));
    }
    for (const value of merged) this.#merge(result, value);
    return result;
  }

  /** Merge keys add what is not there yet. */
  #merge(into: JsonObject, node: unknown): void {
    const target = isAlias(node) ? this.#targetOf(node) : node;
    for (const source of isSeq(target) ? target.items : [node]) {
      const members = this.read(source);
      if (typeof members !== 'object' || members === null || Array.isArray(members)) {
        this.#remark(source, 'a merge key (`<<`) needs a mapping; it is ignored');
        continue;
      }
      for (const [name, member] of Object.entries(members)) {
        if (!Object.hasOwn(into, name)) setMember(into, name, member);
      }
    }
  }

  #alias(alias: Alias): Json {
    const target = this.#targetOf(alias);
    if (target === undefined) {
      this.#remark(alias, `no anchor \`&${alias.source}\` stands before this alias; it is taken as text`);
      return `*${alias.source}`;
    }
    if (this.#open.has(target)) throw new YamlFault('an alias contains itself', startOf(alias));
    this.#open.add(target);
    const value = this.read(target);
    this.#open.delete(target);
    return value;
  }

  #targetOf(alias: Alias): Node | undefined {
    this.#firstAlias ||= startOf(alias);
    const target = this.#targets.get(alias) ?? this.#anchors.get(alias.source);
    if (target !== undefined) this.#targets.set(alias, target);
    return target;
  }

  #scalar(node: Scalar): Json {
    this.#count();
    if (node.anchor !== undefined && this.#open.size === 0) this.#anchors.set(node.anchor, node);
    const { value } = node;
    if (typeof value === 'number') return Number.isFinite(value) ? value : null;
    if (typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'bigint') return Number(value);
    return typeof value === 'symbol' ? '<<' : null;
  }

  #count(): void {
    if (--this.#left < 0)
      throw new YamlFault('its aliases expand to far more than its text', this.#firstAlias);
  }

  #remark(node: unknown, problem: string): void {
    if (this.#open.size === 0) this.#remarks.push({ offset: startOf(node), problem });
  }
}

function toName(key: unknown): string {
  if (isScalar(key)) return typeof key.value === 'string' ? key.value : (key.source ?? '');
  return isNode(key) ? key.toString() : '';
}

function startOf(node: unknown): number {
  const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined;
  return range?.[0] ?? 0;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
