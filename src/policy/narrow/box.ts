import type { Json } from '../../catalog/json.ts';
import {
  ANY_SHAPE,
  hullOf,
  intersectShapes,
  isEmptyShape,
  isWithin,
  uniteShapes,
  type Shape,
} from './shape.ts';

/** One way for a condition to be true: arguments of a shape, and what cannot be said of arguments one by one. */
export interface Box {
  /** Of all arguments together. */
  readonly shape: Shape;
  /** By their text, conditions outside the fragment that are true, or false, here. */
  readonly opaque: ReadonlyMap<string, boolean>;
  /** What holds here beside the shape. */
  readonly notes: readonly Note[];
  /** False: some arguments in the box do not make the condition true. */
  readonly isExact: boolean;
}

/** JSON Schema keywords that hold for the value of an argument, where it is given. */
export interface Note {
  readonly path: readonly string[];
  readonly schema: Readonly<Record<string, Json>>;
  /** Equal for equal notes. */
  readonly key: string;
}

/** How many boxes a condition is kept apart in; where there are more, they count as the one box around all of them. */
const MAX_BOXES = 64;

/** What one region may cost, counted in pairs of boxes. What is left out for it makes the answer wider, never narrower. */
export interface Budget {
  left: number;
}

const NO_OPAQUE: Box['opaque'] = new Map();

export function boxOf(shape: Shape): Box {
  return { shape, opaque: NO_OPAQUE, notes: [], isExact: true };
}

export function opaqueBox(
  text: string,
  value: boolean,
  shape: Shape = ANY_SHAPE,
  notes: readonly Note[] = [],
): Box {
  return { shape, opaque: new Map([[text, value]]), notes, isExact: false };
}

export const ANY_BOX: Box = boxOf(ANY_SHAPE);

/** The boxes of one or the other. */
export function eitherOf(parts: readonly (readonly Box[])[], budget: Budget): readonly Box[] {
  return inHalves(parts, (a, b) => bound(addBoxes(a, b, budget))) ?? [];
}

/** The boxes of all at once. */
export function allOf(parts: readonly (readonly Box[])[], budget: Budget): readonly Box[] {
  // Those of one box first: they make the others fewer.
  const single = parts.filter((part) => part.length <= 1);
  const several = parts.filter((part) => part.length > 1);
  const start = inHalves(single, (a, b) => meetBoxes(a, b, budget)) ?? [ANY_BOX];
  return several.reduce((boxes, part) => meetBoxes(boxes, part, budget), start);
}

function inHalves<T>(items: readonly T[], join: (a: T, b: T) => T): T | undefined {
  if (items.length <= 1) return items[0];
  const middle = items.length >>> 1;
  return join(inHalves(items.slice(0, middle), join) as T, inHalves(items.slice(middle), join) as T);
}

function meetBoxes(a: readonly Box[], b: readonly Box[], budget: Budget): readonly Box[] {
  if (budget.left <= 0) {
    const box = a.length > 0 && b.length > 0 ? meetBox(hullOfBoxes(a), hullOfBoxes(b)) : undefined;
    return box === undefined ? [] : [{ ...box, isExact: box.isExact && a.length === 1 && b.length === 1 }];
  }
  let met: readonly Box[] = [];
  for (const left of a) {
    for (const right of b) {
      budget.left -= 1;
      const box = meetBox(left, right);
      if (box !== undefined) met = bound(addBoxes(met, [box], budget));
    }
  }
  return met;
}

function meetBox(a: Box, b: Box): Box | undefined {
  const shape = intersectShapes(a.shape, b.shape);
  if (isEmptyShape(shape)) return undefined;
  let { opaque } = a;
  if (b.opaque.size > 0) {
    const both = new Map(a.opaque);
    for (const [text, value] of b.opaque) {
      if (both.get(text) === !value) return undefined;
      both.set(text, value);
    }
    opaque = both;
  }
  const notes = b.notes.length === 0 ? a.notes : [...a.notes, ...b.notes];
  return { shape, opaque, notes, isExact: a.isExact && b.isExact };
}

function addBoxes(to: readonly Box[], added: readonly Box[], budget: Budget): readonly Box[] {
  const boxes = [...to];
  for (const box of added) {
    let grown = box;
    // From the end: what was put there last is what the next is most like.
    for (let index = boxes.length - 1; index >= 0; index -= 1) {
      budget.left -= 1;
      const united = budget.left > 0 ? uniteBoxes(boxes[index] as Box, grown) : undefined;
      if (united === undefined) continue;
      boxes.splice(index, 1);
      grown = united;
    }
    boxes.push(grown);
  }
  return boxes;
}

function uniteBoxes(a: Box, b: Box): Box | undefined {
  if (isWider(a, b)) return a;
  if (isWider(b, a)) return b;
  if (!hasSameRest(a, b)) return undefined;
  const shape = uniteShapes(a.shape, b.shape);
  return shape && { ...a, shape };
}

/** Whether everything in `b` is in `a`, and `a` says of it no more than `b`. */
function isWider(a: Box, b: Box): boolean {
  if (!a.isExact && a.opaque.size === 0 && b.isExact) return false;
  for (const [text, value] of a.opaque) if (b.opaque.get(text) !== value) return false;
  for (const { key } of a.notes) if (!b.notes.some((note) => note.key === key)) return false;
  return isWithin(b.shape, a.shape);
}

function hasSameRest(a: Box, b: Box): boolean {
  return (
    a.isExact === b.isExact &&
    a.opaque.size === b.opaque.size &&
    a.notes.length === b.notes.length &&
    a.notes.every(({ key }, index) => b.notes[index]?.key === key) &&
    [...a.opaque].every(([text, value]) => b.opaque.get(text) === value)
  );
}

function bound(boxes: readonly Box[]): readonly Box[] {
  return boxes.length <= MAX_BOXES ? boxes : [hullOfBoxes(boxes)];
}

/** One box around all; there has to be one. */
export function hullOfBoxes(boxes: readonly Box[]): Box {
  const [first, ...rest] = boxes as [Box, ...Box[]];
  if (rest.length === 0) return first;
  return {
    shape: rest.reduce((shape, box) => hullOf(shape, box.shape), first.shape),
    opaque: NO_OPAQUE,
    notes: first.notes.filter(({ key }) => rest.every(({ notes }) => notes.some((note) => note.key === key))),
    isExact: false,
  };
}
