import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluateCondition } from '../../src/policy/cel/evaluate.ts';
import { environment } from '../../src/policy/cel/environment.ts';
import { parseCondition } from '../../src/policy/cel/parse-condition.ts';
import { type KnownVariables, texts, variables } from './arbitraries.ts';
import { evaluate, KNOWN, summarize } from './evaluating.ts';

type Plain = 'true' | 'false' | 'error';

/** What the library's own evaluator makes of a condition. Of JSON it takes whole numbers for doubles, so it gets ints. */
function evaluateThere(text: string, known: KnownVariables | typeof KNOWN): Plain {
  const { now, ...json } = known;
  try {
    const result: unknown = environment.parse(text)({ ...(withInts(json) as object), now: new Date(now) });
    return typeof result === 'boolean' ? (result ? 'true' : 'false') : 'error';
  } catch {
    return 'error';
  }
}

function withInts(json: unknown): unknown {
  if (typeof json === 'number') return Number.isInteger(json) ? BigInt(json) : json;
  if (Array.isArray(json)) return json.map(withInts);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, withInts(value)]));
}

/** What both evaluators differ in, as it shows in generated conditions; each has a test of its own below. */
const KNOWN_DIFFERENCES = [
  // The library takes the type of the first list for that of the sum.
  /\) \+ \(/,
];

/** Errors here that are none there. */
const STRICTER = ['expected a list of the principal', 'int() takes a whole number'];

describe('conditions evaluate as with the evaluator of the library that parses them', () => {
  test('whatever the condition and whatever it sees', () => {
    let compared = 0;
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(texts(), fc.array(variables, { minLength: 3, maxLength: 3 }), (text, alternatives) => {
        const condition = parseCondition(text);
        if (!('expression' in condition)) return;
        if (KNOWN_DIFFERENCES.some((difference) => difference.test(text))) return;
        for (const known of alternatives) {
          const here = evaluateCondition(condition, known);
          if (here.kind === 'error' && STRICTER.some((start) => here.message.startsWith(start))) continue;
          const there = evaluateThere(text, known);
          // An assertion for each would take longer than what is tested.
          if (here.kind !== there) throw new Error(`${here.kind} here, ${there} there: ${text}`);
          compared++;
          seen.set(here.kind, (seen.get(here.kind) ?? 0) + 1);
        }
      }),
      { numRuns: 2000 },
    );
    expect(compared).toBeGreaterThan(2000);
    expect(Math.min(...['true', 'false', 'error'].map((kind) => seen.get(kind) ?? 0))).toBeGreaterThan(300);
  });
});

describe('but for what is known to differ', () => {
  test.each<[why: string, text: string, here: string, there: Plain]>([
    ['numbers of JSON that are whole are int', 'type(args.whole) == int', 'true', 'true'],
    [
      'a regular expression that backtracks for ever is one of RE2',
      'args.text.matches("^(a+)+$")',
      'false',
      'false',
    ],
    [
      'RE2 has no look-ahead',
      'args.pattern == "x" || args.text.matches(args.pattern)',
      'error: not a',
      'true',
    ],
    [
      'a claim that is a map is no list',
      '"dev" in principal.claims.object',
      'error: expected a list',
      'true',
    ],
    ['has() of what has no members is an error', 'has(args.text.a)', 'error: string has no', 'false'],
    ['no text is no number', 'int("") == 0', 'error: int() takes', 'true'],
    ['negation cannot overflow', '-(-9223372036854775808) > args.whole', 'error: int overflow', 'true'],
    ['an int that does not fit is an error', 'int(args.huge) > 0', 'error: int overflow', 'true'],
    ['a map has each key once', '{"a": 1, "a": 2}["a"] == 2', 'error: a map with the key a', 'true'],
    ['keys of JSON are text', 'args.map[1] == "one"', 'error: no such key: 1', 'true'],
    [
      'lists may be added whatever they hold',
      '([].map(x, 0.5) + [1, "a"]).exists_one(y, y == dyn(1))',
      'true',
      'error',
    ],
    ['only letters of ASCII change', '"É".lowerAscii() == "É"', 'true', 'false'],
    ['positions are code points', '"💩x".indexOf("x") == 1', 'true', 'false'],
    ['text is ordered by code points', '"\\U00010000" > "\\uff5e"', 'true', 'false'],
    ['bytes that are no text are an error', 'string(b"\\xff") == "�"', 'error: these bytes', 'true'],
    ['uints are compared by value in lists', '2u in [dyn(2)]', 'true', 'false'],
    [
      'times are exact to nanoseconds',
      'timestamp("2026-01-01T00:00:00.000000001Z") > timestamp("2026-01-01T00:00:00Z")',
      'true',
      'false',
    ],
    [
      'a day that the calendar lacks is no time',
      'timestamp("2026-02-30T00:00:00Z") > now',
      'error: timestamp()',
      'false',
    ],
  ])('%s: %s', (_, text, here, there) => {
    const args = {
      whole: 1,
      huge: 1e300,
      text: 'aaaaaaaaaaaaaaaab',
      pattern: '^(?=a)',
      map: { 1: 'one' },
    };
    expect(summarize(evaluate(text, { ...KNOWN, args })).startsWith(here)).toBe(true);
    expect(evaluateThere(text, { ...KNOWN, args })).toBe(there);
  });
});
