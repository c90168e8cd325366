import type { Json } from '../../catalog/json.ts';
import type { Expression } from './expression.ts';

/*
 * Expressions that nobody wrote: what rules ask for beside their conditions.
 */

/** Where what nobody wrote stands. */
export const NOWHERE = { start: 0, end: 0 } as const;

export const ALWAYS: Expression = { kind: 'constant', value: true, at: NOWHERE };

/** The variable `args`. */
export const ARGS: Expression = { kind: 'name', name: 'args', at: NOWHERE };

/** `of.name`. */
export function memberOf(of: Expression, name: string): Expression {
  return { kind: 'member', of, name, at: NOWHERE };
}

/** `left == value`. */
export function isValue(left: Expression, value: Json): Expression {
  return { kind: 'compare', operator: '==', left, right: { kind: 'known', value, at: NOWHERE }, at: NOWHERE };
}

/** `!has(of.name)`. */
export function isAbsent(of: Expression, name: string): Expression {
  return { kind: 'not', operand: { kind: 'has', of, name, at: NOWHERE }, at: NOWHERE };
}
