import type { Expression, Variable } from './cel/expression.ts';

/** Whether the scopes of the principal can make a difference to an expression. */
export function readsScopes(expression: Expression): boolean {
  if ((expression.kind === 'member' || expression.kind === 'has') && isPrincipal(expression.of)) {
    return expression.name === 'scopes';
  }
  return isPrincipal(expression) || partsOf(expression).some(readsScopes);
}

function isPrincipal(expression: Expression): boolean {
  return expression.kind === 'name' && expression.name === 'principal';
}

/** Whether a variable can make a difference to an expression. */
export function readsVariable(expression: Expression, variable: Variable): boolean {
  if (expression.kind === 'name') return expression.name === variable;
  return partsOf(expression).some((part) => readsVariable(part, variable));
}

/** The texts that are written in an expression. */
export function textsOf(expression: Expression): string[] {
  if (expression.kind === 'constant') return typeof expression.value === 'string' ? [expression.value] : [];
  return partsOf(expression).flatMap(textsOf);
}

function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'constant':
    case 'known':
    case 'error':
    case 'name':
      return [];
    case 'member':
    case 'has':
      return [expression.of];
    case 'index':
      return [expression.of, expression.index];
    case 'list':
      return expression.items;
    case 'map':
      return expression.entries.flat();
    case 'not':
    case 'negate':
      return [expression.operand];
    case 'and':
    case 'or':
    case 'compare':
    case 'arithmetic':
      return [expression.left, expression.right];
    case 'conditional':
      return [expression.test, expression.then, expression.otherwise];
    case 'call':
      return expression.args;
    case 'comprehension':
      return [expression.range, ...(expression.where ? [expression.where] : []), expression.body];
    case 'bind':
      return [expression.value, expression.body];
  }
}
