import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/catalog/json.ts';
import { EXPLANATION_BYTES, shapeResult, TRUNCATED_META_KEY } from '../../src/gateway/shape-result.ts';

const jsonObject = fc
  .dictionary(fc.string({ maxLength: 12 }), fc.jsonValue({ maxDepth: 5 }), { maxKeys: 30 })
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonObject);

const size = (value: Json): number => Buffer.byteLength(JSON.stringify(value));

/** True where `part` is `whole` with items, members or strings left out: nothing invented, nothing cut in its middle. */
function isPartOf(part: Json, whole: Json): boolean {
  if (Array.isArray(part) && Array.isArray(whole)) {
    return part.length <= whole.length && part.every((item, index) => isPartOf(item, whole[index] as Json));
  }
  if (typeof part === 'object' && part !== null && typeof whole === 'object' && whole !== null) {
    return Object.entries(part).every(
      ([name, item]) => Object.hasOwn(whole, name) && isPartOf(item, (whole as JsonObject)[name] as Json),
    );
  }
  if (typeof part === 'string' && /^\[\d+ bytes left out\]$/.test(part)) return typeof whole === 'string';
  return Object.is(part, whole) || (part === null && typeof whole !== 'object');
}

test('a result inside the budget is returned as it is', () => {
  fc.assert(
    fc.property(jsonObject, (structuredContent) => {
      const result: JsonObject = { content: [{ type: 'text', text: 'x' }], structuredContent };
      expect(shapeResult(result, size(result))).toBe(result);
    }),
  );
});

test('whatever the result, what is left fits the budget, is part of it, and is still JSON', () => {
  fc.assert(
    fc.property(jsonObject, fc.integer({ min: 400, max: 4_000 }), (value, budget) => {
      const text = JSON.stringify(value);
      const result: JsonObject = { content: [{ type: 'text', text }], structuredContent: value };
      fc.pre(size(result) > budget);
      const shaped = shapeResult(result, budget);
      const structured = shaped['structuredContent'] as Json;
      expect(size(shaped)).toBeLessThanOrEqual(budget + EXPLANATION_BYTES);
      expect(size(structured)).toBeLessThanOrEqual(budget / 2);
      expect(isPartOf(structured, value)).toBe(true);
      const [block, note] = shaped['content'] as { text: string }[];
      expect(isPartOf(JSON.parse(block?.text ?? '') as Json, value)).toBe(true);
      expect(note?.text).toMatch(/^\[Result cut: \d+ bytes, budget \d+\./);
      expect((shaped['_meta'] as JsonObject)[TRUNCATED_META_KEY]).toMatchObject({ budget });
    }),
  );
});

test('text is cut between lines, and says how many were left out', () => {
  const text = Array.from({ length: 500 }, (_, index) => `line ${index}`).join('\n');
  const shaped = shapeResult({ content: [{ type: 'text', text }] }, 1_000);
  const [block, note] = shaped['content'] as { text: string }[];
  expect(text.startsWith(`${block?.text}\n`)).toBe(true);
  expect(note?.text).toMatch(/\d+ of 500 lines of text were left out/);
});

test('binary content over the budget is left out whole and named', () => {
  const data = 'A'.repeat(5_000);
  const shaped = shapeResult(
    {
      content: [
        { type: 'image', mimeType: 'image/png', data },
        { type: 'text', text: 'caption' },
      ],
    },
    2_000,
  );
  expect(shaped['content']).toEqual([
    { type: 'text', text: expect.stringMatching(/^\[image of \d+ bytes left out/) },
    { type: 'text', text: 'caption' },
    { type: 'text', text: expect.stringContaining('Content of type image was left out') },
  ]);
});

test('one large member does not cost its small neighbours', () => {
  const structuredContent = {
    id: 'T-1',
    status: 'open',
    replies: Array.from({ length: 400 }, (_, index) => ({ index, text: 'hello' })),
  };
  const shaped = shapeResult({ content: [], structuredContent }, 4_000)[
    'structuredContent'
  ] as typeof structuredContent;
  expect(shaped).toMatchObject({ id: 'T-1', status: 'open' });
  expect(shaped.replies.length).toBeGreaterThan(20);
  expect(shaped.replies).toEqual(structuredContent.replies.slice(0, shaped.replies.length));
});

const block = fc.oneof(
  fc.record({ type: fc.constant('text'), text: fc.string({ maxLength: 3_000 }) }),
  fc.record({
    type: fc.constant('image'),
    data: fc.string({ maxLength: 3_000 }),
    mimeType: fc.constant('image/png'),
  }),
  fc.record({
    type: fc.constant('resource'),
    resource: fc.record({ uri: fc.string(), text: fc.string({ maxLength: 2_000 }) }),
  }),
  fc.record({ uri: fc.string(), blob: fc.string({ maxLength: 2_000 }) }),
  fc.record({
    role: fc.constant('user'),
    content: fc.record({ type: fc.constant('text'), text: fc.string({ maxLength: 900 }) }),
  }),
  jsonObject,
);

test('whatever a server answers, what the client gets stays within the budget and its explanation', () => {
  const lists = fc.constantFrom('content', 'contents', 'messages');
  fc.assert(
    fc.property(
      lists,
      fc.array(block, { maxLength: 60 }),
      jsonObject,
      fc.integer({ min: 1_024, max: 9_000 }),
      (list, blocks, others, budget) => {
        const result = { ...others, [list]: blocks };
        expect(size(shapeResult(result, budget))).toBeLessThanOrEqual(budget + EXPLANATION_BYTES);
      },
    ),
  );
});

test.each([
  [
    'a hundred thousand small blocks',
    { content: Array.from({ length: 100_000 }, (_, index) => ({ type: 'text', text: `t${index}` })) },
  ],
  [
    'three thousand images',
    {
      content: Array.from({ length: 3_000 }, () => ({
        type: 'image',
        data: 'A'.repeat(500),
        mimeType: 'image/png',
      })),
    },
  ],
  ['a member nobody knows', { content: [], extra: 'x'.repeat(5 << 20) }],
  ['a huge _meta', { content: [], _meta: { trace: 'x'.repeat(5 << 20) } }],
])('%s does not get past the budget', (_what, result) => {
  const shaped = shapeResult(result, 100_000);
  expect(size(shaped)).toBeLessThanOrEqual(100_000 + EXPLANATION_BYTES);
  expect(
    (shaped['_meta'] as { [TRUNCATED_META_KEY]: { leftOut: string[] } })[TRUNCATED_META_KEY].leftOut,
  ).not.toEqual([]);
});

test('a deeply nested answer costs its length, not its length times its depth', () => {
  let value: Json = 'x'.repeat(2_000);
  for (let depth = 0; depth < 1_000; depth += 1) value = { next: value, filler: 'y'.repeat(1_000) };
  let reads = 0;
  const counted = new Proxy(value as JsonObject, {
    ownKeys(target) {
      reads += 1;
      return Reflect.ownKeys(target);
    },
  });
  const shaped = shapeResult({ content: [], structuredContent: counted }, 50_000);
  expect(size(shaped)).toBeLessThanOrEqual(50_000 + EXPLANATION_BYTES);
  expect(reads).toBeLessThan(20);
});
