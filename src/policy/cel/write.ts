import type { Expression } from './expression.ts';
import { fromJson, Uint } from './value.ts';

/** How tightly an expression binds, loosest first; an operand that binds looser than its place asks for stands in parentheses. */
const LEVELS = {
  conditional: 0,
  or: 1,
  and: 2,
  equality: 3,
  relation: 4,
  sum: 5,
  product: 6,
  unary: 7,
  access: 8,
};

/** An expression as CEL text; equal for expressions that are equal. What is `known` is written as a literal. */
export function writeExpression(expression: Expression): string {
  return write(expression, 0);
}

function write(expression: Expression, level: number): string {
  const text = writeBare(expression);
  return levelOf(expression) < level ? `(${text})` : text;
}

function levelOf(expression: Expression): number {
  switch (expression.kind) {
    case 'conditional':
    case 'or':
    case 'and':
      return LEVELS[expression.kind];
    case 'compare':
      return expression.operator === '==' || expression.operator === '!=' ? LEVELS.equality : LEVELS.relation;
    case 'arithmetic':
      return expression.operator === '+' || expression.operator === '-' ? LEVELS.sum : LEVELS.product;
    case 'not':
    case 'negate':
      return LEVELS.unary;
    case 'constant':
    case 'known': {
      const { value } = expression;
      const isNegative =
        typeof value === 'bigint' ? value < 0n : typeof value === 'number' && isBelowZero(value);
      return isNegative ? LEVELS.unary : LEVELS.access;
    }
    default:
      return LEVELS.access;
  }
}

function isBelowZero(value: number): boolean {
  return value < 0 || Object.is(value, -0);
}

function writeBare(expression: Expression): string {
  switch (expression.kind) {
    case 'constant':
      return writeValue(expression.value);
    case 'known':
      return writeJson(expression.value);
    case 'error':
      return `error(${writeText(expression.message)})`;
    case 'name':
      return expression.name;
    case 'member':
      return writeMember(expression.of, expression.name);
    case 'has':
      return `has(${writeMember(expression.of, expression.name)})`;
    case 'index':
      return `${write(expression.of, LEVELS.access)}[${write(expression.index, 0)}]`;
    case 'list':
      return `[${writeAll(expression.items)}]`;
    case 'map':
      return `{${expression.entries.map(([key, value]) => `${write(key, 0)}: ${write(value, 0)}`).join(', ')}}`;
    case 'not':
      return `!${write(expression.operand, LEVELS.unary)}`;
    case 'negate':
      return `-${writeNegated(expression.operand)}`;
    case 'conditional': {
      const { test, then, otherwise } = expression;
      return `${write(test, LEVELS.or)} ? ${write(then, LEVELS.or)} : ${write(otherwise, 0)}`;
    }
    case 'and':
      return writeBinary(expression, '&&', LEVELS.and);
    case 'or':
      return writeBinary(expression, '||', LEVELS.or);
    case 'compare':
    case 'arithmetic':
      return writeBinary(expression, expression.operator, levelOf(expression));
    case 'call':
      return writeCall(expression);
    case 'comprehension': {
      const { macro, range, item, where, body } = expression;
      const parts = where === undefined ? [body] : [where, body];
      return `${write(range, LEVELS.access)}.${macro}(${item}, ${writeAll(parts)})`;
    }
    case 'bind':
      return `cel.bind(${expression.name}, ${writeAll([expression.value, expression.body])})`;
  }
}

/** Operators of a level are grouped from the left. */
function writeBinary(
  { left, right }: { readonly left: Expression; readonly right: Expression },
  operator: string,
  level: number,
): string {
  return `${write(left, level)} ${operator} ${write(right, level + 1)}`;
}

/** A literal that follows the sign would become one with it. */
function writeNegated(operand: Expression): string {
  const text = write(operand, LEVELS.unary);
  return /^\d/.test(text) ? `(${text})` : text;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const WORDS = ['in', 'true', 'false', 'null'];

function writeMember(of: Expression, name: string): string {
  const before = write(of, LEVELS.access);
  return NAME.test(name) && !WORDS.includes(name) ? `${before}.${name}` : `${before}[${writeText(name)}]`;
}

function writeCall({ name, isMethod, args }: Expression & { readonly kind: 'call' }): string {
  const [receiver, ...rest] = args;
  if (!isMethod || receiver === undefined) return `${name}(${writeAll(args)})`;
  return `${write(receiver, LEVELS.access)}.${name}(${writeAll(rest)})`;
}

function writeAll(expressions: readonly Expression[]): string {
  return expressions.map((one) => write(one, 0)).join(', ');
}

/** JSON without recursion: what is known may be as deep as a stranger made it. */
function writeJson(json: unknown): string {
  const open: unknown[] = [json];
  let text = '';
  while (open.length > 0) {
    const part = open.pop();
    if (part instanceof Piece) text += part.text;
    else if (Array.isArray(part)) {
      text += '[';
      open.push(
        new Piece(']'),
        ...part.toReversed().flatMap((item, at) => (at === 0 ? [item] : [COMMA, item])),
      );
    } else if (typeof part === 'object' && part !== null) {
      text += '{';
      const members = Object.entries(part).filter(([, value]) => value !== undefined);
      open.push(
        new Piece('}'),
        ...members
          .toReversed()
          .flatMap(([key, value], at) => [
            ...(at === 0 ? [] : [COMMA]),
            value,
            new Piece(`${writeText(key)}: `),
          ]),
      );
    } else text += writeValue(fromJson(part));
  }
  return text;
}

/** Text between the values of JSON. */
class Piece {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const COMMA = new Piece(', ');

function writeValue(value: unknown): string {
  if (typeof value === 'string') return writeText(value);
  if (typeof value === 'number') return writeDouble(value);
  if (value instanceof Uint) return `${value.value}u`;
  return value instanceof Uint8Array ? writeBytes(value) : String(value);
}

function writeDouble(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  if (!Number.isFinite(value)) return `double("${value}")`;
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function writeText(text: string): string {
  const escaped = text.replaceAll(
    /["\\\p{Cc}\u2028\u2029]/gu,
    (character) => ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `"${escaped}"`;
}

function writeBytes(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte);
    if (byte >= 32 && byte < 127) return ESCAPES[character] ?? character;
    return `\\x${byte.toString(16).padStart(2, '0')}`;
  });
  return `b"${text.join('')}"`;
}
