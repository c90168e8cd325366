import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadPolicies } from '../../src/policy/load.ts';
import type { Expression } from '../../src/policy/cel/expression.ts';
import { parseCondition } from '../../src/policy/cel/parse-condition.ts';
import { mapParts } from '../../src/policy/cel/substitute.ts';
import { writeExpression } from '../../src/policy/cel/write.ts';
import { texts } from './arbitraries.ts';
import { parse } from './evaluating.ts';

describe('a text that is no condition is refused, with the place that is wrong and what to do', () => {
  test.each([
    ['args.a ==', 'the condition ends too early: something has to follow', 9],
    ['args.a = 1', 'write `==` to compare, not `=`', 7],
    ['args.a === 1', 'write `==`, not `===`', 9],
    ['args.a !== 1', 'write `!=`, not `!==`', 9],
    ['args.a <> 1', 'write `!=`, not `<>`', 8],
    ['args.a & 1', 'write `&&`, not `&`', 7],
    ['args.a == 1 and args.b == 2', 'write `&&`, not `and`', 12],
    ['args.a == 1 OR args.b == 2', 'write `||`, not `OR`', 12],
    ['not args.a', 'write `!`, not `not`', 4],
    ['(args.a == 1', 'expected `)` here', 12],
    ['args.a in [1', 'expected `]` here', 12],
    ['args.a == 1)', '`)` is not expected here', 11],
    ['args.a == "x', 'this text has no closing quote', 10],
    ['\u0430rgs.a == 1', 'U+0430 (\u0430) can stand only between quotes; write `a`', 0],
    ['"a" == \u201Cb\u201D', 'can stand only between quotes; write `"`', 7],
    ['1 \u2212 2 == 1', 'can stand only between quotes; write `-`', 2],
    ['now < 3', '`<` does not take timestamp and int', 0],
    ['!call.endpoint', '`!` does not take string', 0],
    ['now.getHours("Europe/Berln") < 3', 'did you mean `Europe/Berlin`?', 13],
    ['now.getHours("Berlin") < 3', 'did you mean `Europe/Berlin`?', 13],
    ['arg.a == 1', 'there is no `arg`; did you mean `args`?', 0],
    ['foo == 1', 'there is no `foo`; a condition sees args, principal, tool, call, now', 0],
    ['args.list.exists(item, itm == 1)', 'there is no `itm`; did you mean `item`?', 23],
    ['principal.grups == []', '`principal` has no `grups`; did you mean `groups`?', 10],
    ['principal["subjekt"] == ""', '`principal` has no `subjekt`; did you mean `subject`?', 10],
    ['has(principal.teams)', '`principal` has no `teams`; did you mean `team`?', 14],
    ['principal.department == "x"', 'other claims are in `principal.claims`', 10],
    ['tool.nam == "x"', '`tool` has no `nam`; did you mean `name`?', 5],
    ['call.client == "x"', '`call` has no `client`; it has face, era, endpoint', 5],
    ['args.a.startWith("x")', 'there is no function `.startWith()`; did you mean `startsWith`?', 7],
    ['siz(args.a) == 1', 'there is no function `siz()`; did you mean `size`?', 0],
    ['startsWith(args.a, "x")', 'write `x.startsWith()`, not `startsWith(x)`', 0],
    ['args.a.int() == 1', 'write `int(x)`, not `x.int()`', 7],
    ['args.a.startsWith()', '.startsWith() takes 1 arguments, not 0', 7],
    ['has(args)', 'has() takes a member, like `has(args.namespace)`', 0],
    ['args.a.exists(1, true)', 'exists(var, predicate) invalid predicate iteration variable', 14],
    ['args.a.exists(args, true)', '`args` has a meaning already; choose another name', 14],
    ['args.a.exists(x)', 'exists() takes a name and an expression', 0],
    ['bytes(args.a).json().b == 1', 'there is no function `.json()`', 14],
    ['optional.of(args.a).hasValue()', 'there is no function `.hasValue()`', 20],
    ['args.a.or(args.b) == 1', 'there is no function `.or()`', 7],
    ['cel.foo(1)', 'of `cel` there is only `cel.bind(name, value, expression)`', 0],
    ['args.a.bind(x, 1, true)', 'there is no function `.bind()`', 7],
    ['cel == 1', 'there is no `cel`', 0],
    ['1 == "a"', '`==` does not take int and string', 0],
    ['args.a && "x"', '`&&` and `||` join what is true or false, and a side of this is of type string', 0],
    ['size(args.a)', 'a condition is true or false, this is of type int', 0],
    ['principal.subject.startsWith(1)', "found no matching overload for 'string.startsWith(int)'", 0],
    ['args.a == 9223372036854775808', '9223372036854775808 is larger than an int can be', 10],
    ['args.a == 1e999', 'Invalid number: Infinity', 10],
    ['args.a.matches("(")', 'not a regular expression that RE2 accepts', 15],
    ['{[1]: 2} == args.a', 'the keys of a map are written out', 1],
    [' '.repeat(5000), 'a condition may have 4096 characters, this one has 5000', 0],
    ['', 'the condition is empty', 0],
  ])('%s: %s', (text, message, start) => {
    const problem = parseCondition(text);
    expect(problem).toMatchObject({ message: expect.stringContaining(message) as string, at: { start } });
  });

  test('and a policy with it at its line and column', () => {
    const text = [
      'policy: p',
      'rules:',
      '  - { id: plain, effect: permit, when: principal.grups == args.a }',
      '  - { id: quoted, effect: permit, when: "args.a == \\"x\\" && tool.nam == 1" }',
      '  - id: block',
      '    effect: deny',
      '    when: |',
      '      args.a == 1 &&',
      '        args.b.startWith("x")',
      '  - id: folded',
      '    effect: deny',
      '    when: >-',
      '      args.a == 1 &&',
      '      1 == "a"',
    ].join('\n');
    expect(() => loadPolicies([{ file: 'a.policy.yaml', text }])).toThrow(
      [
        'a.policy.yaml:3:50  p/plain: when: `principal` has no `grups`; did you mean `groups`?',
        'a.policy.yaml:4:66  p/quoted: when: `tool` has no `nam`; did you mean `name`?',
        'a.policy.yaml:9:16  p/block: when: there is no function `.startWith()`; did you mean `startsWith`?',
        'a.policy.yaml:14:7  p/folded: when: `==` does not take int and string; both sides have to be of types that go together',
      ].join('\n'),
    );
  });
});

describe('what is written of a condition', () => {
  test('is read as the same condition', () => {
    let count = 0;
    fc.assert(
      fc.property(texts('bool', 3), (text) => {
        const condition = parseCondition(text);
        if (!('expression' in condition)) return;
        const written = writeExpression(condition.expression);
        const again = parseCondition(written);
        if (!('expression' in again)) throw new Error(`${written}: ${again.message}`);
        if (shape(again.expression) !== shape(condition.expression))
          throw new Error(`${text} became ${written}`);
        count++;
      }),
      { numRuns: 1500 },
    );
    expect(count).toBeGreaterThan(400);
  });

  test('has no parentheses that are not needed', () => {
    for (const text of [
      'a || b && c',
      '(a || b) && c',
      'a && (b && c)',
      'a == 1 && b != 2 || !c',
      '!(a == b)',
      '!a == b',
      '1 + 2 * 3 == a',
      '(1 + 2) * 3 == a',
      '1 - (2 - 3) == a',
      '-(a + b) == c',
      '-a.b == -1',
      '--1 == a',
      'a ? b : c ? d : e',
      '(a ? b : c) ? d : e',
      'a ? (b ? c : d) : e',
      '(a ? b : c).d == [1, 2.0, "x", null, true, b"\\xff", 3u]',
      'a["b c"][0].d == {"x": 1, 2: {}}',
      '(a + b).startsWith("c") && size(a) > 0',
      'a in b == c',
      'a in [1] && a == (b == c)',
      'a.exists(x, x == 1 || x == 2) && a.map(x, x > 1, x + 1) == []',
      'cel.bind(x, a, x == "\\n\\t\\"\\\\")',
    ]) {
      // Only its form matters here, so the names are those of arguments.
      const named = text.replaceAll(/(?<![\w".\\])([a-e])(?![\w"(])/g, 'args.$1');
      expect(writeExpression(parse(named))).toBe(named);
    }
  });

  test('is text whatever is known', () => {
    const at = { start: 0, end: 0 };
    const value = {
      text: 'a"\\\n\u0000é\u2028',
      list: [1, 2.5, -0.5, null],
      'not a name': {},
      big: 1e300,
      deep: [[[]]],
    };
    const written = writeExpression({ kind: 'known', value, at });
    expect(written).toBe(
      '{"text": "a\\"\\\\\\n\\u0000é\\u2028", "list": [1, 2.5, -0.5, null], "not a name": {}, "big": 1e+300, "deep": [[[]]]}',
    );
    expect(writeExpression({ kind: 'error', message: 'no such key: a', at })).toBe('error("no such key: a")');
    expect(writeExpression({ kind: 'member', of: { kind: 'name', name: 'args', at }, name: 'a b', at })).toBe(
      'args["a b"]',
    );
  });
});

/** An expression without its places, as text. */
function shape(expression: Expression): string {
  const strip = (one: Expression): Expression => mapParts({ ...one, at: { start: 0, end: 0 } }, strip);
  return JSON.stringify(strip(expression), (_, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    return Object.is(value, -0) ? '-0' : value;
  });
}
