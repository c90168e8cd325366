import { bind, comprehend } from './comprehend.ts';
import { isEqual, isList, isMap, itemOf, sizeOf, valueOf } from './equal.ts';
import { type Expression, VARIABLES } from './expression.ts';
import { noFunction } from './function.ts';
import { FUNCTIONS, METHODS } from './functions.ts';
import { isOfPrincipal, refuseMapOfPrincipal } from './of-principal.ts';
import { choose, connect, invert } from './logic.ts';
import { calculate, negate, noOverload, order, type OrderOperator } from './operators.ts';
import { EXHAUSTED, type Evaluation, Failure, type Outcome, Residual } from './outcome.ts';
import { type Bound, type Compile, keep, ofMany, ofOne, ofTwo, type Run } from './program.ts';
import { say, sayBinding, substitute, type Scope } from './scope.ts';
import { matchesConstant } from './text-functions.ts';
import {
  Dictionary,
  fromJson,
  keyOf,
  kindOf,
  List,
  TYPE_NAMES,
  TypeName,
  Uint,
  type Value,
} from './value.ts';
import { UNKNOWN } from './variables.ts';

type Of<Kind extends Expression['kind']> = Expression & { readonly kind: Kind };

/** An expression as a function. It may be as deep as parsing lets conditions be. */
export const compile: Compile = (source, bound) => {
  const run = (part: Expression): Run => compile(part, bound);
  switch (source.kind) {
    case 'constant':
      return constant(source.value);
    case 'known':
      return constant(fromJson(source.value));
    case 'error':
      return constant(new Failure(source.message, source.at));
    case 'name':
      return name(source, bound);
    case 'member':
      return member(source, run(source.of));
    case 'index':
      return index(source, run(source.of), run(source.index));
    case 'has':
      return has(source, run(source.of));
    case 'list':
      return list(source, source.items.map(run));
    case 'map':
      return map(source, source.entries.flat().map(run));
    case 'not':
      return invert(source as Of<'not'>, run(source.operand));
    case 'negate':
      return ofOne(
        run(source.operand),
        source.operand,
        (value) => negate(value, source.at),
        (operand) => ({ ...source, operand }),
      );
    case 'and':
    case 'or':
      return connect(source, run(source.left), run(source.right));
    case 'compare':
      return compare(source, run(source.left), run(source.right), bound);
    case 'arithmetic':
      return ofTwo(
        [run(source.left), run(source.right)],
        [source.left, source.right],
        (left, right, evaluation) => calculate(left, source.operator, right, evaluation, source.at),
        (left, right) => ({ ...source, left, right }),
      );
    case 'conditional':
      return choose(source, run(source.test), run(source.then), run(source.otherwise));
    case 'call':
      return call(source, source.args.map(run));
    case 'comprehension': {
      const inside = [...bound, { name: source.item, isOfPrincipal: isOfPrincipal(source.range, bound) }];
      const where = source.where === undefined ? undefined : compile(source.where, inside);
      return comprehend(source, {
        range: run(source.range),
        where,
        body: compile(source.body, inside),
        refuse: refuseMapOfPrincipal(source.range, bound),
      });
    }
    case 'bind': {
      const inside = [...bound, { name: source.name, isOfPrincipal: isOfPrincipal(source.value, bound) }];
      return bind(source, run(source.value), compile(source.body, inside));
    }
  }
};

function constant(value: Outcome): Run {
  return (evaluation) => (--evaluation.steps < 0 ? EXHAUSTED : value);
}

function name(source: Of<'name'>, bound: readonly Bound[]): Run {
  const hops = bound.toReversed().findIndex((one) => one.name === source.name);
  if (hops >= 0) return boundName(source, hops);
  const variable = VARIABLES.find((one) => one === source.name);
  if (variable === undefined) {
    const isType = TYPE_NAMES.some((type) => type === source.name);
    return constant(
      isType ? new TypeName(source.name) : new Failure(`no variable ${source.name}`, source.at),
    );
  }
  const unknown = new Residual(source);
  return (evaluation) => {
    if (--evaluation.steps < 0) return EXHAUSTED;
    const value = evaluation.variables[variable];
    if (value === undefined || value === UNKNOWN) {
      evaluation.metUnknown = true;
      return unknown;
    }
    if (variable !== 'now') return value;
    return isTime(value) ? evaluation.now : new Failure('`now` is no time', source.at);
  };
}

/** Milliseconds in the years 1 to 9999. */
function isTime(value: unknown): boolean {
  return typeof value === 'number' && value >= -62_135_596_800_000 && value < 253_402_300_800_000;
}

function boundName(source: Of<'name'>, hops: number): Run {
  return (evaluation, scope) => {
    if (--evaluation.steps < 0) return EXHAUSTED;
    let binding = scope;
    for (let hop = 0; hop < hops; hop++) binding = binding?.outer;
    const { value } = binding as Scope;
    return value === UNKNOWN ? keep(sayBinding(binding as Scope, source.at, evaluation), evaluation) : value;
  };
}

function member(source: Of<'member'>, of: Run): Run {
  return ofMap(source, of, (members, evaluation, scope) => {
    const found = valueOf(members, source.name);
    if (found === undefined) return new Failure(`no such key: ${source.name}`, source.at);
    if (found !== UNKNOWN) return found;
    return keep({ ...source, of: substitute(source.of, evaluation, scope) }, evaluation);
  });
}

function has(source: Of<'has'>, of: Run): Run {
  return ofMap(source, of, (members) => valueOf(members, source.name) !== undefined);
}

/** What is said of a member of what has to be a map. */
function ofMap(
  source: Of<'member'> | Of<'has'>,
  of: Run,
  look: (members: Parameters<typeof valueOf>[0], ...rest: Parameters<Run>) => Outcome,
): Run {
  return (evaluation, scope) => {
    if (--evaluation.steps < 0) return EXHAUSTED;
    const value = of(evaluation, scope);
    if (value instanceof Failure) return value;
    if (value instanceof Residual) return keep({ ...source, of: value.expression }, evaluation);
    if (isMap(value)) return look(value, evaluation, scope);
    return new Failure(`${kindOf(value)} has no members, so there is no \`${source.name}\``, source.at);
  };
}

function index(source: Of<'index'>, of: Run, at: Run): Run {
  const apply = (value: Outcome, key: Outcome): Outcome => {
    if (isMap(value)) {
      if (key !== null && keyOf(key) === undefined) return noOverload(value, '[]', key, source.at);
      return valueOf(value, key) ?? new Failure(`no such key: ${describeKey(key)}`, source.at);
    }
    const position = toPosition(key);
    if (!isList(value) || position === undefined) return noOverload(value, '[]', key, source.at);
    if (position >= 0 && position < sizeOf(value)) return itemOf(value, position);
    return new Failure(`no item ${position} in a list of ${sizeOf(value)}`, source.at);
  };
  return (evaluation, scope) => {
    if (--evaluation.steps < 0) return EXHAUSTED;
    const value = of(evaluation, scope);
    if (value instanceof Failure) return value;
    const key = at(evaluation, scope);
    if (key instanceof Failure) return key;
    const isResidual = value instanceof Residual || key instanceof Residual;
    const result = isResidual ? UNKNOWN : apply(value, key);
    if (result !== UNKNOWN) return result;
    return keep(
      {
        ...source,
        of: say(value, source.of, evaluation, scope),
        index: say(key, source.index, evaluation, scope),
      },
      evaluation,
    );
  };
}

function toPosition(key: Value): number | undefined {
  if (typeof key === 'bigint') return Number(key);
  if (key instanceof Uint) return Number(key.value);
  return typeof key === 'number' && Number.isInteger(key) ? key : undefined;
}

function describeKey(key: Value): string {
  return typeof key === 'string' ? key : (keyOf(key) ?? 'n').slice(1);
}

function list(source: Of<'list'>, items: readonly Run[]): Run {
  const values = source.items.map((item) => (item.kind === 'constant' ? item.value : undefined));
  if (!values.includes(undefined)) return constant(new List(values));
  return ofMany(
    items,
    source.items,
    (made) => new List(made),
    (parts) => ({ ...source, items: parts }),
  );
}

function map(source: Of<'map'>, parts: readonly Run[]): Run {
  const sources = source.entries.flat();
  return ofMany(
    parts,
    sources,
    (values) => {
      const entries = new Map<string, readonly [Value, Value]>();
      for (let at = 0; at < values.length; at += 2) {
        const key = typeof values[at] === 'number' ? undefined : keyOf(values[at]);
        if (key === undefined) return new Failure(`${kindOf(values[at])} is no key of a map`, source.at);
        if (entries.has(key)) return new Failure(`a map with the key ${key.slice(1)} twice`, source.at);
        entries.set(key, [values[at], values[at + 1]]);
      }
      return new Dictionary(entries);
    },
    (rebuilt) => ({
      ...source,
      entries: source.entries.map(
        ([key, value], at) => [rebuilt[at * 2] ?? key, rebuilt[at * 2 + 1] ?? value] as const,
      ),
    }),
  );
}

function compare(source: Of<'compare'>, left: Run, right: Run, bound: readonly Bound[]): Run {
  const { operator, at } = source;
  const runs = [left, right] as const;
  const sources = [source.left, source.right] as const;
  const rebuild = (a: Expression, b: Expression): Expression => ({ ...source, left: a, right: b });
  switch (operator) {
    case '==':
      return ofTwo(runs, sources, isEqual, rebuild);
    case '!=':
      return ofTwo(
        runs,
        sources,
        (a, b, evaluation) => {
          const same = isEqual(a, b, evaluation);
          return typeof same === 'boolean' ? !same : same;
        },
        rebuild,
      );
    case 'in': {
      const refuseMap = refuseMapOfPrincipal(source.right, bound);
      const refuse = (value: Outcome): Failure | undefined =>
        isList(value) || isMap(value)
          ? refuseMap(value)
          : new Failure(`no such overload: … in ${kindOf(value)}`, at);
      return ofTwo(runs, sources, contains, rebuild, refuse);
    }
    default:
      return ofTwo(
        runs,
        sources,
        (a, b, evaluation) => order(a, operator satisfies OrderOperator, b, evaluation, at),
        rebuild,
      );
  }
}

function contains(value: Outcome, container: Outcome, evaluation: Evaluation): Outcome {
  if (isMap(container)) {
    return valueOf(container, value) !== undefined;
  }
  let isUnknown = false;
  const items = container as List | readonly unknown[];
  for (let at = 0; at < sizeOf(items); at++) {
    if (--evaluation.steps < 0) return EXHAUSTED;
    const same = isEqual(value, itemOf(items, at), evaluation);
    if (same === UNKNOWN) isUnknown = true;
    else if (same !== false) return same;
  }
  return isUnknown ? UNKNOWN : false;
}

function call(source: Of<'call'>, args: readonly Run[]): Run {
  const known = (source.isMethod ? METHODS : FUNCTIONS).get(source.name);
  const pattern = source.args[1];
  const isConstantPattern = source.name === 'matches' && pattern?.kind === 'constant';
  const apply = isConstantPattern ? matchesConstant : known?.apply;
  return ofMany(
    args,
    source.args,
    (values, evaluation) => apply?.(values, evaluation, source.at) ?? noFunction(values, source.at),
    (rebuilt) => ({ ...source, args: rebuilt }),
  );
}
