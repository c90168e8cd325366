import type { Expression } from '../cel/expression.ts';
import { writeExpression } from '../cel/write.ts';
import { allOf, eitherOf, type Box, type Budget } from './box.ts';
import { boxesWhere, partsOf } from './boxes-where.ts';
import { createMemory } from './memory.ts';
import type { Region } from './region.ts';
import { isEmptyShape, subtractShape, type Shape } from './shape.ts';

/** What a region costs at most, in pairs of boxes. */
const MAX_WORK = 30_000;

/** A condition that is wanted true or false, and where it is. */
export interface Part {
  readonly text: string;
  readonly boxes: readonly Box[];
}

/** A region as boxes: together never less than it, and the same as long as they are exact. Independent of any schema. */
export interface Solution {
  readonly boxes: readonly Box[];
  /** Of each permit, as the conditions that it consists of. */
  readonly permits: readonly (readonly Part[])[];
  /** What each deny leaves. */
  readonly denies: readonly Part[];
}

/** The regions of late, by their text: the same ones come back for every tool that the same rules are about. */
const solutions = createMemory<Solution>(256);

/** By the object first: its text may take longer to write than all the rest. */
const byRegion = new WeakMap<Region, Solution>();

/** Regions that say the same have one solution, as long as it is remembered. */
export function solve(region: Region): Solution {
  let solution = byRegion.get(region);
  if (solution === undefined) {
    solution = solutions.of(textOf(region), () => solveAnew(region));
    byRegion.set(region, solution);
  }
  return solution;
}

function textOf({ permits, denies }: Region): string {
  return `${permits.map(writeExpression).join('\n')}\n\n${denies.map(writeExpression).join('\n')}`;
}

function solveAnew({ permits, denies }: Region): Solution {
  const budget: Budget = { left: MAX_WORK };
  const permitted = permits.map((permit) => toParts(permit).map((part) => toPart(part, true, budget)));
  const left = denies.map((deny) => toPart(deny, false, budget));
  const opened = eitherOf(
    permitted.map((parts) =>
      allOf(
        parts.map(({ boxes }) => boxes),
        budget,
      ),
    ),
    budget,
  );
  const boxes = allOf([opened, ...left.map((part) => part.boxes)], budget);
  return { boxes, permits: permitted, denies: left };
}

function toParts(permit: Expression): Expression[] {
  return permit.kind === 'and' ? partsOf(permit) : [permit];
}

function toPart(expression: Expression, wanted: boolean, budget: Budget): Part {
  return { text: writeExpression(expression), boxes: boxesWhere(expression, wanted, budget) };
}

/** How many pieces what is left of a shape may fall into. */
const MAX_PIECES = 256;

/** Whether boxes hold all of a shape for certain. */
export function isCovered(shape: Shape, boxes: readonly Box[]): boolean {
  return remainderOf(shape, boxes)?.length === 0;
}

/** What of a shape is in no exact box; undefined where that falls into too many pieces. */
export function remainderOf(shape: Shape, boxes: readonly Box[]): readonly Shape[] | undefined {
  let rest: readonly Shape[] = isEmptyShape(shape) ? [] : [shape];
  for (const box of boxes) {
    if (rest.length === 0) break;
    if (!box.isExact) continue;
    rest = rest.flatMap((piece) => subtractShape(piece, box.shape));
    if (rest.length > MAX_PIECES) return undefined;
  }
  return rest;
}
