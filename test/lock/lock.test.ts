import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HttpBinding } from '../../src/catalog/binding.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import { compileOpenApi } from '../../src/compile/openapi/compile.ts';
import { BailiwickError } from '../../src/errors.ts';
import { changesOf, compareToLock, findGone } from '../../src/lock/compare.ts';
import { describeChange } from '../../src/lock/describe.ts';
import { createLocker, toLockEntry } from '../../src/lock/entry.ts';
import { EMPTY_LOCK, type Lock } from '../../src/lock/lock.ts';
import { Unlockable } from '../../src/lock/plain-json.ts';
import { readLock } from '../../src/lock/read.ts';
import { readWritten } from '../../src/lock/read-written.ts';
import { HEADER, writeLock } from '../../src/lock/write.ts';
import { DOCUMENT } from '../support/gateway.ts';

/** The same texts at each run. */
const SEED = 11;

const locker = createLocker();

const compile = (text: string): readonly Tool[] =>
  compileOpenApi({ source: 'notes', file: 'notes.yaml', text }).tools;

const lockOf = (tools: readonly Tool[]): string => writeLock(tools.map((tool) => locker.entryOf(tool)));

const read = (text: string): Lock => readLock({ file: 'bailiwick.lock', text });

/** What is said of a text that is no lock. */
const refusal = (changed: string): string => {
  try {
    read(changed);
  } catch (error) {
    if (error instanceof BailiwickError && error.code === 'CONFIGURATION') return error.message;
    throw error;
  }
  return 'it was accepted';
};

/** A tool of an MCP server with anything in its schemas and passed-on members. */
const mcpTool = (name: string, value: Partial<Tool>): Tool => {
  const inputSchema = { type: 'object' };
  return {
    source: 'up',
    name,
    description: '',
    inputSchema,
    validationSchema: inputSchema,
    access: 'destructive',
    scopes: [],
    attributes: {},
    binding: { kind: 'mcp', upstreamName: name },
    ...value,
  };
};

const withMaximum = (maximum: number): Tool =>
  mcpTool('a', { validationSchema: { type: 'object', $defs: { n: { maximum } } } });

/** Texts that YAML could take for something else, and keys that its readers refuse. */
const TRICKY: readonly string[] = [
  String.raw`~ null No - a: 1 0x1 1e3 .inf 2020-01-01 << __proto__ \<< \ " ' | > &a *a !a % @ --- ? a: [a {a a] y on`,
  'toString constructor … é:è \u202Eabc a\u200Bb \u{E0041}x \u2028 \u0085 \uFEFFa a\tb',
]
  .flatMap((words) => words.split(' '))
  .concat('¦ ¦- a¦a: b¦a #b¦? a¦a, b¦é: è¦\n¦ a\nb¦a \nb¦a\nb¦a\n\nb\n¦a\n b\n\n¦a\r\nb'.split('¦'));
const trickyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 12 }).filter((text) => text.isWellFormed()),
  fc.constantFrom(...TRICKY),
);
const anyJson = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    trickyText,
    fc.oneof(
      fc.integer(),
      fc.double({ noDefaultInfinity: true, noNaN: true }),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc
    .array(fc.tuple(trickyText, tie('value')), { maxLength: 4 })
    .map((members) => Object.fromEntries(members) as object),
})).object as fc.Arbitrary<Record<string, never>>;

describe('what is written is what is read', () => {
  test('for every tool, of an API or of an MCP server: nothing in a definition can be lost or changed by the file', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(trickyText, anyJson, anyJson), { maxLength: 4 }), (parts) => {
        const tools = parts.map(([description, schema, passthrough], index) =>
          mcpTool(`t${index}`, { description, inputSchema: schema, validationSchema: schema, passthrough }),
        );
        const text = lockOf(tools);
        const { same, held } = compareToLock(read(text), tools, createLocker());
        expect(held).toEqual([]);
        expect(same).toEqual(tools);
        expect(writeLock(read(text).entries.values())).toBe(text);
        // What is read in haste is what a parser of all YAML reads.
        expect(readWritten(text.slice(HEADER.length))).toBeDefined();
        expect(read(`# reviewed by us\n${text}`)).toEqual(read(text));
      }),
      { numRuns: 300, seed: SEED },
    );
  });

  test('the order of tools, members and operations changes no byte', () => {
    const tools = compile(DOCUMENT);
    const [head = '', body = ''] = DOCUMENT.split('paths:\n');
    const [notes = '', note = ''] = body.split('  /notes/{id}:\n');
    const reordered = `${head}paths:\n  /notes/{id}:\n${note}${notes}`;
    expect(lockOf(tools.toReversed())).toBe(lockOf(tools));
    expect(lockOf(compile(reordered))).toBe(lockOf(tools));
  });

  test('a reader sees every character: what hides, or steers a terminal, is written as an escape', () => {
    const hidden = 'read\u202E only \u{E0041}\u200B\u001B[2Jok';
    const text = lockOf([mcpTool('a', { description: hidden, passthrough: { [hidden]: hidden } })]);
    expect(text).not.toMatch(/[^\n\P{C}]/u);
    expect(text).toContain(String.raw`"read\u202e only \U000e0041\u200b\u001b[2Jok"`);
  });

  test('what the entry of an operation says decides what is sent, and is there to be read', () => {
    const tools = compile(DOCUMENT);
    const text = lockOf(tools);
    expect(text).toContain('\n  notes/create_note:\n    digest: sha256:');
    expect(text).toContain('      method: POST\n');
    expect(text).toContain('      path: /notes\n');
    expect(text).toContain('    access: destructive\n');
    expect(text).toContain('          enum: [calm, busy]\n');
  });

  test('an argument that configuration fixes, or gives a default, with a secret is in no lock, and a new secret is no change', () => {
    const [tool] = compile(DOCUMENT);
    if (!tool) throw new Error('no tool');
    const pin = (key: string): Tool =>
      mcpTool('a', {
        binding: {
          ...(tool.binding as HttpBinding),
          server: `https://${key}.example.com`,
          pinned: { key: `Token ${key}`, kind: 'plain' },
          defaults: { region: key },
        },
        inputSchema: { type: 'object', properties: { region: { type: 'string', default: key } } },
        validationSchema: { type: 'object', properties: { region: { default: key } } },
      });
    const before = createLocker(['s3cret-before']).entryOf(pin('s3cret-before'));
    const after = createLocker(['s3cret-after']).entryOf(pin('s3cret-after'));
    expect(writeLock([before])).not.toContain('s3cret');
    expect(writeLock([before])).toContain('kind: plain');
    expect(writeLock([before])).toContain('server: https://***.example.com');
    expect(after.digest).toBe(before.digest);
  });

  test.each([
    ['unpaired surrogates', { description: '\uD800' }],
    ['keys without end', { passthrough: { ['k'.repeat(2_000)]: 1 } }],
    ['nesting without end', { passthrough: { a: nested(400) } }],
  ])('a definition with %s is in no lock and never the same as one', (_what, value) => {
    const tool = mcpTool('a', value);
    expect(() => locker.entryOf(tool)).toThrow(Unlockable);
    expect(compareToLock(EMPTY_LOCK, [tool], locker).held).toEqual([{ id: 'up/a', status: 'new', tool }]);
    const other = read(lockOf([mcpTool('a', {})]));
    expect(compareToLock(other, [tool], locker).held).toMatchObject([{ id: 'up/a', status: 'changed' }]);
  });
});

function nested(depth: number): never[] {
  let value: unknown[] = [];
  for (let level = 0; level < depth; level++) value = [value];
  return value as never[];
}

describe('every change of a definition is seen, and named', () => {
  const original = compile(DOCUMENT);
  const lock = read(lockOf(original));
  const drift = (text: string) => {
    const tools = compile(text);
    const { held } = compareToLock(lock, tools, locker);
    const gone = findGone(lock, tools, () => true);
    return [...held, ...gone].map((one) => [
      one.id,
      one.status,
      ...changesOf(one, locker).map(describeChange),
    ]);
  };

  test('an equal document has none', () => expect(drift(DOCUMENT)).toEqual([]));

  test.each([
    [
      'a limit of an argument',
      'maximum: 100',
      'maximum: 500',
      ['notes/list_notes', 'changed', '~ /inputSchema/properties/limit/maximum  100 → 500'],
    ],
    [
      'a new argument',
      '{ text: {',
      '{ loud: { type: boolean }, text: {',
      [
        'notes/create_note',
        'changed',
        '+ /binding/body/shape/properties/0  {"argument":"loud","name":"loud"}',
        '+ /inputSchema/properties/loud  {"type":"boolean"}',
      ],
    ],
    [
      'a choice less',
      'enum: [calm, busy]',
      'enum: [calm]',
      ['notes/create_note', 'changed', '- /inputSchema/properties/mood/enum/1  "busy"'],
    ],
    [
      'tags, by which policy selects',
      'tags: [admin]',
      'tags: [notes]',
      ['notes/wipe', 'changed', '- /tags/0  "admin"', '+ /tags/0  "notes"'],
    ],
  ])('%s', (_what, before, after, expected) => {
    expect(drift(DOCUMENT.replace(before, after))).toEqual([expected]);
  });

  test('another name is one tool gone and one new', () => {
    expect(drift(DOCUMENT.replace('operationId: wipe', 'operationId: erase'))).toEqual([
      ['notes/erase', 'new'],
      ['notes/wipe', 'gone'],
    ]);
  });

  test('in a long text, the part that differs is shown, whatever stands before it', () => {
    const long = 'All is well. '.repeat(40);
    const before = mcpTool('a', { description: `${long}Sends nothing.${long}` });
    const after = mcpTool('a', { description: `${long}Sends \u001Beverything.${long}` });
    const { held } = compareToLock(read(lockOf([before])), [after], locker);
    expect(held.flatMap((one) => changesOf(one, locker)).map(describeChange)).toEqual([
      String.raw`~ /description  "… All is well. Sends nothing.All is well. A…" → "… All is well. Sends \u001beverything.All is well. A…"`,
    ]);
  });

  test('the schema that validates calls counts, though clients see another', () => {
    const { held } = compareToLock(read(lockOf([withMaximum(1)])), [withMaximum(2)], locker);
    expect(held.flatMap((one) => changesOf(one, locker)).map(({ pointer }) => pointer)).toEqual([
      '/validation',
    ]);
  });

  test('a source that did not answer has lost nothing', () => {
    expect(findGone(lock, [], (source) => source !== 'notes')).toEqual([]);
    expect(findGone(lock, [], () => true)).toHaveLength(4);
  });
});

describe('a lock that was edited, or is none, is refused with its place', () => {
  const text = lockOf(compile(DOCUMENT));

  test.each([
    [
      'an edited entry',
      text.replace('maximum: 100', 'maximum: 101'),
      /^bailiwick\.lock:\d+:5 {2}notes\/list_notes: the digest is not that of the entry/,
    ],
    ['an edited digest', text.replace(/sha256:./, 'sha256:g'), /:6:5 {2}notes\/create_note: the digest/],
    ['an entry under another name', text.replace('notes/wipe:', 'notes/wiped:'), /notes\/wiped: the digest/],
    [
      'a newer version',
      text.replace('version: 1', 'version: 2'),
      /:3:1 {2}a lock of version 2 was written by a newer Bailiwick/,
    ],
    ['a version that is none', text.replace('version: 1', 'version: "1"'), /:3:1 {2}`version` must be 1/],
    ['a member that a lock does not have', `${text}more: 1\n`, /a lock has no member `more`/],
    [
      'a conflict of Git',
      text.replace('version: 1', '<<<<<<< HEAD\nversion: 1'),
      /bailiwick\.lock:\d+:\d+ {2}/,
    ],
    ['half a file', text.slice(0, text.length / 2), /bailiwick\.lock:\d+:\d+ {2}/],
    [
      'two entries of one name',
      text + text.slice(text.indexOf('  notes/wipe:')),
      /duplicate key: notes\/wipe/,
    ],
    ['an entry that is none', 'version: 1\ntools: { a/b: 7 }', /:2:10 {2}a\/b: an entry is a definition/],
    ['a name that is none', 'version: 1\ntools: { A/b: { digest: x } }', /:2:10 {2}`A\/b` names no tool/],
    ['a list', '- 1', /:1:1 {2}a lock begins with/],
    ['nothing', '', /:1:1 {2}a lock begins with/],
  ])('%s', (_what, changed, expected) => {
    expect(refusal(changed)).toMatch(expected);
    expect(refusal(changed)).toContain('compile --lock');
  });

  test('of any text that is not what was written, something else is said or the same is read', () => {
    const entries = [...read(text).entries.values()];
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(12), trickyText, (at, length, put) => {
        const changed = text.slice(0, at) + put + text.slice(at + length);
        const said = refusal(changed);
        if (said !== 'it was accepted') expect(said).toMatch(/^bailiwick\.lock:\d+:\d+ {2}/);
        // An entry may only be missing or what was written: it cannot say something else.
        else for (const entry of read(changed).entries.values()) expect(entries).toContainEqual(entry);
      }),
      { numRuns: 200, seed: SEED },
    );
  });

  test('an entry with a digest of its own making still is not the tool', () => {
    const [tool] = compile(DOCUMENT);
    if (!tool) throw new Error('no tool');
    const forged = toLockEntry(`notes/${tool.name}`, { description: 'harmless' });
    expect(compareToLock(read(writeLock([forged])), [tool], locker).same).toEqual([]);
  });
});
