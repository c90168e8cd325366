import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import type { Tool } from '../../catalog/tool.ts';
import { evaluateCondition } from '../cel/evaluate.ts';
import type { Expression } from '../cel/expression.ts';
import { boxesWithin } from './boxes-within.ts';
import { instanceOf } from './instance.ts';
import type { Region } from './region.ts';
import { readSchema } from './schema-node.ts';
import { solve } from './solve.ts';
import { variationsOf } from './variations.ts';

/** How many conditions are evaluated at most in search of one example. */
const MAX_EVALUATIONS = 4_000;

/** How sure it is that arguments are in a region: `maybe` where `call` or `now` decides. */
export type Membership = 'yes' | 'maybe' | 'no';

/** Whether arguments are in a region, by evaluating what it is made of. */
export function membershipOf({ permits, denies }: Region, args: JsonObject): Membership {
  let isPermitted: Membership = 'no';
  for (const permit of permits) {
    const { kind } = evaluateCondition({ expression: permit }, { args });
    if (kind === 'true') isPermitted = 'yes';
    if (kind === 'unknown' && isPermitted === 'no') isPermitted = 'maybe';
    if (isPermitted === 'yes') break;
  }
  if (isPermitted === 'no') return 'no';
  for (const deny of denies) {
    const { kind } = evaluateCondition({ expression: deny }, { args });
    if (kind === 'true' || kind === 'error') return 'no';
    if (kind === 'unknown') isPermitted = 'maybe';
  }
  return isPermitted;
}

/**
 * Arguments that are in a region and that the tool's schema lets through, as short as they come; undefined where none are found. Found
 * wherever there are some, as far as {@link narrow} is exact; beyond that it is a search with an end.
 */
export function findWitness(region: Region, tool: Pick<Tool, 'inputSchema'>): JsonObject | undefined {
  const search = createSearch([region]);
  let possible: JsonObject | undefined;
  for (const args of candidatesOf(region, tool)) {
    if (!search.goesOn()) break;
    const membership = membershipOf(region, args);
    if (membership === 'yes') return args;
    if (membership === 'maybe') possible ??= args;
  }
  return possible;
}

/** Arguments that may be in a region, likely ones first. Its own conditions and `others` give ideas. */
export function* candidatesOf(
  region: Region,
  tool: Pick<Tool, 'inputSchema'>,
  others: readonly Expression[] = [],
): Generator<JsonObject> {
  const node = readSchema(tool.inputSchema);
  const boxes = boxesWithin(solve(region).boxes, node).toSorted(
    (a, b) => Number(b.isExact) - Number(a.isExact),
  );
  const starts: JsonObject[] = [];
  for (const { shape } of boxes) {
    const args: Json | undefined = instanceOf(shape, node);
    if (!isJsonObject(args)) continue;
    yield args;
    starts.push(args);
  }
  const ideas = [...region.permits, ...region.denies, ...others];
  for (const start of starts) yield* variationsOf(start, ideas, node);
}

/** Bounds a search by the conditions that it evaluates. */
export function createSearch(regions: readonly Region[]): { goesOn(): boolean } {
  const perTry = regions.reduce((sum, { permits, denies }) => sum + permits.length + denies.length, 1);
  let left = Math.max(MAX_EVALUATIONS, 3 * perTry);
  return {
    goesOn() {
      left -= perTry;
      return left >= 0;
    },
  };
}
