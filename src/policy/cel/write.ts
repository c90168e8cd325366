import type { Expression } from './expression.ts';

/** An expression as CEL text; equal for expressions that are equal. What is `known` is written as a literal. */
export function writeExpression(expression: Expression): string {
  return expression.kind;
}
