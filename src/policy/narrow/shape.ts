import {
  ANYTHING,
  differenceOf,
  hasObjects,
  intersectionOf,
  isEmptySet,
  isSameSet,
  isSubset,
  NO_VALUE,
  OBJECT,
  OBJECTS,
  unionOf,
  type ValueSet,
} from './value-set.ts';

/**
 * What a value may be, and where it is an object what its members may be. Members that are not named may be anything. No member is
 * empty: an object of which one member can be nothing is left out of `values` instead.
 */
export interface Shape {
  readonly values: ValueSet;
  readonly members: ReadonlyMap<string, Shape>;
}

const NO_MEMBERS: Shape['members'] = new Map();

/** Anything, absence included. */
export const ANY_SHAPE: Shape = { values: ANYTHING, members: NO_MEMBERS };

const EMPTY_SHAPE: Shape = { values: NO_VALUE, members: NO_MEMBERS };

export function shapeOf(values: ValueSet): Shape {
  return { values, members: NO_MEMBERS };
}

/** What lies at the end of a path is `shape`, and what lies before it are objects. */
export function shapeAt(path: readonly string[], shape: Shape): Shape {
  return path.reduceRight((inner, name) => toShape(OBJECTS, new Map([[name, inner]])), shape);
}

export function isEmptyShape({ values }: Shape): boolean {
  return isEmptySet(values);
}

/** A shape of which members may be empty, as it has to be. */
export function toShape(values: ValueSet, members: ReadonlyMap<string, Shape>): Shape {
  if (!hasObjects(values) || members.size === 0) return shapeOf(values);
  for (const member of members.values()) {
    if (isEmptyShape(member)) return shapeOf({ ...values, flags: values.flags & ~OBJECT });
  }
  return { values, members };
}

export function intersectShapes(a: Shape, b: Shape): Shape {
  const values = intersectionOf(a.values, b.values);
  if (isEmptySet(values)) return EMPTY_SHAPE;
  if (!hasObjects(values)) return shapeOf(values);
  if (a.members.size === 0) return toShape(values, b.members);
  if (b.members.size === 0) return toShape(values, a.members);
  const members = new Map(a.members);
  for (const [name, member] of b.members) {
    const other = members.get(name);
    members.set(name, other === undefined ? member : intersectShapes(other, member));
  }
  return toShape(values, members);
}

/** The least shape around both. */
export function hullOf(a: Shape, b: Shape): Shape {
  const values = unionOf(a.values, b.values);
  if (!hasObjects(a.values)) return { values, members: b.members };
  if (!hasObjects(b.values)) return { values, members: a.members };
  const members = new Map<string, Shape>();
  for (const [name, member] of a.members) {
    const other = b.members.get(name);
    if (other !== undefined) members.set(name, hullOf(member, other));
  }
  return { values, members };
}

/** What is in `a` and not in `b`, as shapes that have nothing in common. */
export function subtractShape(a: Shape, b: Shape): Shape[] {
  const outside = toShape(differenceOf(a.values, b.values), a.members);
  const pieces = isEmptyShape(outside) ? [] : [outside];
  if (!hasObjects(a.values) || !hasObjects(b.values)) return pieces;
  const members = new Map(a.members);
  for (const [name, member] of b.members) {
    const before = members.get(name) ?? ANY_SHAPE;
    for (const piece of subtractShape(before, member)) {
      const inside = toShape(OBJECTS, new Map([...members, [name, piece]]));
      if (!isEmptyShape(inside)) pieces.push(inside);
    }
    const rest = intersectShapes(before, member);
    if (isEmptyShape(rest)) return pieces;
    members.set(name, rest);
  }
  return pieces;
}

export function isWithin(a: Shape, b: Shape): boolean {
  if (!isSubset(a.values, b.values)) return false;
  if (!hasObjects(a.values)) return true;
  for (const [name, member] of b.members) {
    if (!isWithin(a.members.get(name) ?? ANY_SHAPE, member)) return false;
  }
  return true;
}

/** Both as one shape, where there is one that is neither more nor less. */
export function uniteShapes(a: Shape, b: Shape): Shape | undefined {
  const differing = findDifference(a, b);
  if (differing === 'none') return a;
  if (differing === 'values') return hullOf(a, b);
  if (differing !== 'much') {
    const united = uniteShapes(a.members.get(differing) ?? ANY_SHAPE, b.members.get(differing) ?? ANY_SHAPE);
    if (united === undefined) return undefined;
    return { values: a.values, members: new Map([...a.members, [differing, united]]) };
  }
  if (isWithin(a, b)) return b;
  return isWithin(b, a) ? a : undefined;
}

/** Where two shapes differ: in their own values only, in the one member that is named, or in more than that. */
function findDifference(a: Shape, b: Shape): 'none' | 'values' | 'much' | (string & {}) {
  const isOwnSame = isSameSet(a.values, b.values);
  if (!hasObjects(a.values) || !hasObjects(b.values)) return isOwnSame ? 'none' : 'values';
  const names = new Set([...a.members.keys(), ...b.members.keys()]);
  const differing = [...names].filter(
    (name) => !isSameShape(a.members.get(name) ?? ANY_SHAPE, b.members.get(name) ?? ANY_SHAPE),
  );
  if (differing.length === 0) return isOwnSame ? 'none' : 'values';
  return isOwnSame && differing.length === 1 ? (differing[0] as string) : 'much';
}

function isSameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  return isWithin(a, b) && isWithin(b, a);
}
