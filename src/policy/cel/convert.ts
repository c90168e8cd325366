import { suggest } from '../../text/suggest.ts';
import { checkMember, type Convert, type Node, Refusal } from './conversion.ts';
import { convertCall } from './convert-call.ts';
import { MAX_DEPTH } from './environment.ts';
import { type CompareOperator, type Expression, type Span, VARIABLES } from './expression.ts';
import type { ArithmeticOperator } from './operators.ts';
import { type Constant, MAX_INT, MIN_INT, TYPE_NAMES, Uint } from './value.ts';

/** @throws Refusal */
export function convertTree(root: Node): Expression {
  return convert(root, [], 0);
}

const convert: Convert = (node, names, depth) => {
  const at = { start: node.start, end: node.end };
  if (depth > MAX_DEPTH)
    throw new Refusal(`more than ${MAX_DEPTH} levels deep; write it as several rules`, at);
  const part = (inner: unknown): Expression => convert(inner as Node, names, depth + 1);
  const parts = node.args as readonly unknown[];
  const toEntry = ([key, value]: readonly [Node, Node]): readonly [Expression, Expression] => {
    const converted = part(key);
    if (converted.kind === 'constant') return [converted, part(value)];
    // Of maps as keys the checker would write out types that double with each level.
    throw new Refusal('the keys of a map are written out: a text, a number, true or false', converted.at);
  };
  switch (node.op) {
    case 'value':
      return { kind: 'constant', value: toConstant(node.args, at), at };
    case 'id':
      return toName(node.args as string, names, at);
    case '.':
      return toMember(node, part, names, at);
    case '[]':
      return toIndex(part(parts[0]), part(parts[1]), names, at);
    case 'list':
      return { kind: 'list', items: parts.map(part), at };
    case 'map':
      return { kind: 'map', entries: (parts as readonly [Node, Node][]).map(toEntry), at };
    case '!_':
      return { kind: 'not', operand: part(node.args), at };
    case '-_':
      return negative(node.args as Node, at) ?? { kind: 'negate', operand: part(node.args), at };
    case '&&':
      return { kind: 'and', left: part(parts[0]), right: part(parts[1]), at };
    case '||':
      return { kind: 'or', left: part(parts[0]), right: part(parts[1]), at };
    case '?:':
      return {
        kind: 'conditional',
        test: part(parts[0]),
        then: part(parts[1]),
        otherwise: part(parts[2]),
        at,
      };
    case 'call':
    case 'rcall':
      return convertCall(node, convert, names, depth);
    default:
      return toBinary(node, part, at);
  }
};

const COMPARISONS: readonly string[] = ['==', '!=', '<', '<=', '>', '>=', 'in'];
const ARITHMETIC: readonly string[] = ['+', '-', '*', '/', '%'];

function toBinary({ op, args }: Node, part: (inner: unknown) => Expression, at: Span): Expression {
  const [left, right] = args as readonly unknown[];
  if (COMPARISONS.includes(op)) {
    return { kind: 'compare', operator: op as CompareOperator, left: part(left), right: part(right), at };
  }
  if (ARITHMETIC.includes(op)) {
    return {
      kind: 'arithmetic',
      operator: op as ArithmeticOperator,
      left: part(left),
      right: part(right),
      at,
    };
  }
  throw new Refusal(`\`${op}\` is not used in conditions`, at);
}

function toConstant(value: unknown, at: Span): Constant {
  if (typeof value === 'bigint') {
    if (value <= MAX_INT) return value;
    throw new Refusal(`${value} is larger than an int can be (${MAX_INT})`, at);
  }
  // The parser's own class of uint.
  const isUint = typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
  return isUint ? new Uint((value as { valueOf(): unknown }).valueOf() as bigint) : (value as Constant);
}

/** A negative number, which the parser takes for the negation of a number; so the smallest int can be written. */
function negative(operand: Node, at: Span): Expression | undefined {
  if (operand.op !== 'value') return undefined;
  const { args: value } = operand;
  if (typeof value === 'number') return { kind: 'constant', value: -value, at };
  return typeof value === 'bigint' && -value >= MIN_INT ? { kind: 'constant', value: -value, at } : undefined;
}

function toName(name: string, names: readonly string[], at: Span): Expression {
  const isKnown = [...names, ...VARIABLES, ...TYPE_NAMES].includes(name);
  if (isKnown) return { kind: 'name', name, at };
  const near = suggest(name, [...names, ...VARIABLES]);
  const advice =
    near === undefined ? `a condition sees ${VARIABLES.join(', ')}` : `did you mean \`${near}\`?`;
  throw new Refusal(`there is no \`${name}\`; ${advice}`, at);
}

function toMember(
  node: Node,
  part: (inner: unknown) => Expression,
  names: readonly string[],
  at: Span,
): Expression {
  const [of, name] = node.args as readonly [Node, string];
  const path = toPath(node);
  if (path !== undefined && TYPE_NAMES.some((type) => type === path)) return { kind: 'name', name: path, at };
  const inner = part(of);
  checkMember(inner, name, names, { start: at.end - name.length, end: at.end });
  return { kind: 'member', of: inner, name, at };
}

/** `a.b.c` of nothing but names. */
function toPath({ op, args }: Node): string | undefined {
  if (op === 'id') return args as string;
  if (op !== '.') return undefined;
  const [of, name] = args as readonly [Node, string];
  const before = toPath(of);
  return before === undefined ? undefined : `${before}.${name}`;
}

function toIndex(of: Expression, index: Expression, names: readonly string[], at: Span): Expression {
  if (index.kind === 'constant' && typeof index.value === 'string') {
    checkMember(of, index.value, names, index.at);
  }
  return { kind: 'index', of, index, at };
}
