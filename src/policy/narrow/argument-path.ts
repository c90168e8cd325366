import { childrenOf } from '../cel/children.ts';
import type { Expression } from '../cel/expression.ts';

/** The names of members from the root of the arguments to the value that `args.a["b"]` is about; undefined for anything else. */
export function argumentPathOf(expression: Expression): readonly string[] | undefined {
  const names: string[] = [];
  let at = expression;
  while (at.kind === 'member' || at.kind === 'index') {
    const name = at.kind === 'member' ? at.name : textOf(at.index);
    if (name === undefined) return undefined;
    names.push(name);
    at = at.of;
  }
  return at.kind === 'name' && at.name === 'args' ? names.toReversed() : undefined;
}

function textOf(expression: Expression): string | undefined {
  const isValue = expression.kind === 'constant' || expression.kind === 'known';
  return isValue && typeof expression.value === 'string' ? expression.value : undefined;
}

/**
 * The paths of the arguments that an expression fails without, whatever it comes to otherwise: those that are evaluated whenever
 * it is, by what passes every error on.
 */
export function* strictPathsOf(expression: Expression): Generator<readonly string[]> {
  const pending = [expression];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const path = argumentPathOf(at);
    if (path !== undefined) yield path;
    else pending.push(...strictPartsOf(at));
  }
}

function strictPartsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'and':
    case 'or':
    case 'bind':
      return [];
    case 'conditional':
      return [expression.test];
    case 'comprehension':
      return [expression.range];
    default:
      return childrenOf(expression);
  }
}

/** Every path of an argument that an expression names, the most telling of each: `args.a.b`, not `args.a` for it. */
export function* mentionedPathsOf(expression: Expression): Generator<readonly string[]> {
  const pending = [expression];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const path = argumentPathOf(at);
    if (path !== undefined) yield path;
    else if (at.kind === 'has') {
      const of = argumentPathOf(at.of);
      if (of === undefined) pending.push(at.of);
      else yield [...of, at.name];
    } else pending.push(...allPartsOf(at));
  }
}

function allPartsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return [expression.left, expression.right];
    case 'conditional':
      return [expression.test, expression.then, expression.otherwise];
    case 'comprehension':
      return [expression.range, expression.body, ...(expression.where ? [expression.where] : [])];
    case 'bind':
      return [expression.value, expression.body];
    default:
      return strictPartsOf(expression);
  }
}
