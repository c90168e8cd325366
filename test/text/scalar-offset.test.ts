import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { readYaml } from '../../src/text/yaml.ts';

const RULES = { maxLength: 100_000, maxDepth: 10, maxValues: 1000, maxFlaws: 5, exact: true };

/** The character that stands where `offset` of `when` is said to stand, with its place. */
function find(text: string, offset: number): string {
  const { line, column } = readYaml(text, RULES).positionInText(['when'], offset);
  return `${line}:${column} ${text.split('\n')[line - 1]?.[column - 1] ?? ''}`;
}

/** Of a text that says `Mark` somewhere, where the mark stands by its offset in the value. */
function findMark(text: string): string {
  const value = (readYaml(text, RULES).value as { when: string }).when;
  return find(text, value.indexOf('M'));
}

describe('a place inside a text of a YAML file', () => {
  test.each([
    ['plain', 'when: a == Mark\n', '1:12 M'],
    ['plain over lines', 'when: a ==\n   b &&\n\n   Mark\n', '4:4 M'],
    ['single quotes', "when: 'it''s Mark'\n", '1:14 M'],
    ['double quotes', 'when: "a \\"b\\" \\u0041\\x41 Mark"\n', '1:27 M'],
    ['double quotes over lines', 'when: "a \\\n   b\n   c Mark"\n', '3:6 M'],
    ['a block', 'when: |\n  a ==\n    Mark\n', '3:5 M'],
    ['a block that folds', 'when: >-\n  a ==\n  b\n\n  && Mark\n', '5:6 M'],
    ['a block with its own indentation', 'x: 1\nwhen: |2\n    a\n  Mark\n', '4:3 M'],
    ['line ends of Windows', 'when: |\r\n  a\r\n  Mark\r\n', '3:3 M'],
    ['an anchor before it', 'when: &here "a Mark"\n', '1:16 M'],
    ['what an alias stands for is where the alias is', 'a: &here "a Mark"\nwhen: *here\n', '2:7 *'],
  ])('%s', (_, text, expected) => {
    expect(findMark(text)).toBe(expected);
  });

  test.each([
    ['of a plain text', 'when: ab\nx: 1\n', 2, '1:9 '],
    ['of quotes', 'when: "ab"\n', 2, '1:10 "'],
    ['of a block', 'when: |\n  ab\nx: 1\n', 3, '2:5 '],
  ])('the end %s', (_, text, offset, expected) => {
    expect(find(text, offset)).toBe(expected);
  });

  test('is exact for whatever YAML can write', () => {
    const words = fc.array(
      fc.constantFrom('a', 'b&&', "it's", '"q"', '\\', 'é', '\n', ' ', '\n  ', '#', ': '),
      {
        maxLength: 12,
      },
    );
    const styles = fc.constantFrom('PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED');
    fc.assert(
      fc.property(words, styles, fc.constantFrom(0, 20), fc.nat(), (parts, style, lineWidth, pick) => {
        const text = stringify(
          { when: parts.join('') },
          { defaultStringType: style, lineWidth, minContentWidth: 0 },
        );
        const { when: value } = readYaml(text, RULES).value as { when: string };
        const offset = pick % (value.length + 1);
        const character = value[offset];
        if (character === undefined || /[\s"'\\]/.test(character)) find(text, offset);
        else expect(find(text, offset).split(' ')[1]).toBe(character);
      }),
      { numRuns: 1000 },
    );
  });
});
