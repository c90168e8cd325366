import { isMap } from './equal.ts';
import type { Expression } from './expression.ts';
import { Failure } from './outcome.ts';
import type { Bound } from './program.ts';
import type { Value } from './value.ts';

/**
 * A map of the principal's where a list is asked for: whoever wrote the condition had a list in mind, and the keys of a map open
 * what nobody meant to open. `principal.claims` itself is known to be a map.
 */
export function refuseMapOfPrincipal(
  source: Expression,
  bound: readonly Bound[],
): (value: Value) => Failure | undefined {
  const isClaims = source.kind === 'member' && source.of.kind === 'name' && source.name === 'claims';
  if (isClaims || !isOfPrincipal(source, bound)) return () => undefined;
  return (value) =>
    isMap(value)
      ? new Failure('expected a list of the principal, found a map; ask for a key with has()', source.at)
      : undefined;
}

/** Whether what an expression gives is part of what is known of the principal. */
export function isOfPrincipal(source: Expression, bound: readonly Bound[]): boolean {
  switch (source.kind) {
    case 'name': {
      const binding = bound.findLast(({ name: one }) => one === source.name);
      return binding?.isOfPrincipal ?? source.name === 'principal';
    }
    case 'member':
    case 'index':
      return isOfPrincipal(source.of, bound);
    case 'conditional':
      return isOfPrincipal(source.then, bound) || isOfPrincipal(source.otherwise, bound);
    case 'bind': {
      const binding = { name: source.name, isOfPrincipal: isOfPrincipal(source.value, bound) };
      return isOfPrincipal(source.body, [...bound, binding]);
    }
    case 'call':
      return source.name === 'dyn' && source.args.some((argument) => isOfPrincipal(argument, bound));
    default:
      return false;
  }
}
