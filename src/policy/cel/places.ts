import type { Json } from '../../catalog/json.ts';
import { isJsonObject } from '../../catalog/json.ts';
import type { Principal } from '../../identity/principal.ts';
import type { Expression } from './expression.ts';
import { childrenOf } from './children.ts';

/** Where a condition looks into a variable, as members from there: `['claims', 'namespaces']`; empty for all of it. */
export type VariablePath = readonly string[];

/** The path of an expression like `principal.claims["namespaces"]`; undefined for any other expression. */
export function pathInto(variable: string, expression: Expression): VariablePath | undefined {
  if (expression.kind === 'name') return expression.name === variable ? [] : undefined;
  if (expression.kind !== 'member' && expression.kind !== 'index') return undefined;
  const path = pathInto(variable, expression.of);
  if (path === undefined) return undefined;
  if (expression.kind === 'member') return [...path, expression.name];
  const { index } = expression;
  return index.kind === 'constant' && typeof index.value === 'string' ? [...path, index.value] : undefined;
}

/** Every place of a variable that an expression looks at: what is not among them changes nothing. */
export function placesRead(variable: string, expression: Expression): VariablePath[] {
  const path = pathInto(variable, expression);
  if (path !== undefined) return [path];
  if (expression.kind === 'has') {
    const of = pathInto(variable, expression.of);
    if (of !== undefined) return [[...of, expression.name]];
  }
  return childrenOf(expression).flatMap((child) => placesRead(variable, child));
}

/** What of a principal stands at places, in their order; what is absent is null. */
export function factsAt({ key: _key, ...principal }: Principal, places: readonly VariablePath[]): Json[] {
  return places.map((path) => {
    let value: unknown = principal;
    for (const name of path) {
      if (!isJsonObject(value) || !Object.hasOwn(value, name)) return [false, null];
      value = value[name];
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a principal is JSON all through
    return [true, value as Json];
  });
}
