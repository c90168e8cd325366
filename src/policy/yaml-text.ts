import { type Alias, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Json } from '../catalog/json.ts';
import type { Position, Problem } from './problem.ts';

/** Thousands of rules: longer than any policy that a person reviews. */
const MAX_LENGTH = 256_000;
const MAX_DEPTH = 32;
/** Values of one file, those that aliases repeat included. */
const MAX_VALUES = 50_000;
const MAX_PROBLEMS = 50;
/** One slip in the syntax makes the parser complain about all that follows. */
const MAX_FLAWS = 5;

/** A YAML file read as JSON, with the way back from each value to its place. */
export interface YamlText {
  /** Meaningless where there are problems. */
  readonly value: Json;
  readonly problems: readonly Problem[];
  /**
   * Where a value stands, or its key; for what is absent, where the nearest thing around it stands. Index 0 of what is
   * no list is the thing itself.
   */
  positionOf(path: readonly PropertyKey[], part?: 'key' | 'value'): Position;
}

/**
 * Reads one YAML 1.2 document (core schema). What has no plain JSON form, or could mean less than it seems to (duplicate
 * keys, `__proto__`, tags, merge keys), is a problem. The work is bounded, whatever aliases repeat.
 */
export function readYamlText(file: string, text: string): YamlText {
  const start = { file, line: 1, column: 1 };
  if (text.length > MAX_LENGTH) {
    const message = `the file has ${text.length} characters; a policy may have ${MAX_LENGTH}`;
    return { value: null, problems: [{ ...start, message }], positionOf: () => start };
  }
  const lines = new LineCounter();
  const toPosition = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  // The parser's own check for duplicate keys compares every key with every other; ours is linear.
  const document = parseDocument(text, {
    schema: 'core',
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'error',
  });
  const flaws = [...document.errors, ...document.warnings].slice(0, MAX_FLAWS);
  if (flaws.length > 0) {
    const problems = flaws.map(({ pos, code, message }) => ({
      ...toPosition(pos[0]),
      message: toFlawText(code, message),
    }));
    return { value: null, problems, positionOf: () => start };
  }
  const reading = new Reading(toPosition);
  const value = reading.read(document.contents);
  return {
    value,
    problems: reading.problems,
    positionOf: (path, part = 'value') => toPosition(reading.offsetOf(document.contents, path, part)),
  };
}

/** The parser's complaint in one line, in our words where they say more. */
function toFlawText(code: string, message: string): string {
  switch (code) {
    case 'RESOURCE_EXHAUSTION':
      return 'nested too deeply';
    case 'TAG_RESOLVE_FAILED':
      return 'tags (`!…`) are not used in policies; remove it';
    case 'MULTIPLE_DOCS':
      return 'a second YAML document begins here; a policy file holds one policy';
    default:
      return `not valid YAML: ${message.split('\n')[0]}`;
  }
}

/** One pass over the parsed nodes. */
class Reading {
  readonly problems: Problem[] = [];
  readonly #toPosition: (offset: number) => Position;
  /** The latest complete node of each anchor: an alias means the one before it (YAML 1.2.2, section 7.1). */
  readonly #anchors = new Map<string, Node>();
  readonly #targets = new Map<Alias, Node>();
  #values = 0;

  constructor(toPosition: (offset: number) => Position) {
    this.#toPosition = toPosition;
  }

  read(node: Node | null, depth = 0, fallback = 0): Json {
    const offset = node?.range?.[0] ?? fallback;
    this.#values += 1;
    if (this.#isFull) return null;
    if (depth > MAX_DEPTH) return this.#refuse(offset, `nested more than ${MAX_DEPTH} levels deep`);
    if (this.#values === MAX_VALUES) {
      return this.#refuse(offset, `more than ${MAX_VALUES} values, those that aliases repeat included`);
    }
    if (node === null) return null;
    if (isAlias(node)) {
      const target = this.#targets.get(node) ?? this.#anchors.get(node.source);
      if (target === undefined)
        return this.#refuse(offset, `no anchor &${node.source} ends before this alias`);
      this.#targets.set(node, target);
      return this.read(target, depth, offset);
    }
    const value = isMap<Node, Node | null>(node)
      ? this.#readMap(node.items, depth, offset)
      : isSeq<Node | null>(node)
        ? node.items.map((item) => this.read(item, depth + 1, offset))
        : this.#readScalar(isScalar(node) ? node.value : undefined, offset);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    return value;
  }

  #readMap(
    pairs: readonly { readonly key: Node; readonly value: Node | null }[],
    depth: number,
    fallback: number,
  ): Json {
    const entries = new Map<string, Json>();
    for (const { key, value } of pairs) {
      if (this.#isFull) break;
      const name = toKey(key);
      const offset = key?.range?.[0] ?? fallback;
      if (name === undefined) this.#refuse(offset, 'a key must be plain text');
      else if (name === '__proto__') this.#refuse(offset, 'the key `__proto__` is not allowed');
      else if (name === '<<')
        this.#refuse(offset, 'merge keys (`<<`) are not supported; repeat the keys, or alias a whole value');
      else if (entries.has(name)) this.#refuse(offset, `the key \`${name}\` is given twice; remove one`);
      else entries.set(name, this.read(value, depth + 1, offset));
    }
    return Object.fromEntries(entries);
  }

  #readScalar(value: unknown, offset: number): Json {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number' && Number.isFinite(value)) {
      if (!Number.isInteger(value) || Number.isSafeInteger(value)) return value;
      return this.#refuse(offset, 'this number is too large to be compared exactly; quote it if it is text');
    }
    return this.#refuse(offset, 'this value has no JSON form; quote it if it is text');
  }

  get #isFull(): boolean {
    return this.#values > MAX_VALUES || this.problems.length >= MAX_PROBLEMS;
  }

  #refuse(offset: number, message: string): null {
    this.problems.push({ ...this.#toPosition(offset), message });
    return null;
  }

  offsetOf(root: Node | null, path: readonly PropertyKey[], part: 'key' | 'value'): number {
    let node = root;
    let offset = root?.range?.[0] ?? 0;
    for (const [index, step] of path.entries()) {
      while (isAlias(node)) node = this.#targets.get(node) ?? null;
      let keyOffset: number | undefined;
      if (typeof step === 'number' && !isSeq(node)) {
        if (step !== 0) break;
      } else if (isMap<Node, Node | null>(node)) {
        const pair = node.items.find(({ key }) => toKey(key) === String(step));
        if (pair === undefined) break;
        keyOffset = pair.key.range?.[0];
        node = pair.value;
      } else if (isSeq<Node | null>(node)) {
        node = node.items[Number(step)] ?? null;
      } else break;
      const isLast = index === path.length - 1;
      const found = isLast && part === 'key' ? keyOffset : node?.range?.[0];
      offset = found ?? keyOffset ?? offset;
    }
    return offset;
  }
}

function toKey(key: unknown): string | undefined {
  if (!isScalar(key) || key.value === null) return undefined;
  return typeof key.value === 'string' ? key.value : key.source;
}
