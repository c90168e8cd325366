import { childrenOf } from './cel/children.ts';
import type { Expression, Variable } from './cel/expression.ts';

/** Whether the scopes of the principal can make a difference to an expression. */
export function readsScopes(expression: Expression): boolean {
  if ((expression.kind === 'member' || expression.kind === 'has') && isPrincipal(expression.of)) {
    return expression.name === 'scopes';
  }
  return isPrincipal(expression) || childrenOf(expression).some(readsScopes);
}

function isPrincipal(expression: Expression): boolean {
  return expression.kind === 'name' && expression.name === 'principal';
}

/** Whether a variable can make a difference to an expression. */
export function readsVariable(expression: Expression, variable: Variable): boolean {
  if (expression.kind === 'name') return expression.name === variable;
  return childrenOf(expression).some((part) => readsVariable(part, variable));
}

/** The texts that are written in an expression. */
export function textsOf(expression: Expression): string[] {
  if (expression.kind === 'constant') return typeof expression.value === 'string' ? [expression.value] : [];
  return childrenOf(expression).flatMap(textsOf);
}
