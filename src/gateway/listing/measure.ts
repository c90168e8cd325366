import { toCanonicalJson } from '../../catalog/canonical.ts';
import type { JsonObject } from '../../catalog/json.ts';
import type { Tool } from '../../catalog/tool.ts';
import { presentTool } from '../present-tool.ts';
import type { Window } from '../window.ts';
import { countTokens } from './tokens.ts';

/** How long the definition of a tool is for a model that is given it: its JSON of name, description and input schema. */
export interface Measure {
  /** Of UTF-8: no fewer than tokens. */
  readonly bytes: number;
  /**
   * Counted once.
   *
   * @returns `Infinity` where there are more than `most`
   */
  tokens(most?: number): number;
}

/** By how it is presented. Lives as long as the tool, be it through many snapshots and for many callers. */
const measures = new WeakMap<Tool, Map<string, Measure>>();

/** @param tool as a view presents it */
export function measureOf(window: Pick<Window, 'endpoint' | 'nameAt' | 'pinsOf'>, tool: Tool): Measure {
  const pins = window.pinsOf(tool);
  const name = window.nameAt(tool, 'tool');
  const key = pins.length === 0 ? name : `${name} ${toCanonicalJson(pins.map(({ path }) => [...path]))}`;
  const known = measures.get(tool) ?? new Map<string, Measure>();
  measures.set(tool, known);
  const measure = known.get(key) ?? createMeasure(() => toText(presentTool(window, tool)));
  known.set(key, measure);
  return measure;
}

/** What is counted of a tool as `tools/list` shows it. */
function toText({ name, description, inputSchema }: JsonObject): string {
  return JSON.stringify({ name, description, inputSchema });
}

/** Tokens of a tool as `tools/list` shows it. */
export function tokensOf(shown: JsonObject): number {
  return countTokens(toText(shown));
}

function createMeasure(text: () => string): Measure {
  let counted: number | undefined;
  let isMoreThan = -1;
  return {
    bytes: Buffer.byteLength(text(), 'utf8'),
    tokens(most = Infinity) {
      if (counted === undefined && most > isMoreThan) {
        const tokens = countTokens(text(), most);
        if (tokens === Infinity) isMoreThan = most;
        else counted = tokens;
      }
      return counted !== undefined && counted <= most ? counted : Infinity;
    },
  };
}
