import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/catalog/json.ts';
import { shapeResult, TRUNCATED_META_KEY } from '../../src/gateway/shape-result.ts';

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
    { type: 'text', text: expect.stringContaining('A block of type image') },
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
