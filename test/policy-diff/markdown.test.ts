import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toMarkdown, toText } from '../../src/cli/policy/difference/difference-markdown.ts';
import { describeDifference } from '../../src/cli/policy/difference/difference-text.ts';
import type { DifferenceReport } from '../../src/cli/policy/difference/report.ts';

describe('as Markdown', () => {
  test('whatever names hold, a row is a row, and nothing is a link, a tag, a name or an image', () => {
    const hostile = fc.oneof(
      fc.constantFrom(
        'a|b',
        '`x`',
        '<img src=x>',
        '@octocat',
        '#1',
        '![a](http://x)',
        '\n# big',
        '[x]: http://y',
        '\u202Eabc',
        '&lt;',
        '\\|',
        '||~~',
      ),
      fc.string({ unit: 'binary', maxLength: 30 }),
    );
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 4 }), (parts) => {
        const lines = toMarkdown(reportOf(parts.join(''))).split('\n');
        const rows = lines.filter((line) => line.startsWith('| ')).slice(2);
        expect(rows).toHaveLength(1);
        expect(rows[0]?.match(/(?<!\\)\|/g)).toHaveLength(5);
        for (const line of lines) {
          const text = line.replace(/<\/?sub>/g, '').replace(/^(?:\| |### |\*\*Policy)/, '');
          expect(text).not.toMatch(/[<>`@[\]\u202E]|!\[|:\/\//);
        }
      }),
      { numRuns: 300 },
    );
    expect(toText('helpdesk_list = "a" (_b)')).toBe('helpdesk_list = "a" (&#95;b)');
    expect(toText('@octocat')).not.toContain('@');
  });

  test('at most 60,000 characters, with how many rows are left out', () => {
    const text = toMarkdown(reportOf('somebody with a long name ', 2_000));
    expect(text.length).toBeLessThanOrEqual(60_000);
    expect(text).toMatch(/\*\*\d+ more:\*\*/);
    expect(text.split('\n')[0]).toContain('2000 gains');
  });

  test('for a terminal nothing steers it', () => {
    expect(describeDifference(reportOf('\u001B[2J\nx'))).not.toContain('\u001B[2J');
  });
});

function reportOf(name: string, count = 1): DifferenceReport {
  return {
    gains: Array.from({ length: count }, (_, index) => ({
      principal: `${name}${index}`,
      target: { kind: 'resource', source: 'x', name: `${name}/${index}`, access: 'read' },
      before: { effect: 'deny' },
      after: { effect: 'permit', words: name },
      changes: [{ kind: 'shown' }],
    })),
    losses: [],
    narrowed: [],
    limits: [],
    before: name,
    after: 'HEAD',
    principals: [],
    targets: [],
    notes: [name],
  };
}
