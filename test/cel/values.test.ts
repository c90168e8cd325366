import { describe, expect, test } from 'vitest';
import { evaluate, KNOWN, summarize } from './evaluating.ts';

/** In the manner of the conformance tests of CEL: what each of these comes to, as {@link summarize} says it. */
const holds = (texts: readonly string[]): string[][] => texts.map((text) => [text]);

const ARGS = {
  whole: 3,
  fraction: 2.5,
  zero: 0,
  minusZero: -0,
  large: 9_007_199_254_740_992,
  huge: 1e300,
  text: 'Größe',
  pile: '💩x',
  none: null,
  yes: true,
  list: [1, 2, 2.5, 'a', null],
  map: { a: 1, 'b c': { d: [{ e: 'deep' }] }, null: null },
  empty: {},
  lone: '\ud800a',
};

const truth = (text: string): string => summarize(evaluate(text, { ...KNOWN, args: ARGS }));

describe('numbers', () => {
  test.each(
    holds([
      'type(args.whole) == int',
      'type(args.fraction) == double',
      'type(args.minusZero) == int',
      'type(args.huge) == double',
      'args.whole == 3.0',
      'args.whole == 3u',
      'args.whole < 3.5 && 3.5 > args.whole && args.fraction < 3',
      'args.whole >= 3 && args.whole <= 3 && !(args.whole < 3) && !(args.whole > 3)',
      'args.whole != "3"',
      'args.large > 9007199254740991',
      'dyn(9223372036854775807) != 9223372036854775808.0',
      '-9223372036854775808 == int("-9223372036854775808")',
      '7 / 2 == 3 && -7 / 2 == -3 && 7 % 2 == 1 && -7 % 2 == -1',
      '1.0 / 0.0 > 1e308 && -1.0 / 0.0 < -1e308',
      'double("NaN") != double("NaN") && !(double("NaN") < 1.0) && !(double("NaN") >= 1.0)',
      '0.0 == -0.0',
      '0.1 + 0.2 > 0.3',
      '2u + 3u == 5u && 5u - 3u == 2u && 7u / 2u == 3u && 7u % 2u == 1u',
      'int(2.9) == 2 && int(-2.9) == -2 && int("42") == 42 && int(7u) == 7',
      'uint(3) == 3u && uint("3") == 3u && uint(3.9) == 3u',
      'double(3) == 3.0 && double("1.5e2") == 150.0 && double("-inf") < 0.0 && double(2u) == 2.0',
      'string(3) == "3" && string(2.5) == "2.5" && string(true) == "true" && string(3u) == "3"',
      'bool("true") && !bool("f") && bool(true)',
      '-args.whole == -3 && -(args.fraction) == -2.5',
      '0xFF == 255',
      '(args.yes ? 1 : 2) == 1',
    ]),
  )('%s', (text) => {
    expect(truth(text)).toBe('true');
  });

  test.each([
    ['9223372036854775807 + args.whole > 0', 'int overflow'],
    ['-(-9223372036854775808) == args.whole', 'int overflow'],
    ['-9223372036854775808 / -1 == args.whole', 'int overflow'],
    ['9223372036854775807 * args.whole == 0', 'int overflow'],
    ['args.whole / args.zero == 0', 'division by zero'],
    ['args.whole % args.zero == 0', 'modulo by zero'],
    ['2u - 3u == 0u', 'uint overflow'],
    ['args.whole + args.fraction == 5.5', 'no such overload: int + double'],
    ['args.whole < args.text', 'no such overload: int < string'],
    ['args.none < args.none', 'no such overload: null_type < null_type'],
    ['-args.text == "x"', 'no such overload: -string'],
    ['int(args.huge) == 1', 'int overflow'],
    ['int("1.5") == 1', 'int() takes a whole number'],
    ['int("0x10") == 16', 'int() takes a whole number'],
    ['int(double("NaN")) == 0', 'int() takes a whole number'],
    ['uint(-1) == 1u', 'uint overflow'],
    ['double("1,5") == 1.5', 'double() takes a number'],
    ['bool("yes")', 'bool() takes "true" or "false"'],
    ['args.whole', 'expected true or false, found int'],
    ['!args.whole', 'expected true or false, found int'],
    ['args.text && true', 'expected true or false, found string'],
  ])('%s is an error: %s', (text, message) => {
    expect(truth(text)).toBe(`error: ${message}`);
  });
});

describe('text', () => {
  test.each(
    holds([
      'args.text.startsWith("Gr") && args.text.endsWith("e") && args.text.contains("öß")',
      'size(args.text) == 5 && args.text.size() == 5 && size(args.pile) == 2',
      'args.pile.substring(1) == "x" && args.pile.indexOf("x") == 1 && args.pile.substring(0, 1) == "💩"',
      '"abcabc".indexOf("c") == 2 && "abcabc".indexOf("c", 3) == 5 && "abc".indexOf("x") == -1',
      '"abcabc".lastIndexOf("b") == 4 && "abcabc".lastIndexOf("b", 3) == 1',
      '"a,b,c".split(",") == ["a", "b", "c"] && "a,b,c".split(",", 2) == ["a", "b,c"]',
      '"ab".split("") == ["a", "b"] && "a".split(",", 0) == []',
      '["a", "b"].join("-") == "a-b" && ["a", "b"].join() == "ab" && [].join(",") == ""',
      '"ÄB".lowerAscii() == "Äb" && "äb".upperAscii() == "äB"',
      '" a\\n".trim() == "a"',
      '"a" < "b" && "a" < "aa" && "Z" < "a"',
      // By code points: in UTF-16 the surrogates of U+10000 come before U+FF5E.
      '"\\U00010000" > "\\uff5e"',
      'args.lone != "a" && args.lone.endsWith("a") && size(args.lone) == 2',
      'args.text.matches("^Gr.*e$") && args.text.matches("ö") && !args.text.matches("^x")',
      'args.pile.matches("^.x$")',
      'b"abc" == bytes("abc") && string(b"abc") == "abc" && size(b"abc") == 3',
      'b"abc".hex() == "616263" && b"abc".base64() == "YWJj" && b"abc".at(1) == 98 && b"abc".string() == "abc"',
      'b"a" + b"b" == b"ab" && b"ab" != b"ba"',
      '"a" + "b" == "ab" && r"\\d" == "\\\\d"',
      '"\\x41\\u00e9\\101" == "AéA"',
    ]),
  )('%s', (text) => {
    expect(truth(text)).toBe('true');
  });

  test.each([
    ['args.text.substring(9) == ""', 'substring(9, 5): out of range'],
    ['args.text.substring(2, 1) == ""', 'substring(2, 1): out of range'],
    ['args.text.indexOf("x", -1) == 0', 'indexOf(…, -1): out of range'],
    ['args.list.join(",") == ""', 'join() takes a list of strings'],
    ['args.whole.startsWith("3")', 'no such overload: this function does not take int, string'],
    ['string(bytes("a") + b"\\xff") == ""', 'these bytes are no text in UTF-8'],
    ['b"a".at(3) == 1', 'at(3): out of range'],
    ['size(args.whole) == 1', 'no such overload: this function does not take int'],
  ])('%s is an error: %s', (text, message) => {
    expect(truth(text)).toBe(`error: ${message}`);
  });
});

describe('lists and maps', () => {
  test.each(
    holds([
      'args.list[0] == 1 && args.list[2] == 2.5 && args.list[4] == null && args.list[1u] == 2',
      'args.map["b c"].d[0].e == "deep"',
      'has(args.map.a) && !has(args.map.x) && has(args.none) && !has(args.empty.x) && has(args.map.a)',
      '1 in args.list && 1.0 in args.list && "a" in args.list && !("1" in args.list) && null in args.list',
      '"a" in args.map && !("x" in args.map) && !(1 in args.map)',
      'size(args.list) == 5 && size(args.map) == 3 && size({}) == 0',
      '[1, 2] == [1.0, 2u] && [1, 2] != [2, 1] && [] == [] && [1] != [1, 1]',
      'args.map == {"a": 1.0, "b c": {"d": [{"e": "deep"}]}, "null": null}',
      '{1: "a"}[1.0] == "a" && {1u: "a"}[1] == "a" && {true: 1}[true] == 1',
      '{"a": 1} != {"b": 1} && {"a": 1} != {"a": 2} && {} == {}',
      '[1] + [2] == [1, 2]',
      'args.list.exists(x, x == "a") && !args.list.exists(x, x == "b")',
      '[1, 2].all(x, x > 0) && ![1, 2].all(x, x > 1) && [].all(x, false) && ![].exists(x, true)',
      // An error counts only where no item decides.
      'args.list.exists(x, x > 2.0)',
      '!args.list.all(x, x < 2)',
      '[1, 2, 3].exists_one(x, x == 2) && ![1, 1].exists_one(x, x == 1)',
      '[1, 2, 3].filter(x, x > 1) == [2, 3] && [1, 2].map(x, x * 2) == [2, 4] && [1, 2].map(x, x > 1, x + 1) == [3]',
      'args.map.exists(key, key == "a") && args.map.all(key, size(key) > 0)',
      '[[1], [2]].exists(x, x.exists(x, x == 2))',
      'cel.bind(x, args.whole + 1, x * x == 16)',
      'args.list.filter(x, type(x) == int) == [1, 2]',
      'type([]) == list && type({}) == map && type(null) == null_type && type(int) == type',
      'dyn(1) == 1 && dyn([1]) == [1]',
      'null == args.none && args.none != 0',
    ]),
  )('%s', (text) => {
    expect(truth(text)).toBe('true');
  });

  test.each([
    ['args.missing == 1', 'no such key: missing'],
    ['args["missing"] == 1', 'no such key: missing'],
    ['args.map[1] == 1', 'no such key: 1'],
    ['args.list[5] == 1', 'no item 5 in a list of 5'],
    ['args.list[-1] == 1', 'no item -1 in a list of 5'],
    ['args.list["a"] == 1', 'no such overload: list [] string'],
    ['args.whole.a == 1', 'int has no members, so there is no `a`'],
    ['has(args.missing.a)', 'no such key: missing'],
    ['has(args.whole.a)', 'int has no members, so there is no `a`'],
    ['1 in args.whole', 'no such overload: … in int'],
    ['args.whole.exists(x, true)', 'exists() goes over a list or the keys of a map, found int'],
    ['args.list.exists(x, x > 3)', 'no such overload: string > int'],
    ['args.list.filter(x, x > 1) == []', 'no such overload: string > int'],
    ['args.list.exists_one(x, x > 1)', 'no such overload: string > int'],
    ['{"a": 1, "a": 2} == {}', 'a map with the key a twice'],
    ['args.constructor == 1', 'no such key: constructor'],
    ['args.__proto__ == 1', 'no such key: __proto__'],
    ['args.list.length == 5', 'list has no members, so there is no `length`'],
    ['cel.bind(x, args.missing, true)', 'no such key: missing'],
  ])('%s is an error: %s', (text, message) => {
    expect(truth(text)).toBe(`error: ${message}`);
  });

  test('members are those of the object itself, also where it was parsed with a key `__proto__`', () => {
    const args: unknown = JSON.parse('{"__proto__": {"admin": true}, "constructor": 1}');
    expect(summarize(evaluate('has(args.admin)', { ...KNOWN, args }))).toBe('false');
    expect(summarize(evaluate('args["__proto__"].admin', { ...KNOWN, args }))).toBe('true');
    expect(summarize(evaluate('args.constructor == 1', { ...KNOWN, args }))).toBe('true');
  });
});

describe('errors on one side of && and || count only where the other side does not decide', () => {
  test.each([
    ['args.missing && false', 'false'],
    ['false && args.missing', 'false'],
    ['args.missing || true', 'true'],
    ['true || args.missing', 'true'],
    ['args.missing && true', 'error: no such key: missing'],
    ['true && args.missing', 'error: no such key: missing'],
    ['args.missing || false', 'error: no such key: missing'],
    ['args.missing || args.whole', 'error: no such key: missing'],
    ['args.whole && false', 'false'],
    ['args.missing ? true : true', 'error: no such key: missing'],
    ['true ? true : args.missing', 'true'],
    ['[args.missing].exists(x, true)', 'error: no such key: missing'],
  ])('%s: %s', (text, expected) => {
    expect(truth(text)).toBe(expected);
  });
});

describe('a claim that is a map where a list was expected is an error, so that it opens nothing', () => {
  test.each([
    '"dev" in principal.claims.object',
    'cel.bind(x, principal.claims, "dev" in x.object)',
    'cel.bind(x, principal.claims.object, "dev" in x)',
    '["object"].exists(key, "dev" in principal.claims[key])',
    'principal.claims.object.exists(name, name == "dev")',
    '"dev" in (true ? principal.claims.object : [])',
    '"dev" in dyn(principal.claims.object)',
  ])('%s', (text) => {
    expect(truth(text)).toMatch(/^error: expected a list of the principal, found a map/);
  });

  test.each([
    '"level" in principal.claims',
    'principal.claims.exists(name, name == "level")',
    'has(principal.claims.object.dev)',
    '"a" in args.map',
    '"dev" in principal.claims.namespaces',
  ])('but not %s', (text) => {
    expect(truth(text)).toBe('true');
  });
});
