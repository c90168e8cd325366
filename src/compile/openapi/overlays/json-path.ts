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

/** @throws Error in one line when the text is not a query, or one that would take too long. */
export function parseJsonPath(text: string): JsonPath {
  const descents = text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/gs, '').split('..').length - 1;
  if (descents > MAX_DESCENTS) throw new Error(`\`..\` stands in it more than ${MAX_DESCENTS} times`);
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
