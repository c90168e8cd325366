import { UNKNOWN, type Variables } from '../cel/evaluate.ts';
import type { Expression } from '../cel/expression.ts';

/** What an expression reads and is not known, as paths like `args.amount`, each once, in the order of the text. */
export function unknownPaths(expression: Expression, variables: Variables): string[] {
  const found = new Set<string>();
  const waiting: unknown[] = [expression];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (Array.isArray(next)) waiting.push(...next.toReversed());
    else if (isExpression(next)) {
      const path = pathOf(next);
      const known = path && unknownPart(path, variables);
      if (known !== undefined) found.add(known);
      else if (next.kind !== 'constant' && next.kind !== 'known')
        waiting.push(...Object.values(next).toReversed());
    }
  }
  return [...found];
}

function isExpression(value: unknown): value is Expression {
  return typeof value === 'object' && value !== null && 'kind' in value && 'at' in value;
}

/** `['args', 'metadata', 'name']` of `args.metadata.name`, of `has(…)` of it, and of `args["metadata"].name`. */
function pathOf(expression: Expression): string[] | undefined {
  switch (expression.kind) {
    case 'name':
      return [expression.name];
    case 'member':
    case 'has': {
      const before = pathOf(expression.of);
      return before && [...before, expression.name];
    }
    case 'index': {
      const before = pathOf(expression.of);
      const { index } = expression;
      if (index.kind !== 'constant' || typeof index.value !== 'string') return before;
      return before && [...before, index.value];
    }
    default:
      return undefined;
  }
}

/** As much of a path as a person has to know: of claims the one that is read. Undefined where all of it is known. */
function unknownPart(path: readonly string[], variables: Variables): string | undefined {
  let value: unknown = variables;
  for (const part of path) {
    if (value === UNKNOWN) return path.join('.');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) {
      return value === variables && path.length > 1 ? path.join('.') : undefined;
    }
    value = Reflect.get(value, part);
  }
  return value === UNKNOWN ? path.join('.') : undefined;
}
