import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BailiwickError } from '../../src/errors.ts';
import { policy, refusalOf } from './fixtures.ts';
import { startCpuTime } from '../support/cpu-time.ts';

function nested(depth: number): string {
  return `a: ${'['.repeat(depth)}${']'.repeat(depth)}\n`;
}

describe('hostile YAML', () => {
  const bomb = Array.from({ length: 30 }, (_, index) =>
    index === 0 ? 'a0: &a0 [x, x]' : `a${index}: &a${index} [${`*a${index - 1}, `.repeat(9)}]`,
  ).join('\n');

  test.each([
    ['an alias bomb', bomb, /more than 50000 values, those that aliases repeat included$/],
    ['an alias of itself', 'policy: &a [*a]\n', /no anchor &a ends before this alias$/],
    ['an alias of nothing', 'policy: *a\n', /nresolved alias|no anchor &a/],
    ['deep nesting', nested(100), /nested more than 32 levels deep$/],
    ['very deep nesting', nested(50_000), /nested too deeply$/],
    [
      'a file of great length',
      `# ${'x'.repeat(300_000)}\n`,
      /has 300003 characters; a policy may have 256000$/,
    ],
    [
      'two documents',
      'policy: a\n---\npolicy: b\n',
      /^a\.policy\.yaml:2:1  a second YAML document begins here/,
    ],
    ['no map', '- policy: a\n', /^a\.policy\.yaml:1:1  expected a map of keys$/],
    ['text', 'policy', /^a\.policy\.yaml:1:1  expected a map of keys$/],
    ['an open bracket', 'policy: a\nrules: [\n', /^a\.policy\.yaml:\d+:\d+  not valid YAML: /],
    [
      'a tab as indentation',
      'policy: a\nscopes:\n\tx: { access: read }\n',
      /^a\.policy\.yaml:3:\d+  not valid YAML: /,
    ],
    ['a byte that is no text', 'policy: "\u0000"\n', /^a\.policy\.yaml:1:9  policy: must be/],
  ])('is refused in bounded time: %s', (_, text, message) => {
    const cpuTime = startCpuTime();
    expect(refusalOf(text)[0]).toMatch(message);
    expect(cpuTime()).toBeLessThan(5000);
  });

  test('of any shape either loads or is refused with a place in the file', () => {
    const word = fc.constantFrom(
      'policy',
      'scopes',
      'rules',
      'id',
      'effect',
      'who',
      'what',
      'permit',
      'a',
      '__proto__',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        word,
        fc.constant(null),
        fc.integer(),
        fc.boolean(),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.array(fc.tuple(word, tie('tree')), { maxLength: 4 }).map((pairs) => ({ pairs })),
      ),
    }));
    const print = (value: unknown): string => {
      if (Array.isArray(value)) return `[${value.map(print).join(', ')}]`;
      if (typeof value !== 'object' || value === null) return JSON.stringify(value);
      const pairs = 'pairs' in value && Array.isArray(value.pairs) ? value.pairs : [];
      return `{${pairs.map(([key, member]) => `${JSON.stringify(key)}: ${print(member)}`).join(', ')}}`;
    };
    fc.assert(
      fc.property(fc.oneof(tree.map(print), fc.string({ unit: 'binary' })), (text) => {
        try {
          policy(text);
        } catch (error) {
          expect(error).toBeInstanceOf(BailiwickError);
          expect(error).toMatchObject({ code: 'CONFIGURATION' });
          expect(String(error)).toMatch(/^BailiwickError: p\.policy\.yaml:[1-9]\d*:[1-9]\d*  /);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
