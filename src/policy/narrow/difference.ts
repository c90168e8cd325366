import { isJsonObject, type JsonObject } from '../../catalog/json.ts';
import type { Tool } from '../../catalog/tool.ts';
import { boxesWithin } from './boxes-within.ts';
import { instanceOf } from './instance.ts';
import type { Region } from './region.ts';
import { readSchema } from './schema-node.ts';
import { remainderOf, solve } from './solve.ts';
import { candidatesOf, createSearch, membershipOf } from './witness.ts';

/**
 * Arguments that the tool's schema lets through and that are in one region and not in the other; undefined where there are none for
 * certain, `unknown` where none were found and there may be some. A region without permits is empty.
 */
export function findDifference(
  region: Region,
  other: Region,
  tool: Pick<Tool, 'inputSchema'>,
): JsonObject | 'unknown' | undefined {
  const node = readSchema(tool.inputSchema);
  const boxes = boxesWithin(solve(region).boxes, node);
  const otherBoxes = solve(other).boxes;
  const isDifferent = (args: unknown): args is JsonObject =>
    isJsonObject(args) && membershipOf(region, args) !== 'no' && membershipOf(other, args) === 'no';

  let isCertain = true;
  const search = createSearch([region, other]);
  for (const { shape } of boxes) {
    // Beside all boxes of the other region, then beside those that it holds wholly.
    const outside = remainderOf(
      shape,
      otherBoxes.map((box) => ({ ...box, isExact: true })),
    );
    const uncovered = remainderOf(shape, otherBoxes);
    for (const piece of [...(outside ?? []), ...(uncovered ?? [])]) {
      if (!search.goesOn()) break;
      const args = instanceOf(piece, node);
      if (isDifferent(args)) return args;
    }
    if (uncovered === undefined || uncovered.length > 0) isCertain = false;
  }
  if (isCertain) return undefined;
  for (const args of candidatesOf(region, tool, [...other.permits, ...other.denies])) {
    if (!search.goesOn()) break;
    if (isDifferent(args)) return args;
  }
  return 'unknown';
}
