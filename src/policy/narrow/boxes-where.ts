import type { Expression } from '../cel/expression.ts';
import { writeExpression } from '../cel/write.ts';
import { argumentPathOf, strictPathsOf } from './argument-path.ts';
import { allOf, ANY_BOX, boxOf, eitherOf, opaqueBox, type Box, type Budget } from './box.ts';
import { lengthSides, MIRRORED, sidesOf, type Sides } from './compare.ts';
import { cutsOfPrefix } from './cuts.ts';
import { listsOfSizes } from './list-set.ts';
import { literalOf, type Literal } from './literal.ts';
import { noteAffix, noteItems, noteLength } from './notes.ts';
import { ANY_SHAPE, intersectShapes, shapeAt, shapeOf, type Shape } from './shape.ts';
import {
  ABSENCE,
  differenceOf,
  FALSE,
  LISTS,
  OBJECTS,
  ofFlags,
  ofLists,
  ofStrings,
  PRESENCE,
  STRINGS,
  TRUE,
  unionOf,
} from './value-set.ts';

type Of<K extends Expression['kind']> = Extract<Expression, { readonly kind: K }>;

/** How deep a condition is looked into. */
const MAX_DEPTH = 100;

/**
 * The arguments for which a condition is true, or is false: never fewer than they are, and exactly those as long as the boxes are
 * exact. Arguments for which it fails are in neither.
 */
export function boxesWhere(
  expression: Expression,
  wanted: boolean,
  budget: Budget,
  depth = 0,
): readonly Box[] {
  if (depth > MAX_DEPTH) return opaque(expression, wanted);
  switch (expression.kind) {
    case 'constant':
    case 'known':
      return expression.value === wanted ? [ANY_BOX] : [];
    case 'error':
    case 'list':
    case 'map':
      return [];
    case 'not':
      return boxesWhere(expression.operand, !wanted, budget, depth + 1);
    case 'and':
    case 'or': {
      const parts = partsOf(expression).map((part) => boxesWhere(part, wanted, budget, depth + 1));
      return (expression.kind === 'and') === wanted ? allOf(parts, budget) : eitherOf(parts, budget);
    }
    case 'conditional': {
      const when = (test: boolean, branch: Expression): readonly Box[] =>
        allOf(
          [
            boxesWhere(expression.test, test, budget, depth + 1),
            boxesWhere(branch, wanted, budget, depth + 1),
          ],
          budget,
        );
      return eitherOf([when(true, expression.then), when(false, expression.otherwise)], budget);
    }
    case 'member':
    case 'index': {
      const path = argumentPathOf(expression);
      if (path === undefined) return opaque(expression, wanted);
      return [boxOf(shapeAt(path, shapeOf(ofFlags(wanted ? TRUE : FALSE))))];
    }
    case 'has': {
      const path = argumentPathOf(expression.of);
      if (path === undefined) return opaque(expression, wanted);
      return [boxOf(shapeAt([...path, expression.name], shapeOf(wanted ? PRESENCE : ABSENCE)))];
    }
    case 'compare':
      return whereCompared(expression, wanted);
    case 'call':
      return whereCalled(expression, wanted);
    case 'comprehension':
      return whereAll(expression, wanted);
    default:
      return opaque(expression, wanted);
  }
}

/** The operands of a chain of the same operator, however it is nested. */
export function partsOf(expression: Of<'and' | 'or'>): Expression[] {
  const parts: Expression[] = [];
  const pending: Expression[] = [expression];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (at.kind === expression.kind) pending.push(at.right, at.left);
    else parts.push(at);
  }
  return parts;
}

/** Anything may come of it; what it needs in order not to fail is known. */
function opaque(expression: Expression, wanted: boolean): readonly Box[] {
  let shape: Shape = ANY_SHAPE;
  for (const path of strictPathsOf(expression)) {
    shape = intersectShapes(shape, shapeAt(path, shapeOf(PRESENCE)));
  }
  return [opaqueBox(writeExpression(expression), wanted, shape)];
}

function whereCompared(expression: Of<'compare'>, wanted: boolean): readonly Box[] {
  const { operator, left, right } = expression;
  const literal = literalOf(right);
  if (literal !== undefined) {
    const boxes = whereOperand(expression, left, sidesOf(operator, literal), wanted);
    return boxes ?? whereSize(expression, left, operator, literal, wanted) ?? opaque(expression, wanted);
  }
  const first = literalOf(left);
  if (first === undefined) return opaque(expression, wanted);
  if (operator === 'in') return whereContained(expression, first, wanted);
  const mirrored = MIRRORED[operator] ?? operator;
  const boxes = whereOperand(expression, right, sidesOf(mirrored, first), wanted);
  return boxes ?? whereSize(expression, right, mirrored, first, wanted) ?? opaque(expression, wanted);
}

function whereOperand(
  expression: Expression,
  operand: Expression,
  sides: Sides | undefined,
  wanted: boolean,
): readonly Box[] | undefined {
  const path = argumentPathOf(operand);
  if (path === undefined || sides === undefined) return undefined;
  const shape = shapeAt(path, shapeOf(wanted ? sides.true : sides.false));
  return sides.isExact ? [boxOf(shape)] : [opaqueBox(writeExpression(expression), wanted, shape)];
}

/** `size(args.a) < 3`, of a list, or of a string or an object, of which the length is not kept track of. */
function whereSize(
  expression: Expression,
  operand: Expression,
  operator: Of<'compare'>['operator'],
  literal: Literal,
  wanted: boolean,
): readonly Box[] | undefined {
  if (operand.kind !== 'call' || operand.name !== 'size' || operand.args.length !== 1) return undefined;
  const path = argumentPathOf(operand.args[0] as Expression);
  const sides = lengthSides(operator, literal);
  if (path === undefined || sides === undefined) return undefined;
  const lengths = wanted ? sides.true : sides.false;
  if (lengths.length === 0) return [];
  const text = writeExpression(expression);
  return [
    boxOf(shapeAt(path, shapeOf(ofLists(listsOfSizes(lengths))))),
    opaqueBox(text, wanted, shapeAt(path, shapeOf(STRINGS)), noteLength(path, lengths)),
    opaqueBox(text, wanted, shapeAt(path, shapeOf(OBJECTS))),
  ];
}

/** `"a" in args.b`: the key of an object, or an item of a list. */
function whereContained(expression: Of<'compare'>, literal: Literal, wanted: boolean): readonly Box[] {
  const path = argumentPathOf(expression.right);
  if (path === undefined) return opaque(expression, wanted);
  const text = writeExpression(expression);
  const lists = opaqueBox(text, wanted, shapeAt(path, shapeOf(LISTS)));
  if (typeof literal !== 'string') {
    return [opaqueBox(text, wanted, shapeAt(path, shapeOf(unionOf(LISTS, OBJECTS))))];
  }
  const key = boxOf(shapeAt([...path, literal], shapeOf(wanted ? PRESENCE : ABSENCE)));
  return path.length === 0 ? [key] : [key, lists];
}

/** Methods of strings with a constant argument. */
function whereCalled(expression: Of<'call'>, wanted: boolean): readonly Box[] {
  const { name, isMethod, args } = expression;
  const [receiver, argument] = args;
  const path = receiver && isMethod ? argumentPathOf(receiver) : undefined;
  const literal = argument && args.length === 2 ? literalOf(argument) : undefined;
  if (path === undefined || typeof literal !== 'string') return opaque(expression, wanted);
  if (name === 'startsWith') {
    const prefixed = ofStrings(cutsOfPrefix(literal));
    return [boxOf(shapeAt(path, shapeOf(wanted ? prefixed : differenceOf(STRINGS, prefixed))))];
  }
  if (name !== 'endsWith' && name !== 'contains' && name !== 'matches') return opaque(expression, wanted);
  const shape = shapeAt(path, shapeOf(STRINGS));
  const notes = name === 'matches' ? [] : noteAffix(path, name, literal, wanted);
  return [opaqueBox(writeExpression(expression), wanted, shape, notes)];
}

/** `args.list.all(x, x in ["a", "b"])`. */
function whereAll(expression: Of<'comprehension'>, wanted: boolean): readonly Box[] {
  const { macro, range, item, body } = expression;
  const path = argumentPathOf(range);
  if (macro !== 'all' || !wanted || path === undefined || body.kind !== 'compare') {
    return opaque(expression, wanted);
  }
  const isItem = body.left.kind === 'name' && body.left.name === item;
  const literal = literalOf(body.right);
  if (!isItem || literal === undefined) return opaque(expression, wanted);
  const values = body.operator === 'in' ? literal : body.operator === '==' ? [literal] : undefined;
  const shape = shapeAt(path, shapeOf(PRESENCE));
  return [opaqueBox(writeExpression(expression), wanted, shape, noteItems(path, values))];
}
