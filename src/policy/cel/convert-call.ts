import { suggest } from '../../text/suggest.ts';
import { describeTimeZone } from '../describe-time-zone.ts';
import { checkMember, type Convert, type Node, Refusal } from './conversion.ts';
import { type Expression, type Span, VARIABLES } from './expression.ts';
import { FUNCTIONS, METHODS } from './functions.ts';
import { CONSTANT_PATTERN, toPattern } from './pattern.ts';
import { TIME_METHODS } from './time-functions.ts';
import { toLocal } from './time-zone.ts';
import { TYPE_NAMES } from './value.ts';

const MACROS = ['all', 'exists', 'exists_one', 'map', 'filter'] as const;

/** A call of a function, a method or a macro. */
export function convertCall(
  node: Node,
  convert: Convert,
  names: readonly string[],
  depth: number,
): Expression {
  const at = { start: node.start, end: node.end };
  if (node.op === 'call') {
    const [name, args] = node.args as readonly [string, readonly Node[]];
    if (name === 'has') return toHas(args, convert, names, depth, at);
    checkFunction(name, false, args.length, { start: at.start, end: at.start + name.length });
    return {
      kind: 'call',
      name,
      isMethod: false,
      args: args.map((one) => convert(one, names, depth + 1)),
      at,
    };
  }
  const [name, receiver, args] = node.args as readonly [string, Node, readonly Node[]];
  if (isId(receiver, 'cel') && !names.includes('cel')) return toBind(name, args, convert, names, depth, at);
  const macro = MACROS.find((one) => one === name);
  if (macro !== undefined) {
    return toComprehension(macro, [receiver, ...args], convert, names, depth, at);
  }
  checkFunction(name, true, args.length, toNameSpan(name, receiver, node));
  const converted = [receiver, ...args].map((one) => convert(one, names, depth + 1));
  if (name === 'matches') checkPattern(converted[1]);
  if (Object.hasOwn(TIME_METHODS, name)) checkZone(converted[1]);
  return { kind: 'call', name, isMethod: true, args: converted, at };
}

/** Where the name of a method stands: the first after its receiver. */
function toNameSpan(name: string, receiver: Node, { start, end, input }: Node): Span {
  const found = input.indexOf(name, receiver.end);
  return found < 0 || found > end ? { start, end } : { start: found, end: found + name.length };
}

function isId({ op, args }: Node, name: string): boolean {
  return op === 'id' && args === name;
}

function toHas(
  [argument]: readonly Node[],
  convert: Convert,
  names: readonly string[],
  depth: number,
  at: Span,
): Expression {
  if (argument?.op !== '.') throw new Refusal('has() takes a member, like `has(args.namespace)`', at);
  const [of, name] = argument.args as readonly [Node, string];
  const inner = convert(of, names, depth + 1);
  checkMember(inner, name, names, { start: argument.end - name.length, end: argument.end });
  return { kind: 'has', of: inner, name, at };
}

function toBind(
  name: string,
  args: readonly Node[],
  convert: Convert,
  names: readonly string[],
  depth: number,
  at: Span,
): Expression {
  const [variable, value, body] = args;
  if (name !== 'bind' || variable === undefined || value === undefined || body === undefined) {
    throw new Refusal('of `cel` there is only `cel.bind(name, value, expression)`', at);
  }
  const bound = toBoundName(variable);
  return {
    kind: 'bind',
    name: bound,
    value: convert(value, names, depth + 1),
    body: convert(body, [...names, bound], depth + 1),
    at,
  };
}

function toComprehension(
  macro: (typeof MACROS)[number],
  [receiver, item, ...rest]: readonly Node[],
  convert: Convert,
  names: readonly string[],
  depth: number,
  at: Span,
): Expression {
  const [first, second] = rest;
  const fits = rest.length === 1 || (macro === 'map' && rest.length === 2);
  if (receiver === undefined || item === undefined || first === undefined || !fits) {
    const more = macro === 'map' ? ', or a name, a condition and an expression' : '';
    throw new Refusal(`${macro}() takes a name and an expression${more}`, at);
  }
  const bound = toBoundName(item);
  const inside = [...names, bound];
  return {
    kind: 'comprehension',
    macro,
    range: convert(receiver, names, depth + 1),
    item: bound,
    ...(second !== undefined && { where: convert(first, inside, depth + 1) }),
    body: convert(second ?? first, inside, depth + 1),
    at,
  };
}

/** A name that the condition gives; it may not hide what everybody knows. */
function toBoundName({ op, args, start, end }: Node): string {
  const at = { start, end };
  if (op !== 'id') throw new Refusal('expected a name here, like `x`', at);
  const name = args as string;
  if ([...VARIABLES, ...TYPE_NAMES, 'cel', 'google'].includes(name)) {
    throw new Refusal(`\`${name}\` has a meaning already; choose another name`, at);
  }
  return name;
}

function checkFunction(name: string, isMethod: boolean, count: number, at: Span): void {
  const [table, other] = isMethod ? [METHODS, FUNCTIONS] : [FUNCTIONS, METHODS];
  const known = table.get(name);
  if (known?.arities.includes(count) === true) return;
  const shown = isMethod ? `.${name}()` : `${name}()`;
  if (known !== undefined) {
    throw new Refusal(`${shown} takes ${known.arities.join(' or ')} arguments, not ${count}`, at);
  }
  if (other.has(name)) {
    const meant = isMethod ? `${name}(x)` : `x.${name}()`;
    throw new Refusal(`write \`${meant}\`, not \`${isMethod ? `x.${name}()` : `${name}(x)`}\``, at);
  }
  const near = suggest(name, [...table.keys(), ...(isMethod ? MACROS : ['has'])]);
  const advice = near === undefined ? 'conditions cannot call it' : `did you mean \`${near}\`?`;
  throw new Refusal(`there is no function \`${shown}\`; ${advice}`, at);
}

function checkPattern(pattern: Expression | undefined): void {
  if (pattern?.kind !== 'constant' || typeof pattern.value !== 'string') return;
  const compiled = toPattern(pattern.value, CONSTANT_PATTERN);
  if ('problem' in compiled) throw new Refusal(compiled.problem, pattern.at);
}

function checkZone(zone: Expression | undefined): void {
  if (zone?.kind !== 'constant' || typeof zone.value !== 'string') return;
  if (toLocal(0, zone.value) === undefined) throw new Refusal(describeTimeZone(zone.value), zone.at);
}
