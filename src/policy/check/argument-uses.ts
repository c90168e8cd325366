import type { CompareOperator, Expression, Span } from '../cel/expression.ts';

/** Any item of a list. */
export const ITEM = Symbol('item');

/** Members of the arguments, from their root: names, and {@link ITEM}. */
export type ArgumentPath = readonly (string | typeof ITEM)[];

/** One place in a condition that is about an argument. */
export interface ArgumentUse {
  readonly path: ArgumentPath;
  readonly at: Span;
  /**
   * - `read`: its value is taken
   * - `has`: it is asked whether it is given
   * - `text`: a method of strings is called on it
   * - `truth`: it has to be true or false, because the condition is what it is, or it is joined with others by `&&`, `||`, `!` or `?`
   */
  readonly kind: 'read' | 'has' | 'text' | 'truth';
  /** What it is compared with, as literals of the condition; absent where it is not compared with any. */
  readonly compared?: { readonly operator: CompareOperator; readonly values: readonly Literal[] };
}

/** The kinds of literals that compare with each other. */
export type Literal = 'null' | 'boolean' | 'number' | 'string' | 'other';

type Names = ReadonlyMap<string, ArgumentPath | undefined>;

const TEXT_METHODS = new Set([
  'startsWith',
  'endsWith',
  'contains',
  'matches',
  'lowerAscii',
  'upperAscii',
  'trim',
  'split',
]);

/** Every use of an argument, in the order of the text. */
export function argumentUses(expression: Expression): ArgumentUse[] {
  const uses: ArgumentUse[] = [];
  visit(expression, new Map([['args', []]]), uses, 'truth');
  return uses.toSorted((a, b) => a.at.start - b.at.start);
}

/** Names that comprehensions and bindings give stand for what they are given, where that is an argument. */
function visit(
  expression: Expression,
  names: Names,
  uses: ArgumentUse[],
  kind: 'read' | 'truth' = 'read',
): void {
  const path = pathOf(expression, names);
  if (path !== undefined) {
    if (path.length > 0) uses.push({ path, at: expression.at, kind });
    visitIndexes(expression, names, uses);
    return;
  }
  const go = (part: Expression): void => visit(part, names, uses);
  const decide = (part: Expression): void => visit(part, names, uses, 'truth');
  switch (expression.kind) {
    case 'member':
      return go(expression.of);
    case 'index':
      go(expression.of);
      return go(expression.index);
    case 'has': {
      const of = pathOf(expression.of, names);
      if (of === undefined) return go(expression.of);
      uses.push({ path: [...of, expression.name], at: expression.at, kind: 'has' });
      return visitIndexes(expression.of, names, uses);
    }
    case 'list':
      return expression.items.forEach(go);
    case 'map':
      return expression.entries.flat().forEach(go);
    case 'not':
      return decide(expression.operand);
    case 'and':
    case 'or':
      decide(expression.left);
      return decide(expression.right);
    case 'negate':
      return go(expression.operand);
    case 'arithmetic':
      go(expression.left);
      return go(expression.right);
    case 'compare':
      return visitCompare(expression, names, uses);
    case 'conditional':
      decide(expression.test);
      visit(expression.then, names, uses, kind);
      return visit(expression.otherwise, names, uses, kind);
    case 'call':
      return visitCall(expression, names, uses);
    case 'comprehension': {
      go(expression.range);
      const range = pathOf(expression.range, names);
      const inside = withName(names, expression.item, range && [...range, ITEM]);
      if (expression.where) visit(expression.where, inside, uses);
      return visit(expression.body, inside, uses);
    }
    case 'bind': {
      go(expression.value);
      const inside = withName(names, expression.name, pathOf(expression.value, names));
      return visit(expression.body, inside, uses);
    }
    case 'constant':
    case 'known':
    case 'error':
    case 'name':
  }
}

function withName(names: Names, name: string, path: ArgumentPath | undefined): Names {
  return new Map<string, ArgumentPath | undefined>(names).set(name, path);
}

function visitCompare(
  expression: Expression & { readonly kind: 'compare' },
  names: Names,
  uses: ArgumentUse[],
): void {
  const { operator, left, right } = expression;
  for (const [side, other] of [
    [left, right],
    [right, left],
  ] as const) {
    const path = pathOf(side, names);
    // `x in args.list` says what the items are, which is not what the list is compared with.
    const values = operator === 'in' && side === right ? undefined : literalsOf(other, operator);
    if (path === undefined || path.length === 0 || values === undefined) {
      visit(side, names, uses);
      continue;
    }
    uses.push({ path, at: side.at, kind: 'read', compared: { operator, values } });
    visitIndexes(side, names, uses);
  }
}

function visitCall(
  expression: Expression & { readonly kind: 'call' },
  names: Names,
  uses: ArgumentUse[],
): void {
  const { name, isMethod, args } = expression;
  const [receiver, ...rest] = args;
  const path = receiver && isMethod && TEXT_METHODS.has(name) ? pathOf(receiver, names) : undefined;
  if (receiver === undefined || path === undefined || path.length === 0) {
    for (const part of args) visit(part, names, uses);
    return;
  }
  uses.push({ path, at: receiver.at, kind: 'text' });
  visitIndexes(receiver, names, uses);
  for (const part of rest) visit(part, names, uses);
}

/** What stands between the brackets of a path may be about other arguments. */
function visitIndexes(expression: Expression, names: Names, uses: ArgumentUse[]): void {
  for (let at = expression; at.kind === 'member' || at.kind === 'index'; at = at.of) {
    if (at.kind === 'index') visit(at.index, names, uses);
  }
}

function pathOf(expression: Expression, names: Names): ArgumentPath | undefined {
  switch (expression.kind) {
    case 'name':
      return names.get(expression.name);
    case 'member': {
      const of = pathOf(expression.of, names);
      return of && [...of, expression.name];
    }
    case 'index': {
      const of = pathOf(expression.of, names);
      const step = stepOf(expression.index);
      return of && step !== undefined ? [...of, step] : undefined;
    }
    default:
      return undefined;
  }
}

function stepOf(index: Expression): string | typeof ITEM | undefined {
  if (index.kind !== 'constant') return undefined;
  if (typeof index.value === 'string') return index.value;
  return typeof index.value === 'bigint' ? ITEM : undefined;
}

/** The kinds of the literals that a side of a comparison is; undefined where it is none. */
function literalsOf(side: Expression, operator: CompareOperator): Literal[] | undefined {
  if (operator !== 'in') {
    const kind = literalOf(side);
    return kind === undefined ? undefined : [kind];
  }
  if (side.kind !== 'list' || side.items.length === 0) return undefined;
  const kinds = side.items.map(literalOf);
  return kinds.every((kind) => kind !== undefined) ? kinds : undefined;
}

function literalOf(side: Expression): Literal | undefined {
  if (side.kind === 'negate') return literalOf(side.operand);
  if (side.kind === 'list' || side.kind === 'map') return 'other';
  if (side.kind !== 'constant') return undefined;
  const { value } = side;
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string') return 'string';
  return value instanceof Uint8Array ? 'other' : 'number';
}
