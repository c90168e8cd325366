import type { Expression, Span } from './expression.ts';
import { Timestamp, Typed } from './value.ts';
import type { Variables } from './variables.ts';

/** What one evaluation may cost. A step is about one node that is visited, one item, or 100 characters that are looked through. */
export const MAX_STEPS = 10_000;

/** What became of an expression: a value, or one of the two below. */
export type Outcome = unknown;

/** It cannot be evaluated. */
export class Failure extends Typed {
  readonly message: string;
  readonly at: Span;

  constructor(message: string, at: Span) {
    super();
    this.message = message;
    this.at = at;
  }
}

/** What is not known decides it. */
export class Residual extends Typed {
  readonly expression: Expression;

  constructor(expression: Expression) {
    super();
    this.expression = expression;
  }
}

/** Whoever runs out of steps gives this up at once; the whole evaluation is over then. */
export const EXHAUSTED = new Failure(`takes more than ${MAX_STEPS} steps to evaluate`, { start: 0, end: 0 });

/** One evaluation of a condition. */
export class Evaluation {
  readonly variables: Variables;
  /** Those that are left; below zero the evaluation is over. */
  steps = MAX_STEPS;
  /** Whether something unknown was come upon. */
  metUnknown = false;
  #now: Timestamp | undefined;

  constructor(variables: Variables) {
    this.variables = variables;
  }

  /** Where it is known: a number. */
  get now(): Timestamp {
    this.#now ??= new Timestamp(BigInt(Math.trunc(Number(this.variables.now))) * 1_000_000n);
    return this.#now;
  }

  /** Pays for looking through text; false when there are no steps left for it. */
  read(characters: number): boolean {
    return (this.steps -= Math.floor(characters / 100)) >= 0;
  }

  /** Pays for putting down the items of a list or a map, which costs less than working with them. */
  list(items: number): boolean {
    return (this.steps -= items / 16) >= 0;
  }
}
