import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toHintLines } from '../../src/cli/search/hint-lines.ts';
import { readHintFile } from '../../src/search/hints/hint-file.ts';

const asked = (question: string) => ({ question, times: 1, empty: 0 });
const read = (text: string) =>
  readHintFile({ file: 'report.hints.yaml', text }).map(({ source, tool, hints }) => ({
    source,
    tool,
    hints,
  }));

test('what was asked for tools that were not told is a file of hints', () => {
  const text = toHintLines([
    {
      target: 'desk/list_events',
      searches: 3,
      questions: [asked('customer history'), asked('what: "happened"?')],
    },
    { target: 'github/get_me', searches: 1, questions: [asked('who am I')] },
    { target: 'desk/on', searches: 1, questions: [asked('x')] },
    { target: 'resource files/notes.txt', searches: 1, questions: [asked('notes')] },
    { target: 'desk/close', searches: 1, questions: [] },
    { target: 'desk/get_customer', searches: 1, questions: [asked('cases with token [secret] in them')] },
  ]);
  expect(text).toMatchInlineSnapshot(`
    "desk:
      list_events:
        - "customer history"
        - "what: \\"happened\\"?"
    github:
      get_me:
        - "who am I"
    "
  `);
  expect(read(text)).toEqual([
    { source: 'desk', tool: 'list_events', hints: ['customer history', 'what: "happened"?'] },
    { source: 'github', tool: 'get_me', hints: ['who am I'] },
  ]);
});

test('whatever was asked, the file can be read, and holds nothing but words', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.constantFrom(
      'a: b',
      '- x',
      '\u0000\u001B[2J\uD800\u202E',
      '\u2028',
      '<b>see https://e.example/x</b>',
      '`rm`',
      '"',
      '\\',
      '日本語',
      'word '.repeat(60),
    ),
  );
  const question = fc.array(text, { maxLength: 3 }).map((parts) => asked(parts.join('')));
  const target = fc.oneof(
    text,
    fc.constantFrom('desk/a', 'desk/b', '__proto__/a', 'desk/__proto__', 'a/true'),
  );
  fc.assert(
    fc.property(
      fc.uniqueArray(
        fc.record({ target, searches: fc.nat(), questions: fc.array(question, { maxLength: 6 }) }),
        { maxLength: 5, selector: (one) => one.target },
      ),
      (missing) => {
        for (const { hints } of read(toHintLines(missing)))
          expect(hints.join('')).not.toMatch(/[<>`\n]|:\/\//);
      },
    ),
    { numRuns: 60 },
  );
});
