import type { Json } from '../../catalog/json.ts';
import type { Condition, Verdict } from '../cel/condition.ts';
import { evaluateCondition, UNKNOWN, type Variables } from '../cel/evaluate.ts';
import { VARIABLES, type Expression, type Span } from '../cel/expression.ts';
import { placesRead } from '../cel/places.ts';

/** A part of a condition that makes it what it is, with the values that it looks at. */
export interface Reason {
  /** As written. */
  readonly text: string;
  readonly at: Span;
  readonly verdict: Verdict['kind'];
  /** Of an error. */
  readonly message?: string;
  readonly values: readonly ReadValue[];
}

/** A value that a condition looks at. */
export interface ReadValue {
  /** `args.amount`, `principal.claims.namespaces`. */
  readonly name: string;
  readonly state: 'known' | 'absent' | 'unknown';
  readonly value?: Json;
}

/** More parts than anybody reads. */
const MAX_REASONS = 20;

/** The smallest parts of a condition that decide it, in the order in which they are written. */
export function findReasons(condition: Condition, variables: Variables): Reason[] {
  return decisiveParts(condition.expression, variables)
    .slice(0, MAX_REASONS)
    .map(({ expression, verdict }) => ({
      text: condition.text.slice(expression.at.start, expression.at.end),
      at: expression.at,
      verdict: verdict.kind,
      ...(verdict.kind === 'error' && { message: verdict.message }),
      values: valuesRead(expression, variables),
    }));
}

interface Part {
  readonly expression: Expression;
  readonly verdict: Verdict;
}

function decisiveParts(expression: Expression, variables: Variables): Part[] {
  const verdict = evaluateCondition({ expression }, variables);
  switch (expression.kind) {
    case 'and':
    case 'or': {
      const sides = [expression.left, expression.right];
      const alike = sides.filter(
        (side) => evaluateCondition({ expression: side }, variables).kind === verdict.kind,
      );
      return (alike.length > 0 ? alike : sides).flatMap((side) => decisiveParts(side, variables));
    }
    case 'not':
      return decisiveParts(expression.operand, variables);
    case 'conditional': {
      const test = evaluateCondition({ expression: expression.test }, variables);
      const parts = decisiveParts(expression.test, variables);
      if (test.kind === 'true') return [...parts, ...decisiveParts(expression.then, variables)];
      if (test.kind === 'false') return [...parts, ...decisiveParts(expression.otherwise, variables)];
      return parts;
    }
    default:
      return [{ expression, verdict }];
  }
}

function valuesRead(expression: Expression, variables: Variables): ReadValue[] {
  const found = new Map<string, ReadValue>();
  for (const variable of VARIABLES) {
    for (const path of placesRead(variable, expression)) {
      const name = [variable, ...path].join('.');
      found.set(name, { name, ...look(variables[variable], path) });
    }
  }
  return [...found.values()];
}

/** Own members only: what a condition sees as absent is absent. */
function look(root: unknown, path: readonly string[]): Omit<ReadValue, 'name'> {
  if (root === undefined) return { state: 'unknown' };
  let value: unknown = root;
  for (const part of path) {
    if (value === UNKNOWN) return { state: 'unknown' };
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, part)) {
      return { state: 'absent' };
    }
    value = (value as Record<string, unknown>)[part];
  }
  if (value === UNKNOWN) return { state: 'unknown' };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- variables are JSON where they are known
  return value === undefined ? { state: 'absent' } : { state: 'known', value: value as Json };
}
