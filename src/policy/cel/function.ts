import type { Span } from './expression.ts';
import { EXHAUSTED, type Evaluation, Failure, type Outcome } from './outcome.ts';
import { kindOf, type Value } from './value.ts';

/**
 * What a function makes of values, of a method the receiver first. `UNKNOWN` where that depends on what is unknown inside of them.
 * Pays for its work beyond a step.
 */
export type Apply = (values: readonly Value[], evaluation: Evaluation, at: Span) => Outcome;

export function noFunction(values: readonly Value[], at: Span): Failure {
  return new Failure(`no such overload: this function does not take ${values.map(kindOf).join(', ')}`, at);
}

type Parameter = 'string' | 'int' | 'int?';

/** A method of text, that pays for all text it is given. */
export function onText(
  parameters: readonly Parameter[],
  apply: (text: string, values: readonly Value[], at: Span) => Outcome,
): Apply {
  return (values, evaluation, at) => {
    const [text, ...rest] = values;
    const fits = parameters.every((parameter, index) => {
      const value = rest[index];
      if (value === undefined) return parameter === 'int?';
      return typeof value === (parameter === 'string' ? 'string' : 'bigint');
    });
    if (typeof text !== 'string' || !fits) return noFunction(values, at);
    const [first] = rest;
    const length = text.length + (typeof first === 'string' ? first.length : 0);
    return evaluation.read(length) ? apply(text, rest, at) : EXHAUSTED;
  };
}

/** Characters compared that are one step: in a search a text may be compared with the other at every place. */
const COMPARED = 5000;

/** {@link onText} that looks for its first parameter everywhere in the text. */
export function onSearch(...[parameters, apply]: Parameters<typeof onText>): Apply {
  const search = onText(parameters, apply);
  return (values, evaluation, at) => {
    const [text, part] = values;
    if (typeof text === 'string' && typeof part === 'string') {
      evaluation.steps -= Math.floor((Math.max(0, text.length - part.length) * part.length) / COMPARED);
      if (evaluation.steps < 0) return EXHAUSTED;
    }
    return search(values, evaluation, at);
  };
}
