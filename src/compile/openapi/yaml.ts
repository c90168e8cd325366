import { isAlias, LineCounter, parseDocument, visit } from 'yaml';
import type { Json } from '../../catalog/json.ts';

/** Why a text is not YAML that stands for JSON, and where. Line and column start at 1. */
export class YamlFault extends Error {
  readonly line: number;
  readonly column: number;

  constructor(problem: string, line = 1, column = 1) {
    super(problem);
    this.name = 'YamlFault';
    this.line = line;
    this.column = column;
  }
}

/**
 * Reads YAML 1.2 as the JSON it stands for. A repeated key is tolerated, the last one counts, as in JSON; aliases and merge
 * keys are expanded; a number that JSON does not have (`.nan`, `.inf`) becomes `null`.
 *
 * @throws YamlFault when it is not one well-formed document, contains itself, or expands beyond all proportion to its text.
 */
export function parseYaml(text: string): Json {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    uniqueKeys: false,
    merge: true,
    prettyErrors: false,
    logLevel: 'silent',
    lineCounter,
  });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    throw new YamlFault(firstLine(error.message), Math.max(line, 1), Math.max(col, 1));
  }
  return toJson(document.toJS({ maxAliasCount: -1 }), nodeBudget(text), positionOfFirstAlias);

  function positionOfFirstAlias(): [line: number, column: number] {
    let offset = 0;
    visit(document, (_key, node) => {
      if (!isAlias(node)) return undefined;
      offset = node.range?.[0] ?? 0;
      return visit.BREAK;
    });
    const { line, col } = lineCounter.linePos(offset);
    return [Math.max(line, 1), Math.max(col, 1)];
  }
}

/** Values that a text may expand to: aliases share honestly up to ten times the text, plus a floor for small ones. */
function nodeBudget(text: string): number {
  return 1_000_000 + 10 * text.length;
}

function toJson(root: unknown, budget: number, position: () => [line: number, column: number]): Json {
  const ancestors = new Set<object>();
  let left = budget;

  function copy(value: unknown): Json {
    if (--left < 0) throw new YamlFault('its aliases expand to far more than its text', ...position());
    if (typeof value === 'number') return Number.isFinite(value) ? value : null;
    if (typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'bigint') return Number(value);
    if (typeof value !== 'object' || value === null) return null;
    if (ancestors.has(value)) throw new YamlFault('an alias contains itself', ...position());
    ancestors.add(value);
    const result = Array.isArray(value)
      ? value.map(copy)
      : Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copy(member)]));
    ancestors.delete(value);
    return result;
  }

  return copy(root);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
