import fc from 'fast-check';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { expect, test } from 'vitest';
import { catalogOf } from '../policy/fixtures.ts';
import { CODE, createWorld, DESK, textOf, toolOf } from './world.ts';

const world = createWorld();
const TOOLS = ['find_tools', 'describe_tool', 'call_tool'];
const MEMBERS = [
  'name',
  'arguments',
  'query',
  'queries',
  'source',
  'access',
  'limit',
  'detail',
  'pointer',
  'names',
  'input',
  'args',
  'tool',
  '__proto__',
];
const NAMES = [
  'helpdesk_get_ticket',
  'call_tool',
  'find_tools',
  'code_review_change',
  'helpdesk+ticket://{id}',
  'mcp__x__',
  '(',
  '`',
  '',
];

const value = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom(...NAMES),
  fc.json({ maxDepth: 3 }),
  fc.string({ unit: 'binary' }),
);
const args = fc
  .array(fc.tuple(fc.constantFrom(...MEMBERS), value), { maxLength: 5 })
  .map((entries) => Object.fromEntries(entries));
const nested = fc.oneof(
  args,
  args.map((inner) => ({ arguments: inner })),
  args.map((inner) => ({ name: 'call_tool', arguments: JSON.stringify(inner) })),
);

test('whatever is sent is answered with blocks of text or what a road answers, and never thrown at', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...TOOLS), nested, async (tool, sent) => {
      const before = JSON.stringify(sent);
      const answer = await world.ask(tool, sent);
      expect(Array.isArray(answer['content'])).toBe(true);
      expect(JSON.stringify(sent)).toBe(before);
      expect(JSON.stringify(await world.ask(tool, sent))).toBe(JSON.stringify(answer));
    }),
    { numRuns: 150 },
  );
});

/** Texts with line ends, marks of ours, terminal sequences, invisible letters, other scripts. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .array(
      fc.constantFrom(
        'a ',
        'Read. ',
        '\n',
        '\r',
        '\u2028',
        '\u001B[2J',
        '\u200B',
        '\u202E',
        '; also: ',
        ' - ',
        '(',
        '创建',
        '😀',
        '\uD800',
        '\u{E0041}',
      ),
      { maxLength: 60 },
    )
    .map((parts) => parts.join('')),
);
const schema = fc.oneof(
  fc.constant({ type: 'object' }),
  fc
    .dictionary(
      text,
      fc.oneof(
        fc.constant({ type: 'string' }),
        fc.record({ description: text }),
        fc.jsonValue({ maxDepth: 3 }),
      ),
      { maxKeys: 40 },
    )
    .map((properties) => ({ type: 'object', properties })),
  fc
    .dictionary(
      fc.constantFrom('properties', 'required', 'anyOf', '$ref', '$defs', 'items', 'enum', 'allOf', 'not'),
      fc.jsonValue({ maxDepth: 4 }),
    )
    .map((members) => ({ type: 'object', ...members })),
);

test('whatever a source says, an answer has a line for each tool and stays within its tokens', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(text, schema), { minLength: 1, maxLength: 5 }), async (told) => {
      const tools = told.map(([description, inputSchema], at) =>
        toolOf('odd', `do_${at}`, { description, schema: inputSchema as never }),
      );
      const odd = createWorld({ offers: [catalogOf('odd', { tools }), DESK, CODE] });
      const lines = textOf(await odd.ask('find_tools', { query: 'odd do', source: 'odd', limit: 5 })).split(
        '\n',
      );
      expect(lines.filter((line) => line.startsWith('odd_do_'))).toHaveLength(tools.length);
      expect(lines.length).toBe(tools.length);
      for (const { name } of tools) {
        const answer = textOf(await odd.ask('describe_tool', { name: `odd_${name}` }));
        expect(encode(answer).length, answer).toBeLessThanOrEqual(800);
      }
    }),
    { numRuns: 25 },
  );
});
