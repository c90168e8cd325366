import { BailiwickError } from '../../../errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../../catalog/json.ts';
import { readYaml, type YamlDocument, type YamlRules } from '../../../text/yaml.ts';
import type { NamedText } from '../position.ts';
import { parseJsonPath, type JsonPath } from './json-path.ts';
import { describeYamlProblem } from './yaml-words.ts';

/** An overlay, ready to be applied. */
export interface Overlay {
  readonly file: string;
  /** The document it was written for, where it says. */
  readonly extends: { readonly reference: string; readonly place: string } | undefined;
  readonly actions: readonly Action[];
  readonly warnings: readonly string[];
}

/** One action: of `update`, `copy` and `remove` the one that has an effect. `place` is file, line and column. */
export interface Action {
  readonly place: string;
  readonly target: JsonPath;
  /** The target as it is written. */
  readonly text: string;
  readonly change:
    | { readonly kind: 'remove' }
    | { readonly kind: 'update'; readonly value: Json }
    | { readonly kind: 'copy'; readonly from: JsonPath }
    | { readonly kind: 'nothing' };
  /** True in Overlay 1.0, whose targets are objects and lists only. */
  readonly isOld: boolean;
}

const RULES: YamlRules = {
  maxLength: 4_194_304,
  maxDepth: 150,
  maxValues: 200_000,
  maxFlaws: 20,
  exact: false,
};

const OVERLAY_FIELDS = new Set(['overlay', 'info', 'extends', 'actions']);
const ACTION_FIELDS = new Set(['target', 'description', 'update', 'copy', 'remove']);

/**
 * Reads an OpenAPI Overlay document, version 1.0 or 1.1, JSON or YAML.
 *
 * @throws BailiwickError `CONFIGURATION` with every problem, each with file, line and column.
 */
export function readOverlay({ file, text }: NamedText): Overlay {
  const document = readYaml(text.startsWith('\uFEFF') ? text.slice(1) : text, RULES);
  const problems = document.problems.map(
    (problem) => `${file}:${problem.line}:${problem.column} ${describeYamlProblem(problem)}`,
  );
  if (problems.length > 0) throw refuse(problems);
  return new Reading(file, document).overlay();
}

function refuse(problems: readonly string[]): BailiwickError {
  const shown = problems.slice(0, 20).map((problem) => `${problem}; correct the overlay there`);
  return new BailiwickError('CONFIGURATION', shown.join('\n'));
}

class Reading {
  readonly #file: string;
  readonly #document: YamlDocument;
  readonly #problems: string[] = [];
  readonly #warnings: string[] = [];

  constructor(file: string, document: YamlDocument) {
    this.#file = file;
    this.#document = document;
  }

  overlay(): Overlay {
    const { value } = this.#document;
    const root = isJsonObject(value) ? value : {};
    if (!isJsonObject(value))
      this.#refuse([], 'an overlay is a mapping with `overlay`, `info` and `actions`');
    const isOld = this.#version(root);
    this.#warnOfFields(root, OVERLAY_FIELDS, []);
    const { extends: reference, actions } = root;
    if (reference !== undefined && typeof reference !== 'string')
      this.#refuse(['extends'], '`extends` is not text');
    const isFilled = Array.isArray(actions) && actions.length > 0;
    if (!isFilled) this.#refuse(['actions'], '`actions` is not a list of at least one action');
    const read = isFilled
      ? actions.map((action, index) => this.#action(action, ['actions', index], isOld))
      : [];
    if (this.#problems.length > 0) throw refuse(this.#problems);
    return {
      file: this.#file,
      extends: typeof reference === 'string' ? { reference, place: this.#place(['extends']) } : undefined,
      actions: read.filter((action) => action !== undefined),
      warnings: this.#warnings,
    };
  }

  /** True for 1.0. A later minor version is read as 1.1. */
  #version({ overlay }: JsonObject): boolean {
    // YAML reads an unquoted 1.0 as the number 1.
    const isNumber = typeof overlay === 'number';
    const written = overlay === 1 ? '1.0' : isNumber || typeof overlay === 'string' ? String(overlay) : '';
    const minor = /^1\.(\d+)(?:\.\d+)?(?:-.*)?$/.exec(written)?.[1];
    if (minor === undefined)
      this.#refuse(['overlay'], '`overlay` is not a version 1.0 or 1.1 of the specification');
    else if (Number(minor) > 1) this.#warn(['overlay'], `Overlay ${written} is read as 1.1`);
    return minor === '0';
  }

  #action(declared: Json, at: (string | number)[], isOld: boolean): Action | undefined {
    if (!isJsonObject(declared)) return this.#refuse(at, 'an action is a mapping with a `target`');
    this.#warnOfFields(declared, ACTION_FIELDS, at);
    const { target: text, remove = false } = declared;
    if (typeof text !== 'string')
      return this.#refuse([...at, 'target'], 'the `target` of an action is a JSONPath text');
    if (typeof remove !== 'boolean')
      return this.#refuse([...at, 'remove'], '`remove` is neither true nor false');
    const target = this.#path(text, [...at, 'target']);
    const change = remove ? ({ kind: 'remove' } as const) : this.#change(declared, at, isOld);
    if (target === undefined || change === undefined) return undefined;
    return { place: this.#place([...at, 'target']), target, text, change, isOld };
  }

  #change(declared: JsonObject, at: (string | number)[], isOld: boolean): Action['change'] | undefined {
    const { copy, update } = declared;
    if (copy !== undefined && isOld) return this.#refuse([...at, 'copy'], '`copy` needs `overlay: 1.1.0`');
    if (copy !== undefined && update !== undefined) {
      return this.#refuse([...at, 'copy'], '`copy` and `update` cancel each other: make two actions of them');
    }
    if (update !== undefined) return { kind: 'update', value: update };
    if (copy === undefined) {
      this.#warn(at, 'the action changes nothing: it has no `update`, `copy` or `remove: true`');
      return { kind: 'nothing' };
    }
    if (typeof copy !== 'string') return this.#refuse([...at, 'copy'], '`copy` is not a JSONPath text');
    const from = this.#path(copy, [...at, 'copy']);
    return from && { kind: 'copy', from };
  }

  #path(text: string, at: (string | number)[]): JsonPath | undefined {
    try {
      return parseJsonPath(text);
    } catch (error) {
      const reason =
        error instanceof Error ? (error.message.split('\n', 1)[0] ?? '').slice(0, 200) : String(error);
      return this.#refuse(at, `this is not a JSONPath query (RFC 9535): ${reason}`);
    }
  }

  #warnOfFields(object: JsonObject, known: ReadonlySet<string>, at: (string | number)[]): void {
    for (const name of Object.keys(object)) {
      if (!known.has(name) && !name.startsWith('x-'))
        this.#warn([...at, name], `\`${name.slice(0, 80)}\` is unknown and ignored`);
    }
  }

  #refuse(at: (string | number)[], problem: string): undefined {
    this.#problems.push(`${this.#place(at)} ${problem}`);
  }

  #warn(at: (string | number)[], problem: string): void {
    this.#warnings.push(`${this.#place(at)} ${problem}`);
  }

  #place(at: (string | number)[]): string {
    const { line, column } = this.#document.positionOf(at);
    return `${this.#file}:${line}:${column}`;
  }
}
