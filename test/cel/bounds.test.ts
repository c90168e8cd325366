import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluateCondition, MAX_STEPS } from '../../src/policy/cel/evaluate.ts';
import type { Expression } from '../../src/policy/cel/expression.ts';
import { parseCondition } from '../../src/policy/cel/parse-condition.ts';
import { writeExpression } from '../../src/policy/cel/write.ts';
import { evaluate, KNOWN, LISTED, parse, summarize } from './evaluating.ts';
import { startCpuTime } from '../support/cpu-time.ts';

const OUT_OF_STEPS = `error: takes more than ${MAX_STEPS} steps to evaluate`;

function nested(depth: number, inner: unknown = 1): unknown {
  let value = inner;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? { a: value } : [value];
  return value;
}

function doubling(first: string): string {
  return Array.from(
    { length: 24 },
    (_, at) => `cel.bind(x${at + 1}, ${at === 0 ? `${first} + ${first}` : `x${at} + x${at}`}, `,
  ).join('');
}

describe('a condition costs no more than its steps', () => {
  const list = Array.from({ length: 200 }, (_, index) => index);

  test.each([
    ['lists within lists', 'args.list.all(x, args.list.all(y, x + y >= 0))'],
    ['a long list', 'args.long.all(x, x >= 0)'],
    ['a long list to look through', '"x" in args.long'],
    ['long text', 'args.list.all(x, args.text.contains("b") || true)'],
    ['text that doubles', `${doubling('args.text')}size(x24) > 0${')'.repeat(24)}`],
    ['lists that double', `${doubling('args.list')}size(x24) > 0${')'.repeat(24)}`],
    ['text that is nearly found everywhere', 'args.text.contains(args.part)'],
    ['text that is nearly found everywhere, from the end', 'args.text.lastIndexOf(args.part) >= 0'],
    ['text to split where it nearly can be', 'size(args.text.split(args.part)) > 1'],
    ['a pattern over long text', 'args.list.exists(x, args.text.matches("(a|aa)+$") && false)'],
    ['deep values', 'args.deep == args.same'],
    ['large maps that are counted', 'args.list.all(x, size(args.map) > 0)'],
    ['large maps that differ at once', 'args.list.all(x, args.map != args.other)'],
    ['large lists that differ at once', 'args.list.all(x, args.long != args.longer)'],
    ['large maps to go over', 'args.list.all(x, args.map.exists(key, true))'],
    ['patterns of the caller', 'args.list.all(x, "a".matches(string(x) + "(a*)*") || true)'],
    ['many time zones', 'args.zones.all(z, now.getHours(z) >= 0)'],
    ['an error that another side would make up for', 'args.list.all(x, args.list.all(y, true)) || true'],
  ])('%s', (_, text) => {
    const args = {
      list,
      long: Array.from({ length: 20_000 }, () => 1),
      longer: Array.from({ length: 20_000 }, () => 2),
      map: Object.fromEntries(Array.from({ length: 5000 }, (_one, key) => [`k${key}`, 1])),
      other: Object.fromEntries(Array.from({ length: 5000 }, (_one, key) => [`k${key}`, 2])),
      text: 'a'.repeat(50_000),
      part: `${'a'.repeat(12_000)}b${'a'.repeat(12_000)}`,
      deep: nested(30_000),
      same: nested(30_000),
      zones: list
        .map((minute) => `+${String(minute % 24).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`)
        .concat(list.map(String))
        .concat(list.map(String)),
    };
    const cpuTime = startCpuTime();
    expect(summarize(evaluate(text, { ...KNOWN, args }))).toBe(OUT_OF_STEPS);
    expect(cpuTime()).toBeLessThan(5000);
  });

  test('what is out of steps before all is known is left as a whole', () => {
    const principal = { ...KNOWN.principal, claims: { list } };
    const text = 'principal.claims.list.all(x, principal.claims.list.all(y, x + y < args.a))';
    expect(summarize(evaluate(text, { principal }))).toBe(text);
    expect(summarize(evaluate(text, { ...KNOWN, principal, args: { a: 1 } }))).toBe('false');
    expect(summarize(evaluate(text, { ...KNOWN, principal, args: { a: 1000 } }))).toBe(OUT_OF_STEPS);
  });

  test('arguments nested 10,000 deep are compared, written and looked for without recursion', () => {
    const args = { deep: nested(9000), same: nested(9000), other: nested(9000, 2), list: [nested(9000)] };
    const known = { ...KNOWN, args };
    expect(summarize(evaluate('args.deep == args.same', known))).toBe('true');
    expect(summarize(evaluate('args.deep == args.other', known))).toBe('false');
    expect(summarize(evaluate('args.deep in args.list', known))).toBe('true');
    const verdict = evaluate('args.deep == principal.claims.other && call.ip == "1"', {
      principal: { claims: { other: nested(9000) } },
    });
    expect(verdict.kind).toBe('unknown');
    if (verdict.kind === 'unknown') expect(writeExpression(verdict.residual).length).toBeGreaterThan(9000);
    const deep = JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`) as unknown;
    expect(['true', OUT_OF_STEPS]).toContain(
      summarize(evaluate('args.x == args.x', { ...KNOWN, args: { x: deep } })),
    );
  });

  test('a residual is no larger than its steps, however often a name stands for it', () => {
    const text = `${Array.from({ length: 60 }, (_, at) => `[[x${at}, x${at}]].exists(x${at + 1}, `).join('')}x60 == args.b${')'.repeat(60)}`;
    const cpuTime = startCpuTime();
    evaluate(`cel.bind(x0, args.a, ${text})`, LISTED);
    evaluate(`cel.bind(x0, principal.claims, ${text})`, LISTED);
    expect(cpuTime()).toBeLessThan(5000);
  });
});

describe('regular expressions are those of RE2', () => {
  test.each([['^(a+)+$'], ['^(a|aa)+$'], ['^(a*)*b'], ['(x+x+)+y'], ['^(([a-z])+.)+[A-Z]([a-z])+$']])(
    '%s takes no longer on the worst text',
    (pattern) => {
      const cpuTime = startCpuTime();
      for (const text of ['a'.repeat(30_000), 'x'.repeat(30_000)]) {
        const verdict = evaluate(`args.text.matches(r"${pattern}")`, { ...KNOWN, args: { text } });
        expect(verdict.kind).not.toBe('unknown');
      }
      expect(cpuTime()).toBeLessThan(5000);
    },
  );

  test.each([
    ['(?=a)', 'not a regular expression that RE2 accepts'],
    ['(a)\\1', 'not a regular expression that RE2 accepts'],
    ['(', 'not a regular expression that RE2 accepts'],
    ['a{1001}', 'not a regular expression that RE2 accepts'],
    ['(abcdefghij{100}){10}'.repeat(40), 'the regular expression repeats too much'],
    ['(((a{10}){10}){10}){10}', 'not a regular expression that RE2 accepts'],
  ])('%s is a problem of the condition', (pattern, message) => {
    const condition = parseCondition(`args.text.matches(r"${pattern}")`);
    expect(condition).toMatchObject({
      message: expect.stringContaining(message) as string,
      at: { start: 18 },
    });
  });

  test.each([['('], ['a'.repeat(201)], ['(a{500}){2}'], ['(?=a)']])(
    'and of a call where %s comes with an argument',
    (pattern) => {
      const verdict = evaluate('"a".matches(args.pattern)', { ...KNOWN, args: { pattern } });
      expect(verdict.kind).toBe('error');
    },
  );
});

describe('hostile text', () => {
  const alphabet = fc.constantFrom(
    ...'args . x ( ) [ ] { } " \' \\ && || ! - ? : , == in 0x 1 9 e u b" r" \\u """ // has cel.bind exists true'.split(
      ' ',
    ),
    ...'__proto__ constructor é \ud800 \u0000 💩 null % * / < >= optional type \n'.split(' '),
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.array(alphabet, { maxLength: 40 }).map((parts) => parts.join('')),
    fc.array(alphabet, { maxLength: 40 }).map((parts) => parts.join(' ')),
    fc.tuple(alphabet, fc.nat(3000)).map(([part, times]) => part.repeat(times).slice(0, 4096)),
  );

  test('is a condition or a problem inside of it, never an exception', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const condition = parseCondition(text);
        if ('expression' in condition) {
          evaluateCondition(condition, LISTED);
          evaluateCondition(condition, KNOWN);
          writeExpression(condition.expression);
          return;
        }
        const { start, end } = condition.at;
        expect(condition.message.length).toBeGreaterThan(5);
        expect(start >= 0 && end >= start && end <= text.length).toBe(true);
      }),
      { numRuns: 1500 },
    );
  });

  test.each([
    ['!', '!'.repeat(4000), 'true'],
    ['-', '-'.repeat(4000), '1 == 1'],
    ['(', '('.repeat(2000), `1${')'.repeat(2000)} == 1`],
    ['[', '['.repeat(2000), `${']'.repeat(2000)} == []`],
    ['+', '1+'.repeat(2000), '1 == 1'],
    ['||', 'true||'.repeat(680), 'true'],
    ['? :', 'true?'.repeat(400), `true${':true'.repeat(400)}`],
    ['.a', `args${'.a'.repeat(2000)}`, ' == 1'],
  ])('as deep as can be of %s', (_, start, end) => {
    expect(parseCondition(start + end)).toMatchObject({
      message: expect.stringMatching(/levels deep|maxDepth|too deep/i) as string,
    });
  });

  test('a chain as long as may be is evaluated', () => {
    const expression: Expression = parse(
      Array.from({ length: 190 }, (_, at) => `args.a == ${at}`).join(' || '),
    );
    expect(evaluateCondition({ expression }, { ...KNOWN, args: { a: 189 } }).kind).toBe('true');
  });

  test.each([
    [
      'types that double',
      `${Array.from({ length: 100 }, (_, at) => `cel.bind(m${at}, {"a": ${at === 0 ? '1' : `m${at - 1}`}, "b": [${at === 0 ? '1' : `m${at - 1}`}]}, `).join('')}true${')'.repeat(100)}`,
    ],
    [
      'keys that are maps',
      `${Array.from({ length: 60 }, (_, at) => `cel.bind(m${at}, {${at === 0 ? '1' : `m${at - 1}`}: ${at === 0 ? '1' : `m${at - 1}`}}, `).join('')}true${')'.repeat(60)}`,
    ],
  ])('%s are checked in no time', (_, text) => {
    const cpuTime = startCpuTime();
    const condition = parseCondition(text);
    if ('expression' in condition) evaluateCondition(condition, KNOWN);
    expect(cpuTime()).toBeLessThan(5000);
  });
});
