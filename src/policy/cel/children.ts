import type { Expression } from './expression.ts';

/** The expressions that an expression is made of, in the order in which they are written. */
export function childrenOf(expression: Expression): readonly Expression[] {
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
      return [
        expression.range,
        ...(expression.where === undefined ? [] : [expression.where]),
        expression.body,
      ];
    case 'bind':
      return [expression.value, expression.body];
  }
}
