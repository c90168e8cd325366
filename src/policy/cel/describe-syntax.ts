import { toSkeleton } from '../../text/skeleton.ts';
import type { Span } from './expression.ts';

/** What the parser and its checker call things. */
const TOKENS: Readonly<Record<string, string>> = {
  RPAREN: ')',
  RBRACKET: ']',
  RBRACE: '}',
  LPAREN: '(',
  LBRACKET: '[',
  LBRACE: '{',
  COLON: ':',
  COMMA: ',',
  GT: '>',
  LT: '<',
  EQ: '==',
};

/** Words of other languages for what has signs here. */
const SIGNS: Readonly<Record<string, string>> = { and: '&&', or: '||', not: '!', is: '==', equals: '==' };

/** What the parser says of a text that it refuses, in words that tell what to write instead. */
export function describeSyntax(summary: string, text: string, at: Span): string {
  const [, wanted] = /^Expected ([A-Z]+), got/.exec(summary) ?? [];
  const sign = wanted === undefined ? undefined : TOKENS[wanted];
  if (sign !== undefined) return `expected \`${sign}\` here`;
  if (/^Unexpected (?:character|token)/.test(summary)) return describeUnexpected(text, at);
  if (summary === 'Unterminated string') return 'this text has no closing quote';
  return describeTypes(summary);
}

function describeUnexpected(text: string, at: Span): string {
  if (text.trim() === '') return 'the condition is empty; leave `when` out where there is none';
  const rest = text.slice(at.start);
  const character = Array.from(rest)[0];
  if (character === undefined) return 'the condition ends too early: something has to follow';
  const before = text.slice(0, at.start);
  if (character === '=') {
    const own = /[=!]=$/.exec(before)?.[0];
    return own === undefined ? 'write `==` to compare, not `=`' : `write \`${own}\`, not \`${own}=\``;
  }
  if (character === '>' && before.endsWith('<')) return 'write `!=`, not `<>`';
  if (character === '&' || character === '|') return `write \`${character.repeat(2)}\`, not \`${character}\``;
  // The parser goes on behind a word that it takes for a name.
  const words = [/^[A-Za-z]+/.exec(rest)?.[0], /([A-Za-z]+)\s+$/.exec(before)?.[1]];
  for (const word of words) {
    const sign = word === undefined ? undefined : SIGNS[word.toLowerCase()];
    if (sign !== undefined && Object.hasOwn(SIGNS, word?.toLowerCase() ?? ''))
      return `write \`${sign}\`, not \`${word}\``;
  }
  if (character > '\u007E') return describeStranger(character);
  return `\`${words[0] ?? character}\` is not expected here`;
}

/** A character that no name and no sign of conditions has; in a text between quotes it may stand. */
function describeStranger(character: string): string {
  const code = `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`;
  const shown = /[\p{L}\p{N}\p{P}\p{S}]/u.test(character) ? `${code} (${character})` : code;
  const plain = plainOf(character);
  const advice = plain === undefined ? '' : `; write \`${plain}\``;
  return `${shown} can stand only between quotes${advice}`;
}

function plainOf(character: string): string | undefined {
  if (/[\u201C-\u201F\u00AB\u00BB]/.test(character)) return '"';
  if (/[\u2018-\u201B]/.test(character)) return "'";
  if (/[\p{Pd}\u2212]/u.test(character)) return '-';
  const plain = toSkeleton(character);
  return /^[a-z0-9]$/.test(plain) ? plain : undefined;
}

function describeTypes(summary: string): string {
  const [, left, operator, right] =
    /^no such overload: ([\w.<>, ]+) (==|!=|<=|>=|<|>|\+|-|\*|\/|%) ([\w.<>, ]+)$/.exec(summary) ?? [];
  if (left !== undefined && operator !== undefined && right !== undefined)
    return `\`${operator}\` does not take ${plainType(left)} and ${plainType(right)}; both sides have to be of types that go together`;
  const [, unary, operand] = /^no such overload: ([!-])([\w.<>, ]+)$/.exec(summary) ?? [];
  if (unary !== undefined && operand !== undefined)
    return `\`${unary}\` does not take ${plainType(operand)}${unary === '!' ? '; it turns true and false around' : ''}`;
  const [, side] = /^Logical operator requires bool operands, got '(.+)'$/.exec(summary) ?? [];
  if (side !== undefined)
    return `\`&&\` and \`||\` join what is true or false, and a side of this is of type ${plainType(side)}`;
  return summary;
}

function plainType(type: string): string {
  return type
    .replaceAll('google.protobuf.Timestamp', 'timestamp')
    .replaceAll('google.protobuf.Duration', 'duration');
}
