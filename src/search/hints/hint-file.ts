import { faultOfHint, MAX_HINTS } from '../../catalog/hints.ts';
import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { BailiwickError } from '../../errors.ts';
import type { Path } from '../../text/pointer.ts';
import { readYaml, type Position, type YamlDocument, type YamlRules } from '../../text/yaml.ts';

/** What a file of hints says of the tools that a name or glob means. */
export interface HintEntry {
  readonly source: string;
  /** Own name of a tool, or a glob with `*`. */
  readonly tool: string;
  readonly hints: readonly string[];
  /** Who wrote them, where that was a model, and for what: the digest of what it was told of the tool. */
  readonly written?: { readonly by: string; readonly of: string };
  /** Where the tool stands: `file:line:column`. */
  readonly place: string;
  /** Where its source stands. */
  readonly sourcePosition: Position & { readonly file: string };
}

const RULES: YamlRules = {
  maxLength: 8_388_608,
  maxDepth: 8,
  maxValues: 500_000,
  maxFlaws: 20,
  exact: false,
};

/** More problems than anybody reads at once. */
const MAX_PROBLEMS = 20;

/** The longest name of a model. */
const MAX_MODEL = 200;

/**
 * Reads a file of hints: by source and tool a list of words, or `{ hints, by, of }` where a model wrote them.
 *
 * @throws BailiwickError `CONFIGURATION` with every problem, each with file, line and column.
 */
export function readHintFile({ file, text }: { readonly file: string; readonly text: string }): HintEntry[] {
  const document = readYaml(text, RULES);
  const problems = document.problems.map(
    ({ line, column, kind, detail }) =>
      `${file}:${line}:${column}  is no YAML that can be read: ${kind} ${detail}`,
  );
  if (problems.length > 0) throw refuse(problems);
  const reading = new Reading(file, document);
  const entries = reading.entries();
  if (reading.problems.length > 0) throw refuse(reading.problems);
  return entries;
}

function refuse(problems: readonly string[]): BailiwickError {
  return new BailiwickError('CONFIGURATION', problems.slice(0, MAX_PROBLEMS).join('\n'));
}

class Reading {
  readonly problems: string[] = [];
  readonly #file: string;
  readonly #document: YamlDocument;

  constructor(file: string, document: YamlDocument) {
    this.#file = file;
    this.#document = document;
  }

  entries(): HintEntry[] {
    const { value } = this.#document;
    if (value === null) return [];
    return this.#members(value, [], 'a file of hints is a mapping of sources').flatMap(([source, tools]) =>
      this.#members(tools, [source], 'a source is a mapping of tools').map(([tool, said]) => ({
        source,
        tool,
        ...this.#said(said, [source, tool]),
        place: this.#place([source, tool], 'key'),
        sourcePosition: { file: this.#file, ...this.#document.positionOf([source], 'key') },
      })),
    );
  }

  #said(said: Json, at: Path): Pick<HintEntry, 'hints' | 'written'> {
    if (Array.isArray(said)) return { hints: this.#words(said, at) };
    if (!isJsonObject(said)) {
      this.#refuse(at, 'must be a list of words, or what a model wrote: `hints`, `by` and `of`');
      return { hints: [] };
    }
    const { hints, by, of, ...others } = said;
    for (const key of Object.keys(others))
      this.#refuse([...at, key], 'is none of `hints`, `by` and `of`', 'key');
    if (typeof by !== 'string' || by === '' || by.length > MAX_MODEL)
      this.#refuse([...at, 'by'], '`by` must name the model that wrote the hints');
    if (typeof of !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(of))
      this.#refuse([...at, 'of'], '`of` must be the digest of what the model was told: `sha256:…`');
    if (!Array.isArray(hints)) this.#refuse([...at, 'hints'], '`hints` must be a list of words');
    const words = Array.isArray(hints) ? this.#words(hints, [...at, 'hints']) : [];
    return {
      hints: words,
      written: { by: typeof by === 'string' ? by : '', of: typeof of === 'string' ? of : '' },
    };
  }

  #words(list: readonly Json[], at: Path): string[] {
    if (list.length > MAX_HINTS)
      this.#refuse(at, `has ${list.length} hints; more than ${MAX_HINTS} are not read`);
    return list.slice(0, MAX_HINTS).flatMap((word, index) => {
      const fault = typeof word === 'string' ? faultOfHint(word) : 'must be text: a word or a few';
      if (typeof word === 'string' && fault === undefined) return [word];
      this.#refuse([...at, index], fault ?? '');
      return [];
    });
  }

  #members(value: Json, at: Path, what: string): [string, Json][] {
    if (isJsonObject(value)) return Object.entries(value satisfies JsonObject);
    this.#refuse(at, `${what}, which this is not`);
    return [];
  }

  #refuse(at: Path, message: string, part?: 'key'): void {
    this.problems.push(`${this.#place(at, part)}  ${message}`);
  }

  #place(at: Path, part?: 'key'): string {
    const { line, column } = this.#document.positionOf(at, part ?? 'value');
    return `${this.#file}:${line}:${column}`;
  }
}
