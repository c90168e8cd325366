import { type Expression, type Span, VARIABLES } from './expression.ts';
import { lift } from './lift.ts';
import { EXHAUSTED, type Evaluation, type Outcome, Residual } from './outcome.ts';
import { mapParts } from './substitute.ts';
import { Duration, Timestamp } from './value.ts';

/** What a comprehension or `cel.bind` binds while its body is evaluated. The item of a comprehension changes. */
export interface Scope {
  readonly outer: Scope | undefined;
  /** As the condition names it. */
  readonly name: string;
  value: Outcome;
  /** As a residual names it: another name where this one would hide what the residual needs. Absent for items of known lists. */
  readonly kept?: string;
  /** What the item is an item of. */
  readonly range?: Expression;
  index: number;
  /** Whether a residual names it. */
  isSaid: boolean;
}

/** A scope for what is not known when the body is evaluated. */
export function keepName(
  name: string,
  outer: Scope | undefined,
  at: Span,
): Scope & { readonly kept: string } {
  const scope = bindName(name, undefined, outer);
  scope.value = new Residual({ kind: 'name', name: scope.kept, at });
  return scope;
}

/** A scope for a value that a residual may have to name. */
export function bindName(
  name: string,
  value: Outcome,
  outer: Scope | undefined,
): Scope & { readonly kept: string } {
  let kept = name;
  for (let count = 2; isTaken(kept, outer); count++) kept = `${name}${count}`;
  return { outer, name, value, kept, index: -1, isSaid: false };
}

function isTaken(name: string, scope: Scope | undefined): boolean {
  for (let one = scope; one !== undefined; one = one.outer) if (one.kept === name) return true;
  return VARIABLES.some((variable) => variable === name);
}

/**
 * An outcome as an expression for a residual: the literal where it is known, else its source with what its names stand for.
 */
export function say(
  outcome: Outcome,
  source: Expression,
  evaluation: Evaluation,
  scope: Scope | undefined,
): Expression {
  // A time reads best as it was written.
  if (source.kind === 'call' && source.args.every(({ kind }) => kind === 'constant') && isTime(outcome)) {
    return source;
  }
  return lift(outcome, source.at, evaluation) ?? substitute(source, evaluation, scope);
}

function isTime(outcome: Outcome): boolean {
  return outcome instanceof Timestamp || outcome instanceof Duration;
}

/** The source with what the names of a scope stand for. */
export function substitute(source: Expression, evaluation: Evaluation, scope: Scope | undefined): Expression {
  return scope === undefined ? source : replace(source, evaluation, scope, []);
}

function replace(
  source: Expression,
  evaluation: Evaluation,
  scope: Scope,
  hidden: readonly string[],
): Expression {
  if (--evaluation.steps < 0) return { kind: 'error', message: EXHAUSTED.message, at: source.at };
  if (source.kind === 'name' && !hidden.includes(source.name)) return sayName(source, evaluation, scope);
  return mapParts(source, (part, bound) =>
    replace(part, evaluation, scope, bound === undefined ? hidden : [...hidden, bound]),
  );
}

function sayName(
  source: Expression & { readonly kind: 'name' },
  evaluation: Evaluation,
  scope: Scope,
): Expression {
  let binding: Scope | undefined = scope;
  while (binding !== undefined && binding.name !== source.name) binding = binding.outer;
  return binding === undefined ? source : sayBinding(binding, source.at, evaluation);
}

/** What a bound name stands for. */
export function sayBinding(binding: Scope, at: Span, evaluation: Evaluation): Expression {
  const literal = lift(binding.value, at, evaluation);
  if (literal !== undefined) return literal;
  if (binding.kept !== undefined) {
    binding.isSaid = true;
    return { kind: 'name', name: binding.kept, at };
  }
  return {
    kind: 'index',
    of: substitute(
      binding.range ?? { kind: 'error', message: EXHAUSTED.message, at },
      evaluation,
      binding.outer,
    ),
    index: { kind: 'constant', value: BigInt(binding.index), at },
    at,
  };
}
