import { isList, isMap, itemOf, keysOf, sizeOf } from './equal.ts';
import type { Expression } from './expression.ts';
import { asTest, bare, testOf } from './logic.ts';
import { EXHAUSTED, type Evaluation, Failure, type Outcome, Residual } from './outcome.ts';
import { keep, type Run } from './program.ts';
import { bindName, keepName, say, sayBinding, type Scope } from './scope.ts';
import { kindOf, List, type Value } from './value.ts';
import { UNKNOWN } from './variables.ts';

type Comprehension = Expression & { readonly kind: 'comprehension' };

/** The parts of a comprehension as functions. `refuse` says why a range is none. */
interface Parts {
  readonly range: Run;
  readonly where: Run | undefined;
  readonly body: Run;
  readonly refuse: (range: Value) => Failure | undefined;
}

/** Asked for where a list has what cannot be said item by item. */
const CANNOT_SAY = Symbol('cannot say');

/** The macros over lists and the keys of maps. */
export function comprehend(source: Comprehension, parts: Parts): Run {
  const over = MACROS[source.macro];
  return (evaluation, scope) => {
    if (--evaluation.steps < 0) return EXHAUSTED;
    const range = parts.range(evaluation, scope);
    if (range instanceof Failure) return range;
    if (range instanceof Residual) return keepWhole(source, range, parts, evaluation, scope);
    const refused = parts.refuse(range) ?? (isIterable(range) ? undefined : toNoRange(source, range));
    if (refused !== undefined) return refused;
    const items = isList(range) ? range : keysOf(range as Readonly<Record<string, unknown>>);
    if (items !== range && !evaluation.list(sizeOf(items))) return EXHAUSTED;
    const result = over(source, items, parts, evaluation, scope);
    return result === CANNOT_SAY ? keepWhole(source, range, parts, evaluation, scope) : result;
  };
}

function isIterable(value: Value): boolean {
  return isList(value) || isMap(value);
}

function toNoRange(source: Comprehension, value: Value): Failure {
  const message = `${source.macro}() goes over a list or the keys of a map, found ${kindOf(value)}`;
  return new Failure(message, source.range.at);
}

type Items = List | readonly unknown[];

type Over = (
  source: Comprehension,
  items: Items,
  parts: Parts,
  evaluation: Evaluation,
  scope: Scope | undefined,
) => Outcome;

const MACROS: Readonly<Record<Comprehension['macro'], Over>> = {
  all: quantify,
  exists: quantify,
  exists_one: (...all) => {
    const found = select(...all);
    return found instanceof List ? found.items.length === 1 : found;
  },
  filter: select,
  map: transform,
};

/** One scope for all items: nothing keeps it once the body is evaluated. */
function toItemScope(source: Comprehension, scope: Scope | undefined): Scope {
  return { outer: scope, name: source.item, value: undefined, range: source.range, index: 0, isSaid: false };
}

/** Binds the item at an index; what is not known of it is said by its place in the range. */
function setItem(
  item: Scope,
  items: Items,
  index: number,
  source: Comprehension,
  evaluation: Evaluation,
): void {
  const value = itemOf(items, index);
  item.index = index;
  item.value = value;
  if (value !== UNKNOWN) return;
  item.value = keep(sayBinding(item, source.at, evaluation), evaluation);
}

/**
 * An error counts only where no item decides. What is unknown becomes a chain of `||` or `&&` over the items that it depends on.
 */
function quantify(
  source: Comprehension,
  items: Items,
  { body }: Parts,
  evaluation: Evaluation,
  scope: Scope | undefined,
): Outcome {
  const decisive = source.macro === 'exists';
  const item = toItemScope(source, scope);
  let failure: Failure | undefined;
  let open: Expression[] | undefined;
  for (let index = 0; index < sizeOf(items); index++) {
    if (--evaluation.steps < 0) return EXHAUSTED;
    setItem(item, items, index, source, evaluation);
    const outcome = asTest(body(evaluation, item), source.body.at);
    if (outcome === decisive) return decisive;
    if (outcome instanceof Residual) (open ??= []).push(bare(outcome.expression));
    else if (outcome instanceof Failure) failure ??= outcome;
  }
  if (evaluation.steps < 0) return EXHAUSTED;
  if (open === undefined) return failure ?? !decisive;
  if (failure !== undefined) open.push({ kind: 'error', message: failure.message, at: failure.at });
  return new Residual(testOf(chain(decisive ? 'or' : 'and', open, source)));
}

/** Longer chains are halved, so that no expression is deeper than whoever walks it can go. */
const LONGEST_CHAIN = 32;

function chain(kind: 'and' | 'or', parts: readonly Expression[], { at }: Comprehension): Expression {
  if (parts.length > LONGEST_CHAIN) {
    const half = Math.ceil(parts.length / 2);
    const [left, right] = [parts.slice(0, half), parts.slice(half)];
    return {
      kind,
      left: chain(kind, left, { at } as Comprehension),
      right: chain(kind, right, { at } as Comprehension),
      at,
    };
  }
  return parts.reduce((left, right) => ({ kind, left, right, at }));
}

/** The items for which the body holds. */
function select(...[source, items, parts, evaluation, scope]: Parameters<Over>): Outcome {
  const itself: Run = (_evaluation, item) => itemOf(items, item?.index ?? 0);
  return transform(source, items, { ...parts, where: parts.body, body: itself }, evaluation, scope);
}

/** What the body makes of each item, or of those for which `where` holds. */
function transform(
  source: Comprehension,
  items: Items,
  { where, body }: Parts,
  evaluation: Evaluation,
  scope: Scope | undefined,
): Outcome {
  const item = toItemScope(source, scope);
  const made: Value[] = [];
  for (let index = 0; index < sizeOf(items); index++) {
    if (--evaluation.steps < 0) return EXHAUSTED;
    setItem(item, items, index, source, evaluation);
    const isMeant =
      where === undefined || asTest(where(evaluation, item), source.where?.at ?? source.body.at);
    if (isMeant instanceof Failure) return isMeant;
    if (isMeant instanceof Residual) return CANNOT_SAY;
    if (!isMeant) continue;
    const outcome = body(evaluation, item);
    if (outcome instanceof Failure) return outcome;
    if (outcome instanceof Residual) return CANNOT_SAY;
    made.push(outcome);
  }
  return new List(made);
}

/** The comprehension itself, with what is known inside of it. */
function keepWhole(
  source: Comprehension,
  range: Outcome,
  { where, body }: Parts,
  evaluation: Evaluation,
  scope: Scope | undefined,
): Residual {
  const item = keepName(source.item, scope, source.at);
  const sayPart = (run: Run, part: Expression): Expression =>
    say(run(evaluation, item), part, evaluation, item);
  return keep(
    {
      ...source,
      range: say(range, source.range, evaluation, scope),
      item: item.kept,
      ...(where !== undefined && source.where !== undefined && { where: bare(sayPart(where, source.where)) }),
      body: source.macro === 'map' ? sayPart(body, source.body) : bare(sayPart(body, source.body)),
    },
    evaluation,
  );
}

/** The macro `cel.bind`: its value is evaluated first, whether the body uses it or not. */
export function bind(source: Expression & { readonly kind: 'bind' }, value: Run, body: Run): Run {
  return (evaluation, scope) => {
    if (--evaluation.steps < 0) return EXHAUSTED;
    const outcome = value(evaluation, scope);
    if (outcome instanceof Failure) return outcome;
    const isResidual = outcome instanceof Residual;
    const inner = isResidual
      ? keepName(source.name, scope, source.at)
      : bindName(source.name, outcome, scope);
    const result = body(evaluation, inner);
    if (result instanceof Failure) return result;
    if (!isResidual && !(result instanceof Residual && inner.isSaid)) return result;
    return keep(
      {
        ...source,
        name: inner.kept,
        value: say(outcome, source.value, evaluation, scope),
        body: say(result, source.body, evaluation, inner),
      },
      evaluation,
    );
  };
}
