import type { Expression } from './expression.ts';

/**
 * An expression with each part replaced by what `change` makes of it; `bound` is the name that the part sees and the expression
 * around it does not.
 */
export function mapParts(
  expression: Expression,
  change: (part: Expression, bound?: string) => Expression,
): Expression {
  switch (expression.kind) {
    case 'constant':
    case 'known':
    case 'error':
    case 'name':
      return expression;
    case 'member':
    case 'has':
      return { ...expression, of: change(expression.of) };
    case 'index':
      return { ...expression, of: change(expression.of), index: change(expression.index) };
    case 'list':
      return { ...expression, items: expression.items.map((item) => change(item)) };
    case 'map':
      return {
        ...expression,
        entries: expression.entries.map(([key, value]) => [change(key), change(value)] as const),
      };
    case 'not':
    case 'negate':
      return { ...expression, operand: change(expression.operand) };
    case 'and':
    case 'or':
    case 'compare':
    case 'arithmetic':
      return { ...expression, left: change(expression.left), right: change(expression.right) };
    case 'conditional':
      return {
        ...expression,
        test: change(expression.test),
        then: change(expression.then),
        otherwise: change(expression.otherwise),
      };
    case 'call':
      return { ...expression, args: expression.args.map((argument) => change(argument)) };
    case 'comprehension': {
      const { range, where, body, item } = expression;
      return {
        ...expression,
        range: change(range),
        ...(where !== undefined && { where: change(where, item) }),
        body: change(body, item),
      };
    }
    case 'bind': {
      const { name, value, body } = expression;
      return { ...expression, value: change(value), body: change(body, name) };
    }
  }
}
