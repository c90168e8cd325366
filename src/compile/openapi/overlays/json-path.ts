import { JSONPathEnvironment } from 'json-p3';
import type { Json } from '../../../catalog/json.ts';

/** Where a node is: the members and items that lead to it from the root. */
export type Location = readonly (string | number)[];

/** A JSONPath query (RFC 9535). */
export interface JsonPath {
  /**
   * The nodes it selects, each once.
   *
   * @throws Error when there are too many of them, or the document is nested too deeply for `..`.
   */
  select(root: Json): Location[];
}

/** Deeper than any document whose operations could be compiled. */
const MAX_DEPTH = 200;

/** More nodes than anybody means to change. */
const MAX_NODES = 200_000;

/** Each `..` multiplies the work by the depth of the document. */
const MAX_DESCENTS = 3;

const environment = new JSONPathEnvironment({ maxRecursionDepth: MAX_DEPTH });

/** The rest of a query behind its `$` as far as it names one node: members and items, RFC 9535 §2.3.5.1. */
const SINGULAR = /\$(?:\s*(?:\.\s*[^\s.[\](){}*?,=!<>&|]+|\[\s*-?\d+\s*\]))*\s*([.[]?)/g;

/** True where a filter holds a query for several nodes that begins at the root: the work would be that of the document squared. */
function isRepeated(plain: string): boolean {
  const inFilters = plain.slice(plain.indexOf('?') + 1 || plain.length);
  return [...inFilters.matchAll(SINGULAR)].some(([, rest]) => rest !== '');
}

/** @throws Error in one line when the text is not a query, or one that would take too long. */
export function parseJsonPath(text: string): JsonPath {
  const plain = text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/gs, '0');
  const descents = plain.split('..').length - 1;
  if (descents > MAX_DESCENTS) throw new Error(`\`..\` stands in it more than ${MAX_DESCENTS} times`);
  if (isRepeated(plain)) {
    throw new Error('a filter in it searches the whole document again (`$`) for each node that it looks at');
  }
  const query = environment.compile(text);
  return {
    select(root) {
      const found = new Map<string, Location>();
      for (const { location } of query.lazyQuery(root)) {
        found.set(JSON.stringify(location), location);
        if (found.size > MAX_NODES) throw new Error(`it selects more than ${MAX_NODES} nodes`);
      }
      return [...found.values()];
    },
  };
}
